"""How long a connection is waited for."""

import asyncio
from collections.abc import Callable

__all__ = ["Patience"]

_NEVER = float("inf")


class Patience:
    """Waits for one thing at a time, by one timer for all of them.

    A timer for each would be set and stopped with each request. This one
    looks whether it is still about what it was set for, and sets itself
    again if it is not.

    Args:
        loop: Tells the time, and has the timers.
    """

    __slots__ = ("_due", "_looks_at", "_loop", "_over", "_watch")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._due = self._looks_at = _NEVER
        self._over: Callable[[], None] | None = None
        self._watch: asyncio.TimerHandle | None = None

    def waits_for(self, over: Callable[[], None]) -> bool:
        """Tell whether this is what will be called, if nothing happens."""
        return self._over == over

    def wait(self, seconds: float, over: Callable[[], None]) -> None:
        """Wait for something else now, and call this when it is too long."""
        self._due, self._over = self._loop.time() + seconds, over
        if self._watch is None or self._due < self._looks_at:
            self.close()
            self._look_later()

    def stop(self) -> None:
        """Wait for nothing."""
        self._due, self._over = _NEVER, None

    def close(self) -> None:
        """Stop the timer."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def _look_later(self) -> None:
        self._looks_at = self._due
        self._watch = self._loop.call_at(self._due, self._look)

    def _look(self) -> None:
        self._watch = None
        over = self._over
        if over is None:
            return
        if self._loop.time() < self._due:
            self._look_later()
        else:
            self.stop()
            over()
