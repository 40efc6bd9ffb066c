"""Which requests are let in when there is more than can be served. Pure."""

from collections.abc import Callable

from app.models.context import Criticality

__all__ = ["admits", "come_back_in", "criticality_of"]

# Of the limit. What can wait leaves the rest of it to those who cannot.
_SHARES = {
    Criticality.INTERACTIVE: 1.0,
    Criticality.SYNC: 0.75,
    Criticality.BACKFILL: 0.5,
}
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
