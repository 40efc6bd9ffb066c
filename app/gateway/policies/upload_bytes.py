"""Policy: no more bytes to a mailbox in a while than Graph takes.

Graph lets an app write 150 MB in five minutes to one mailbox
(https://learn.microsoft.com/graph/throttling-limits). What is more waits
here, so that large attachments are not refused halfway.
"""

from app.clock import Clock
from app.gateway.calls import GraphCall, Reply, ScopeKey, Send
from app.gateway.operations.entry import Scope
from app.gateway.policies.waiting import Waits
from app.gateway.policies.window import SlidingWindow
from app.keyed import Keyed
from app.problems.graph_failures import GraphThrottled
from app.telemetry.recorder import Telemetry

__all__ = ["UploadBytes", "bytes_of"]

_MOST_MAILBOXES = 100_000


class _Bytes(SlidingWindow):
    """What was written to one mailbox."""

    __slots__ = ()

    def is_idle(self, now: float) -> bool:
        return self.is_empty(now)


class UploadBytes:
    """Counts the bytes of requests, and holds back those beyond the limit.

    It waits before a permit is taken: others may use the mailbox meanwhile.
    """

    def __init__(
        self, limit: int, seconds: float, clock: Clock, telemetry: Telemetry
    ) -> None:
        """Take the limit.

        Args:
            limit: Bytes for each mailbox.
            seconds: In any stretch of so long.
            clock: Tells the time and waits.
            telemetry: Where waits are told.
        """
        self._clock = clock
        self._waits = Waits(clock, telemetry)
        self._written: Keyed[ScopeKey, _Bytes] = Keyed(
            lambda _: _Bytes(limit, seconds),
            now=clock.now,
            most=_MOST_MAILBOXES,
        )

    async def __call__(self, call: GraphCall, send: Send) -> Reply:
        """Send the call when there is room for its body.

        Raises:
            GraphThrottled: There will be none in time.
        """
        size = bytes_of(call)
        if not size or call.operation.scope is not Scope.MAILBOX:
            return await send(call)
        written = self._written[call.scope]
        await self._room(call, written, size)
        counts_until = written.add(size, self._clock.now())
        before = call.tally.sent
        try:
            return await send(call)
        finally:
            sent = call.tally.sent - before
            if sent == 0:
                written.take_back(size, counts_until)
            elif sent > 1:
                written.add(size * (sent - 1), self._clock.now())

    async def _room(self, call: GraphCall, written: _Bytes, size: int) -> None:
        while (wait := written.opens_in(size, self._clock.now())) > 0:
            if wait >= call.deadline.left():
                raise GraphThrottled(
                    "The bytes that Microsoft Graph takes for this mailbox"
                    " are used up for now.",
                    retry_after=wait,
                )
            await self._waits.sleep(call, "bytes", wait)


def bytes_of(call: GraphCall) -> int:
    """Return how many bytes a call writes, all parts of a batch included."""
    if call.operation.is_read:
        return 0
    if call.batch is not None:
        return sum(len(part.body or b"") for part in call.batch.missing())
    return len(call.body or b"")
