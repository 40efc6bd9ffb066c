"""Clocks that do what clocks of machines do."""

from datetime import UTC, datetime, timedelta

from app.clock import SystemClock

__all__ = ["JumpingClock"]


class JumpingClock(SystemClock):
    """Tells the date as somebody sets it; ``ahead`` is how far it is off."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = timedelta()

    def wall(self) -> datetime:
        """Return the date that the machine believes in."""
        began = datetime(2026, 11, 1, 12, tzinfo=UTC)
        return began + timedelta(seconds=self.now() - 1000) + self.ahead
