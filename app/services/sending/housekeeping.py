"""What is done in the ledger beside the work: forget, and count."""

from collections.abc import Awaitable, Callable, Iterator

from app.clock import Clock
from app.ledger.send_desk import OutboxCounts, SendDesk
from app.ledger.send_records import Stage
from app.services.sending.views import STATUS, counted

__all__ = ["Housekeeping"]

_EVERY = 600.0
_COUNT_EVERY = 15.0
# Seconds that a date may be corrected by: nobody minds to wait for them.
_SET_BACK = 30.0

Purge = Callable[[], Awaitable[int]]


class Housekeeping:
    """Forgets what has ended long ago, and knows how much waits.

    ``keep_sends`` is how many seconds after its end a send is forgotten.
    """

    def __init__(
        self,
        desk: SendDesk,
        purge_requests: Purge,
        *,
        now: Callable[[], float],
        clock: Clock,
        keep_sends: float,
    ) -> None:
        self._desk = desk
        self._purge_requests = purge_requests
        self._now = now
        self._clock = clock
        # The date at which the clock that never goes back began.
        self._zero: float | None = None
        self._keep_sends = keep_sends
        self._purged_at = 0.0
        self._counted_at = 0.0
        self._counts = OutboxCounts({}, None)

    async def __call__(self) -> None:
        """Do what is due.

        Raises:
            LedgerUnavailable: Another time, then.
        """
        now = self._now()
        await self._mind_the_date(now)
        if abs(now - self._purged_at) >= _EVERY:
            await self._purge_requests()
            await self._desk.purge(now - self._keep_sends)
            self._purged_at = now
        if abs(now - self._counted_at) >= _COUNT_EVERY:
            self._counts = await self._desk.counts(now)
            self._counted_at = now

    def waiting(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield how many sends were in which state, when last counted."""
        totals = counted(self._counts.stages)
        ended = {STATUS[Stage.SENT], STATUS[Stage.CANCELLED]}
        for state, count in totals.items():
            if state not in ended:
                yield count, {"state": state}

    def age(self) -> float:
        """Return for how many seconds the oldest send has been due."""
        oldest = self._counts.oldest_due
        return 0.0 if oldest is None else max(0.0, self._now() - oldest)

    async def _mind_the_date(self, now: float) -> None:
        """See that nothing waits for a date that was set back meanwhile."""
        zero = now - self._clock.now()
        if self._zero is not None and zero < self._zero - _SET_BACK:
            await self._desk.hasten(now)
        self._zero = zero
