"""Time, as something that can be handed in."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Any, Protocol

__all__ = ["Clock", "Deadline", "Interrupted", "Stopping", "SystemClock"]


class Clock(Protocol):
    """Tells the time and waits."""

    def now(self) -> float:
        """Return seconds on a clock that never goes back."""

    def wall(self) -> datetime:
        """Return the date and time in UTC; only calendars need it."""

    async def sleep(self, seconds: float) -> None:
        """Wait without blocking the event loop."""


class SystemClock:
    """The clock of the event loop on which it is first asked.

    ``asyncio.timeout`` and ``asyncio.sleep`` go by the same clock, so a test
    that runs on a loop with virtual time moves all of them together. Other
    threads may ask it afterwards.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None

    def now(self) -> float:
        """Return seconds since an arbitrary start."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        return self._loop.time()

    def wall(self) -> datetime:
        """Return the date and time in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait for at least that many seconds."""
        await asyncio.sleep(seconds)


class Deadline:
    """The moment by which a caller wants its answer.

    Made once at the door and handed down; whoever waits asks `left` first.
    """

    __slots__ = ("_clock", "ends")

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self.ends = clock.now() + seconds

    def left(self) -> float:
        """Return the seconds left, never below zero."""
        return max(0.0, self.ends - self._clock.now())

    def extend(self, other: "Deadline") -> None:
        """Move the end to that of a later deadline; never earlier.

        For work that is shared: it may take as long as the most patient of
        those who wait for it allows.
        """
        self.ends = max(self.ends, other.ends)


class Interrupted(Exception):
    """A wait ended early because the process is being stopped."""


class Stopping:
    """The switch that is thrown when the process is told to stop.

    Whatever waits inside `interruptible` from that moment on, for whatever it
    is, waits no longer. What is inside `sheltered` as well is let finish.
    """

    def __init__(self) -> None:
        self._begun = asyncio.Event()
        self._waits: dict[asyncio.Task[Any] | None, asyncio.Timeout] = {}

    @property
    def has_begun(self) -> bool:
        """Whether the switch was thrown."""
        return self._begun.is_set()

    def begin(self) -> None:
        """Throw the switch; call it on the event loop."""
        if self._begun.is_set():
            return
        self._begun.set()
        for wait in self._waits.values():
            wait.reschedule(0.0)

    @asynccontextmanager
    async def interruptible(self) -> AsyncIterator[None]:
        """Run what may wait.

        Raises:
            Interrupted: It waited when the switch was thrown, or after that.
        """
        task = asyncio.current_task()
        wait = asyncio.timeout_at(0.0 if self._begun.is_set() else None)
        try:
            async with wait:
                self._waits[task] = wait
                try:
                    yield
                finally:
                    del self._waits[task]
        except TimeoutError as e:
            if wait.expired():
                raise Interrupted from e
            raise

    @contextmanager
    def sheltered(self) -> Iterator[None]:
        """Let finish what is begun; if it fails meanwhile, no wait follows.

        If it succeeds nothing is interrupted any more: it is done.

        Raises:
            Interrupted: The switch was thrown before it began.
        """
        if self._begun.is_set():
            raise Interrupted
        task = asyncio.current_task()
        wait = self._waits.pop(task, None)
        try:
            yield
        except BaseException:
            if wait is not None and self._begun.is_set():
                wait.reschedule(0.0)
            raise
        finally:
            if wait is not None:
                self._waits[task] = wait
