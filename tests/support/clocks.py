"""Clocks that do what clocks of machines do."""

from datetime import UTC, datetime, timedelta

from app.clock import SystemClock

__all__ = ["JumpingClock", "ManualClock"]


class JumpingClock(SystemClock):
    """Tells the date as somebody sets it; ``ahead`` is how far it is off."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = timedelta()

    def wall(self) -> datetime:
        """Return the date that the machine believes in."""
        began = datetime(2026, 11, 1, 12, tzinfo=UTC)
        return began + timedelta(seconds=self.now() - 1000) + self.ahead


class ManualClock:
    """Stands still until it is told to go on; it needs no event loop."""

    def __init__(self) -> None:
        self._now = 0.0

    def now(self) -> float:
        """Return how far it has gone."""
        return self._now

    def wall(self) -> datetime:
        """Return the date, which goes with it."""
        began = datetime(2026, 11, 1, 12, tzinfo=UTC)
        return began + timedelta(seconds=self._now)

    async def sleep(self, seconds: float) -> None:
        """Go on by so much, and not wait."""
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Go on by so much."""
        self._now += seconds
