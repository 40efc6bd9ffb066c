"""How many requests were made lately. Pure."""

from collections import deque

__all__ = ["SlidingWindow"]

_BUCKETS = 60


class SlidingWindow:
    """Counts what happened in the last so many seconds.

    Time is cut into sixty buckets. The oldest counts until the whole of it
    has left, so that the window never admits more than its limit, and opens
    up to a sixtieth of its length late.
    """

    __slots__ = ("_buckets", "_limit", "_seconds", "_step", "_total")

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit = limit
        self._seconds = seconds
        self._step = seconds / _BUCKETS
        self._buckets: deque[list[float]] = deque()  # [forgotten at, count]
        self._total = 0

    def opens_in(self, count: int, now: float) -> float:
        """Return the seconds until so many more fit; 0 if they do now."""
        self._forget(now)
        excess = self._total + count - self._limit
        wait = 0.0
        for forgotten_at, counted in self._buckets:
            if excess <= 0:
                break
            wait = forgotten_at - now
            excess -= int(counted)
        return wait

    def add(self, count: int, now: float) -> None:
        """Note that so many were made."""
        self._forget(now)
        if self._buckets and now < self._buckets[-1][0] - self._seconds:
            self._buckets[-1][1] += count
        else:
            self._buckets.append([now + self._step + self._seconds, count])
        self._total += count

    def used(self, now: float) -> int:
        """Return how many count now."""
        self._forget(now)
        return self._total

    def is_empty(self, now: float) -> bool:
        """Tell whether nothing counts any more."""
        self._forget(now)
        return not self._buckets

    def _forget(self, now: float) -> None:
        while self._buckets and self._buckets[0][0] <= now:
            self._total -= int(self._buckets.popleft()[1])
