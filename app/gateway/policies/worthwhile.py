"""Policy: ask nothing for whose answer there is no time."""

from app.gateway.calls import GraphCall, Reply, Send
from app.gateway.policies.least_time import LONGEST, least_time
from app.gateway.vitals import Vitals
from app.problems.failures import DeadlineExceeded

__all__ = ["Worthwhile"]


class Worthwhile:
    """Spares Graph requests whose answers would come too late."""

    def __init__(self, vitals: Vitals) -> None:
        self._vitals = vitals

    async def __call__(self, call: GraphCall, send: Send) -> Reply:
        """Send the call, or raise `DeadlineExceeded` at once."""
        left = call.deadline.left()
        # Most calls have more time than ever matters.
        if left < LONGEST and left < least_time(
            self._vitals.of(call.context.tenant)
        ):
            raise DeadlineExceeded(
                "The time that was left is too short for Microsoft Graph."
            )
        return await send(call)
