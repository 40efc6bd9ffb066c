"""What the cache has for a call, and how it is labelled when given. Pure.

``Cache-Status`` is in terms of RFC 9211: ``hit`` where Graph was not asked,
``fwd`` where it was. Past its freshness an answer is called stale, whatever
the reason it is given for.
"""

from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from app.gateway.cache.keys import CacheKey
from app.gateway.cache.store import Entry
from app.gateway.policies.freshness import Lifetime
from app.models.answers import Answer, Delivery
from app.problems.errors import ExchangeError

__all__ = ["Fetched", "Found", "from_graph", "hit", "stand_in"]

_UNCHANGED = "; fwd-status=304"


class Found(Struct, frozen=True, kw_only=True):
    """What the cache has for a call.

    Attributes:
        key: What it is kept under.
        entry: The answer, if there is one.
        age: Its age in seconds.
        lifetime: How long it is good.
        is_current: Whether nothing was written since.
        resting: The error for which Graph is not to be asked yet, if so.
        is_refused: Whether Graph, asked last, refused it for good; then the
            caller is to hear that, and not what held before.
    """

    key: CacheKey
    entry: Entry | None
    age: float
    lifetime: Lifetime
    is_current: bool
    resting: str | None
    is_refused: bool


class Fetched(NamedTuple):
    """What Graph gave, or only said of what was kept: that it holds."""

    answer: Answer
    is_confirmed: bool


def hit(
    found: Found, entry: Entry, *, is_stale: bool, detail: str | None = None
) -> Answer:
    """Return a kept answer that is given without asking Graph first.

    ``detail`` tells why: the code of an error, or what is being done.
    """
    ttl = int(found.lifetime.fresh - found.age)
    status = f"hit; ttl={min(ttl, 0) if is_stale else ttl}"
    if detail:
        status = f"{status}; detail={_short(detail)}"
    return _delivered(entry.answer, found.age, status, is_stale=is_stale)


def stand_in(found: Found, entry: Entry, error: ExchangeError) -> Answer:
    """Return a kept answer that is given in place of an error."""
    if error.upstream and error.upstream.status:
        status = f"fwd=stale; fwd-status={error.upstream.status}"
    elif error.attempts:
        status = f"fwd=stale; detail={_short(error.code)}"
    else:
        return hit(found, entry, is_stale=True, detail=error.code)
    return _delivered(entry.answer, found.age, status, is_stale=True)


def from_graph(
    found: Found, fetched: Fetched, *, joined: bool, demanded: bool
) -> Answer:
    """Return an answer that Graph gave, or confirmed, just now.

    ``joined`` tells that another had asked already, ``demanded`` that the
    caller would have nothing else.
    """
    answer, confirmed = fetched
    if demanded:
        status = f"fwd=request{_UNCHANGED if confirmed else ''}"
    elif found.entry is None:
        status = "fwd=uri-miss"
    else:
        status = f"fwd=stale; fwd-status={304 if confirmed else 200}"
    status = f"{status}; {'collapsed' if joined else 'stored'}"
    return _delivered(answer, None, status, is_stale=False)


def _short(code: str) -> str:
    return code.removeprefix("graph-")


def _delivered(
    answer: Answer, age: float | None, status: str, *, is_stale: bool
) -> Answer:
    how = Delivery(stale=is_stale, age=age, status=status)
    return replace(answer, delivery=how)
