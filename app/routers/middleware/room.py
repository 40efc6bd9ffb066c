"""Room for requests, and what is told of those there is none for."""

import asyncio
from collections.abc import Mapping

from app.clock import Clock
from app.models.context import Criticality
from app.routers.middleware.admission import admits, is_in_time, turns
from app.routers.middleware.turnstile import Turnstile
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.events import SHED
from app.telemetry.signals.metrics import REQUESTS_SHED

__all__ = ["Room"]

# In seconds.
_TOLD_EVERY = 1.0
# So many refusals between two such lines are a flood.
_FLOOD = 50
# So many are let in even if the process was held up.
_FEW = 64


class Room:
    """Knows how many requests are being served, and how many refused.

    There is none where too many are being served, and none where those who
    are let in would wait too long for the core.

    Args:
        most: How many are served at once.
        clock: Tells the time.
        telemetry: Where it is told.
    """

    def __init__(
        self, most: int, *, clock: Clock, telemetry: Telemetry
    ) -> None:
        self._most = most
        self._clock = clock
        self._telemetry = telemetry
        self._taken = self._expected = 0
        # Refusals since they were told last, and in the time before that.
        self._shed = self._shed_before = 0
        self._told_at = float("-inf")
        self._turnstile = Turnstile(
            clock, lambda: turns(in_flood=self.is_flooded())
        )

    def has_room(self, criticality: Criticality) -> bool:
        """Tell whether one more request is let in."""
        return self._admits(0, criticality)

    def expects(self, criticality: Criticality) -> bool:
        """Tell whether there will be room for one more of a flood.

        Those who came in the same round of the event loop go before it.
        """
        if not self._admits(self._expected, criticality):
            return False
        if not self._expected:
            asyncio.get_running_loop().call_soon(self._end_round)
        self._expected += 1
        return True

    def take(self) -> None:
        """Note that one more request is being served."""
        self._taken += 1

    async def turn(self) -> None:
        """Return when it is the turn of who was let in last."""
        await self._turnstile.enter()

    def leave(self) -> None:
        """Note that one of them has ended."""
        self._taken -= 1

    def is_flooded(self) -> bool:
        """Tell whether refusals are too many to tell of each by itself."""
        return (
            self._shed >= _FLOOD or self._shed_before >= _FLOOD
        ) and self._clock.now() - self._told_at < 2 * _TOLD_EVERY

    def shed(self, criticality: Criticality) -> None:
        """Tell of a request that was refused."""
        self._telemetry.add(REQUESTS_SHED, criticality=criticality)
        self._shed += 1
        if self._clock.now() - self._told_at >= _TOLD_EVERY:
            self.tell({})

    def count(self) -> None:
        """Count a request that was refused, to be told of later."""
        self._shed += 1

    def tell(self, counted: Mapping[Criticality, int]) -> None:
        """Log how many were refused since that was logged last.

        Not for each of them: the log is not to become a load itself.

        Args:
            counted: Those of them that were counted, to be measured now.
        """
        for criticality, times in counted.items():
            self._telemetry.move(REQUESTS_SHED, times, criticality=criticality)
        self._telemetry.log(SHED, in_flight=self._taken, shed=self._shed)
        self._shed_before, self._shed = self._shed, 0
        self._told_at = self._clock.now()

    def _admits(self, ahead: int, criticality: Criticality) -> bool:
        taken = self._taken + ahead
        if not admits(taken, self._most, criticality):
            return False
        if taken < _FEW:
            return True
        wait = self._turnstile.wait(ahead)
        return is_in_time(wait, criticality, in_flood=self.is_flooded())

    def _end_round(self) -> None:
        self._expected = 0
