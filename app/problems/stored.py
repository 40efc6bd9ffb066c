"""Errors as bytes, for those who keep them longer than a process lives."""

from collections.abc import Iterator
from functools import cache

from msgspec import UNSET, Struct, UnsetType, msgpack, structs

from app.problems import causes, registry
from app.problems.errors import ExchangeError, FieldError, Outcome, Upstream
from app.problems.failures import InternalError
from app.problems.reasons import Reason

__all__ = ["pack", "unpack"]

# Whose classes are to be there before their names are looked up.
_MODULES = (causes, registry)
# What is true of one meeting with an error only.
_PASSING = {"told_at", "is_replayed"}


class _Told(Struct, kw_only=True):
    """What an error tells, of whatever class: its attributes by name.

    When its ``retry_after`` was told is left out: a clock that never goes
    back counts for one process only.
    """

    detail: str
    retry_after: float | None
    outcome: Outcome
    upstream: Upstream | None
    attempts: int
    tried: tuple[tuple[str, str], ...]
    budget_exhausted: bool
    errors: tuple[FieldError, ...] | UnsetType = UNSET
    resource: str | UnsetType | None = UNSET
    size: int | UnsetType = UNSET
    claims: str | UnsetType | None = UNSET
    existing: str | UnsetType | None = UNSET
    challenge: str | UnsetType | None = UNSET
    reason: Reason | UnsetType | None = UNSET


class _Stored(Struct):
    kind: str
    code: str | None
    told: _Told


def pack(error: ExchangeError) -> bytes:
    """Return an error as bytes."""
    told = {k: v for k, v in vars(error).items() if k not in _PASSING}
    kind, code = type(error).__name__, getattr(error, "code", None)
    return msgpack.encode(_Stored(kind, code, _Told(**told)))


def unpack(packed: bytes) -> ExchangeError:
    """Return an error that was packed, by this release or another.

    For a class that is no more the one that now has its code is taken.

    Raises:
        ValueError: This is no packed error.
    """
    stored = msgpack.decode(packed, type=_Stored)
    kind = _classes().get(stored.kind) or registry.REGISTRY.get(
        stored.code or "", InternalError
    )
    told = structs.asdict(stored.told)
    # Each class is made from other arguments; what it knows then is alike.
    error = kind.__new__(kind, stored.told.detail)
    vars(error).update({k: v for k, v in told.items() if v is not UNSET})
    error.told_at, error.is_replayed = None, False
    return error


@cache
def _classes() -> dict[str, type[ExchangeError]]:
    return {kind.__name__: kind for kind in _tree(ExchangeError)}


def _tree(kind: type[ExchangeError]) -> Iterator[type[ExchangeError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _tree(below)
