"""What the control API takes, and nothing else."""

from dataclasses import fields
from typing import Annotated, Any

import msgspec

from app.sandbox.faults import Fault
from app.sandbox.memory import Memory
from app.sandbox.request import Request

__all__ = ["apply_changes", "read_changes", "read_fault", "read_object"]

Seconds = Annotated[float, msgspec.Meta(ge=0)]
Count = Annotated[int, msgspec.Meta(ge=1)]
Unset = msgspec.UnsetType
UNSET = msgspec.UNSET


class _Strict(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Refuses unknown members."""


class LimitChanges(_Strict):
    """Limits for each app and mailbox."""

    concurrency: Count | Unset = UNSET
    requests: Count | Unset = UNSET
    window: Seconds | Unset = UNSET
    retry_after: Count | Unset = UNSET


class TokenChanges(_Strict):
    """What the token endpoint promises from now on."""

    expires_in: Count | Unset = UNSET
    refresh_in: Count | Unset | None = UNSET


class Changes(_Strict):
    """Settings to change; what is left out stays."""

    latency: Seconds | Unset = UNSET
    transit: Seconds | Unset = UNSET
    transit_as_draft: bool | Unset = UNSET
    limits: LimitChanges | Unset = UNSET
    tokens: TokenChanges | Unset = UNSET


def read_object(request: Request) -> dict[str, Any]:
    """Return the JSON object in a body.

    Raises:
        ValueError: when there is none.
    """
    return msgspec.json.decode(request.body, type=dict[str, Any])


def read_fault(request: Request) -> Fault:
    """Return the fault that a body describes.

    Raises:
        ValueError: when it describes none.
    """
    data = read_object(request)
    unknown = set(data) - {field.name for field in fields(Fault)}
    if unknown:
        raise ValueError(f"A fault has no '{', '.join(sorted(unknown))}'.")
    return msgspec.convert(data, Fault)


def read_changes(request: Request) -> Changes:
    """Return the changes of settings that a body describes.

    Raises:
        ValueError: when it describes none.
    """
    return msgspec.json.decode(request.body, type=Changes)


def apply_changes(changes: Changes, memory: Memory) -> None:
    """Change the settings."""
    _copy(changes, memory.settings)
    if changes.limits is not UNSET:
        _copy(changes.limits, memory.throttle.limits)
    if changes.tokens is not UNSET:
        _copy(changes.tokens, memory.tokens)


def _copy(source: msgspec.Struct, target: object) -> None:
    for name in source.__struct_fields__:
        value = getattr(source, name)
        if value is not UNSET and not isinstance(value, _Strict):
            setattr(target, name, value)
