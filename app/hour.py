"""The last hour of what happens all the time, minute by minute."""

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable
from datetime import datetime

__all__ = ["MINUTES", "Hours", "Minute", "merged", "quantile"]

MINUTES = 60
# Seconds, each 1.4 times the one before, from a millisecond to 92 seconds.
_BOUNDS = tuple(0.001 * 1.4**n for n in range(35))


class Minute:
    """How often things happened, of which kinds, and how long they took."""

    __slots__ = ("kinds", "number", "took", "total")

    def __init__(self, number: int) -> None:
        self.number = number
        self.total = 0
        self.kinds: Counter[str] = Counter()
        self.took = [0] * (len(_BOUNDS) + 1)

    def share(self, kind: str) -> float:
        """Return which part was of a kind; 0 where nothing happened."""
        return self.kinds[kind] / self.total if self.total else 0.0


class Hours:
    """Counts by minute for each tenant, and forgets what is over an hour old.

    A minute's ``number`` is its Unix time divided by 60.
    """

    def __init__(
        self, now: Callable[[], float], wall: Callable[[], datetime]
    ) -> None:
        self._now = now
        # The date at which the clock that never goes back began.
        self._zero = wall().timestamp() - now()
        self._minutes: dict[str | None, deque[Minute]] = {}

    def note(
        self, tenant: str, took: float, kinds: Collection[str], times: int = 1
    ) -> None:
        """Note one thing that has just happened, or so many alike."""
        place, number = bisect_left(_BOUNDS, took), self.present()
        for owner in (tenant, None):
            minute = self._minute(owner, number)
            minute.total += times
            minute.took[place] += times
            for kind in kinds:
                minute.kinds[kind] += times

    def mark(self, tenant: str, kind: str) -> None:
        """Note that the present minute is of a kind, whatever happens."""
        self._minute(tenant, self.present()).kinds[kind] += 1

    def date(self, moment: float) -> float:
        """Return the Unix time of a moment of the clock."""
        return self._zero + moment

    def present(self) -> int:
        """Return the number of the minute that it is."""
        return int(self.date(self._now()) // 60)

    def of(self, tenant: str | None) -> dict[int, Minute]:
        """Return the minutes in which anything happened, by number.

        Those of a tenant, or without one what happened to anybody.
        """
        first = self.present() - MINUTES
        return {
            minute.number: minute
            for minute in self._minutes.get(tenant, ())
            if minute.number > first
        }

    def _minute(self, tenant: str | None, number: int) -> Minute:
        minutes = self._minutes.get(tenant)
        if minutes is None:
            minutes = self._minutes[tenant] = deque(maxlen=MINUTES)
        if not minutes or minutes[-1].number < number:
            minutes.append(Minute(number))
        return minutes[-1]


def merged(number: int, minutes: Iterable[Minute]) -> Minute:
    """Return what several minutes were like together."""
    whole = Minute(number)
    for minute in minutes:
        whole.total += minute.total
        whole.kinds.update(minute.kinds)
        whole.took = [
            a + b for a, b in zip(whole.took, minute.took, strict=True)
        ]
    return whole


def quantile(minute: Minute, share: float) -> float | None:
    """Return within how many seconds that share was done, about a fifth off.

    None where nothing happened.
    """
    if not minute.total:
        return None
    wanted = share * minute.total
    below = 0
    for bound, count in zip(_BOUNDS, minute.took, strict=False):
        if count and below + count >= wanted:
            lower = bound / 1.4
            return lower + (bound - lower) * (wanted - below) / count
        below += count
    return _BOUNDS[-1]
