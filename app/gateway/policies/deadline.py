"""Policy: no call outlives the time that its caller gave."""

import asyncio

from app.gateway.calls import GraphCall, Reply, Send
from app.problems.errors import Outcome
from app.problems.failures import DeadlineExceeded

__all__ = ["WithinDeadline"]

# Every wait below keeps to the deadline by itself; this is for what they
# overlook, and leaves the fallback time to answer from the cache.
_GRACE = 0.025


class WithinDeadline:
    """Ends a call that is late, and begins none that has no time left."""

    async def __call__(self, call: GraphCall, send: Send) -> Reply:
        """Send the call on; raise `DeadlineExceeded` when its time is up."""
        left = call.deadline.left()
        if left <= 0:
            raise DeadlineExceeded
        try:
            async with asyncio.timeout(left + _GRACE):
                return await send(call)
        except TimeoutError as e:
            sent = call.tally.sent and not call.operation.is_read
            outcome = Outcome.UNKNOWN if sent else Outcome.NOT_PERFORMED
            raise DeadlineExceeded(outcome=outcome) from e
