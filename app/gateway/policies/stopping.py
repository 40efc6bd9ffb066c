"""Policy: when the process is told to stop, nothing new is begun.

Requests to Graph that are under way are let finish. Whoever waits for a
retry, a gate, a permit or a token is told to ask another process.
"""

from app.clock import Interrupted, Stopping
from app.gateway.calls import GraphCall, Reply, Send
from app.problems.errors import Outcome
from app.problems.failures import ServiceStopping

__all__ = ["NothingNew", "stopped"]

_COME_BACK = 1.0


class NothingNew:
    """Lets no request begin once the process stops, and none be cut off."""

    def __init__(self, stopping: Stopping) -> None:
        self._stopping = stopping

    async def __call__(self, call: GraphCall, send: Send) -> Reply:
        """Send the call, or raise `ServiceStopping`."""
        try:
            with self._stopping.sheltered():
                return await send(call)
        except Interrupted as e:
            raise ServiceStopping(retry_after=_COME_BACK) from e


def stopped(call: GraphCall) -> ServiceStopping:
    """Return what a call ends with whose wait was ended."""
    in_doubt = call.tally.in_doubt
    error = ServiceStopping(
        retry_after=_COME_BACK,
        outcome=Outcome.UNKNOWN if in_doubt else Outcome.NOT_PERFORMED,
    )
    error.attempts = call.tally.sent
    return error
