"""Policy: no call outlives the time that its caller gave."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from app.gateway.calls import GraphCall
from app.problems.errors import Outcome
from app.problems.failures import DeadlineExceeded

__all__ = ["WithinDeadline"]

T = TypeVar("T")

# Every wait below keeps to the deadline by itself; this is for what they
# overlook, and leaves the fallback time to answer from the cache.
_GRACE = 0.025


class WithinDeadline:
    """Ends a call that is late, and begins none that has no time left.

    What is kept takes no time, so that it is looked for even then.
    """

    async def __call__(
        self, call: GraphCall, proceed: Callable[[GraphCall], Awaitable[T]]
    ) -> T:
        """Answer the call in time or raise `DeadlineExceeded`."""
        left = call.deadline.left()
        if left <= 0 and not call.operation.is_cached:
            raise DeadlineExceeded
        try:
            async with asyncio.timeout(left + _GRACE):
                return await proceed(call)
        except TimeoutError as e:
            sent = call.tally.sent and not call.operation.is_read
            outcome = Outcome.UNKNOWN if sent else Outcome.NOT_PERFORMED
            raise DeadlineExceeded(outcome=outcome) from e
