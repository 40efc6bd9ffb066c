"""How much was done lately. Pure."""

from math import ulp

__all__ = ["SlidingWindow"]

_BUCKETS = 60


class _Bucket:
    """What was done within a sixtieth of the window."""

    __slots__ = ("count", "ends")

    def __init__(self, count: int, ends: float) -> None:
        self.count = count
        self.ends = ends


class SlidingWindow:
    """Bounds what is done in any so many seconds: requests, bytes.

    Time is cut into sixty buckets. The oldest counts until the whole of it
    has left, so that no stretch of the window's length ever holds more than
    the limit, wherever it begins; in return, room comes back up to a sixtieth
    of the length late.
    """

    __slots__ = ("_buckets", "_total", "limit", "seconds")

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self._buckets: list[_Bucket] = []
        self._total = 0

    def opens_in(self, count: int, now: float) -> float:
        """Return the seconds until so much more fits; 0 if it does now.

        What is above the limit fits when nothing else counts.
        """
        self._forget(now)
        excess = self._total + min(count, self.limit) - self.limit
        if excess <= 0:
            return 0.0
        wait = 0.0
        for bucket in self._buckets:
            if excess <= 0:
                break
            wait = _until(bucket.ends, now)
            excess -= bucket.count
        return wait

    def add(self, count: int, now: float) -> float:
        """Note that so much is done; return until when it counts."""
        self._forget(now)
        newest = self._buckets[-1] if self._buckets else None
        if newest and now < newest.ends - self.seconds:
            newest.count += count
        else:
            newest = _Bucket(
                count, now + self.seconds / _BUCKETS + self.seconds
            )
            self._buckets.append(newest)
        self._total += count
        return newest.ends

    def take_back(self, count: int, ends: float) -> None:
        """Note that so much was not done after all.

        Args:
            count: No more than was added.
            ends: What `add` returned for it.
        """
        for bucket in reversed(self._buckets):
            if bucket.ends == ends:
                bucket.count -= count
                self._total -= count
                return

    def used(self, now: float) -> int:
        """Return how many count now; any thread may ask."""
        buckets = tuple(self._buckets)
        if not buckets or buckets[0].ends > now:
            return self._total
        return sum(bucket.count for bucket in buckets if bucket.ends > now)

    def is_empty(self, now: float) -> bool:
        """Tell whether nothing counts any more."""
        self._forget(now)
        return not self._buckets

    def _forget(self, now: float) -> None:
        while self._buckets and self._buckets[0].ends <= now:
            self._total -= self._buckets.pop(0).count


def _until(end: float, now: float) -> float:
    """Return how long to wait, so that it is over after that and not before.

    The difference may be rounded down.
    """
    wait = end - now
    return wait if now + wait >= end else wait + ulp(end)
