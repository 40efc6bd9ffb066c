"""Who calls."""

from typing import NamedTuple

__all__ = ["ANYBODY", "Caller", "Quota"]


class Quota(NamedTuple):
    """How much one caller may ask of this service.

    What its requests cost may add up to ``requests`` in any ``window``
    seconds, and ``concurrency`` of them may be served at once.
    """

    requests: int
    window: float
    concurrency: int


class Caller(NamedTuple):
    """Who makes a request; made at the door.

    ``name`` shows in metrics and to operators: it is an application's, never
    a person's. ``user`` is for whom it calls, by object id: each of its users
    has the whole quota, so that none uses up another's. Without a quota
    nothing is refused.
    A tuple, for accounts are listed in another thread: while they are, no hash
    written in Python may let this one go on.
    """

    name: str
    quota: Quota | None = None
    user: str = ""


ANYBODY = Caller(name="anybody")
"""Everybody, where nobody has to say who they are."""
