"""Who calls."""

from dataclasses import dataclass

__all__ = ["ANYBODY", "Caller", "Quota"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How much one caller may ask of this service.

    What its requests cost may add up to ``requests`` in any ``window``
    seconds, and ``concurrency`` of them may be served at once.
    """

    requests: int
    window: float
    concurrency: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who makes a request; made at the door.

    ``name`` tells callers apart and shows in metrics and to operators: it is
    an application's, never a person's. Without a quota nothing is refused.
    """

    name: str
    quota: Quota | None = None


ANYBODY = Caller(name="anybody")
"""Everybody, where nobody has to say who they are."""
