"""Whether somebody who seems to be gone is gone."""

from collections.abc import Hashable
from typing import Generic, TypeVar

from cachetools import TTLCache

from app.clock import Clock

__all__ = ["Watches"]

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

# Longer than from one renewal of a lease to the next.
_LONG_ENOUGH = 6.0
_MOST = 10_000
_REMEMBERED = 60.0


class Watches(Generic[K, V]):
    """Remembers since when something has not changed.

    Leases are told in dates, and calendars jump: after a leap of an hour all
    leases look over, or none. Whoever is alive renews its lease, though, and
    that can be seen by any clock.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: TTLCache[K, tuple[V, float]] = TTLCache(
            _MOST, _REMEMBERED, timer=clock.now
        )

    def is_still(self, key: K, state: V) -> bool:
        """Tell whether the state has been the same for long enough.

        It counts from the first time that it was asked for.
        """
        now = self._clock.now()
        known, since = self._seen.get(key, (state, now))
        if known != state:
            since = now
        if since == now:
            self._seen[key] = state, now
        return now - since > _LONG_ENOUGH
