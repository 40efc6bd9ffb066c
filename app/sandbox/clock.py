"""The sandbox's time: the event loop's, so that tests can run it virtually.

Everything that reads a clock or waits does so here.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

__all__ = ["Clock", "Gone", "http_date", "parse_utc", "stamp"]

Gone = Callable[[], Awaitable[None]]


class Clock:
    """Wall time that advances with the event loop that asks for it.

    The wall starts at ``now`` (default: the real time) when a loop first
    asks. Outside a loop time stands still.
    """

    def __init__(self, now: datetime | None = None) -> None:
        self._is_real = now is None
        self.start = datetime.now(UTC) if now is None else now.astimezone(UTC)
        self._anchor: float | None = None
        self._latest = 0.0

    def monotonic(self) -> float:
        """Return the loop's seconds."""
        try:
            self._latest = asyncio.get_running_loop().time()
        except RuntimeError:
            return self._latest
        if self._anchor is None:
            self._anchor = self._latest
            if self._is_real:
                # Read again, for to get here can take seconds; from now on
                # the loop carries it on.
                self.start = datetime.now(UTC)
        return self._latest

    def now(self) -> datetime:
        """Return the wall time in UTC."""
        elapsed = self.monotonic()
        if self._anchor is None:
            return self.start
        return self.start + timedelta(seconds=elapsed - self._anchor)

    @staticmethod
    def machine() -> datetime:
        """Return the time of the machine, even while a loop runs ahead."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        if seconds > 0:
            await asyncio.sleep(seconds)

    async def linger(self, seconds: float | None, gone: Gone) -> bool:
        """Wait (``None``: for ever), or until the caller hangs up.

        Returns:
            Whether the caller is still there.
        """
        try:
            async with asyncio.timeout(seconds):
                await gone()
        except TimeoutError:
            return True
        return False


def stamp(moment: datetime) -> str:
    """Format a time as Graph does: UTC, whole seconds, ``Z``."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def parse_utc(text: str) -> datetime:
    """Read an ISO 8601 date or time; without an offset it is UTC.

    Raises:
        ValueError: when it is none.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC)


def http_date(moment: datetime) -> str:
    """Format a time for an HTTP header."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)
