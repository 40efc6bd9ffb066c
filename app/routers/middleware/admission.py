"""Which requests are let in when there is more than can be served. Pure.

And how many of them begin at once.
"""

from collections.abc import Callable

from app.models.context import Criticality

__all__ = ["admits", "come_back_in", "criticality_of", "is_in_time", "turns"]

# Of the limit. What can wait leaves the rest of it to those who cannot.
_SHARES = {
    Criticality.INTERACTIVE: 1.0,
    Criticality.SYNC: 0.75,
    Criticality.BACKFILL: 0.5,
}
# In seconds. Those who come all at once get their turns one after another.
_LONGEST_WAIT = 0.5
# In a flood nobody gains from a long queue: as many are served, only later,
# and each takes more of the core, whose caches hold no more than a few.
# Source: https://queue.acm.org/detail.cfm?id=2839461 (controlled delay)
_LONGEST_WAIT_IN_FLOOD = 0.05
# Requests that begin in one round of the event loop. Those who are refused
# between two rounds drive what requests have in hand out of the core's cache,
# so that in a flood fewer are to have anything in hand.
_TURNS = 8
_TURNS_IN_FLOOD = 4
_PAUSES = {
    Criticality.INTERACTIVE: 1.0,
    Criticality.SYNC: 5.0,
    Criticality.BACKFILL: 15.0,
}


def admits(in_flight: int, limit: int, criticality: Criticality) -> bool:
    """Tell whether one more request is let in.

    Args:
        in_flight: How many are being served without it.
        limit: How many may be.
        criticality: How much it matters.
    """
    return in_flight < max(1, limit * _SHARES[criticality])


def is_in_time(
    wait: float, criticality: Criticality, *, in_flood: bool
) -> bool:
    """Tell whether the core gets round to one more request soon enough.

    Args:
        wait: In how many seconds that will be.
        criticality: How much the request matters.
        in_flood: Whether there are far more than can be served, for longer.
    """
    longest = _LONGEST_WAIT_IN_FLOOD if in_flood else _LONGEST_WAIT
    return wait < longest * _SHARES[criticality]


def turns(*, in_flood: bool) -> int:
    """Return how many requests begin in one round of the event loop."""
    return _TURNS_IN_FLOOD if in_flood else _TURNS


def come_back_in(
    criticality: Criticality, uniform: Callable[[float, float], float]
) -> float:
    """Return after how many seconds to come back.

    It varies twofold, so that those refused in one moment do not all come
    back in one.
    """
    pause = _PAUSES[criticality]
    return uniform(pause, 2 * pause)


def criticality_of(method: str, query: bytes) -> Criticality:
    """Tell how much a request matters.

    Whoever goes on with a list at a cursor is taken for a program that walks
    through it: it can go on with the same cursor later. Nothing is backfill
    yet.
    """
    if method == "GET" and b"cursor" in query:
        names = {part.partition(b"=")[0] for part in query.split(b"&")}
        if b"cursor" in names:
            return Criticality.SYNC
    return Criticality.INTERACTIVE
