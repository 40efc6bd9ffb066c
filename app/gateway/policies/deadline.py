"""Policy: no call outlives the time that its caller gave, or the process."""

from app.clock import Interrupted, Stopping
from app.gateway.calls import GraphCall, Reply, Send
from app.gateway.policies.stopping import stopped
from app.problems.errors import Outcome
from app.problems.failures import DeadlineExceeded

__all__ = ["WithinDeadline"]

# Every wait below keeps to the deadline by itself; this is for what they
# overlook, and leaves the fallback time to answer from the cache.
_GRACE = 0.025


class WithinDeadline:
    """Ends a call that is late, and begins none that has no time left.

    Once the process is told to stop, none waits for anything but Graph.
    """

    def __init__(self, stopping: Stopping) -> None:
        self._stopping = stopping

    async def __call__(self, call: GraphCall, send: Send) -> Reply:
        """Send the call on.

        Raises:
            DeadlineExceeded: Its time is up.
            ServiceStopping: It would have to wait while the process stops.
        """
        left = call.deadline.left()
        if left <= 0:
            raise DeadlineExceeded
        try:
            with self._stopping.interruptible(left + _GRACE):
                return await send(call)
        except TimeoutError as e:
            sent = call.tally.sent and not call.operation.is_read
            outcome = Outcome.UNKNOWN if sent else Outcome.NOT_PERFORMED
            raise DeadlineExceeded(outcome=outcome) from e
        except Interrupted as e:
            raise stopped(call) from e
