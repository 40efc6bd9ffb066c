"""Time, as something that can be handed in."""

import asyncio
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Protocol

__all__ = ["Clock", "Deadline", "Interrupted", "Stopping", "SystemClock"]

# When waits are over whose end has come; no clock shows that otherwise.
_AT_ONCE = 0.0

_Waits = dict[asyncio.Task[Any] | None, asyncio.Timeout]


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
        self._waits: _Waits = {}

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
            wait.reschedule(_AT_ONCE)

    def interruptible(self, seconds: float | None = None) -> "_Wait":
        """Run inside what may wait, for so long at most if that is given.

        Raises:
            Interrupted: It waited when the switch was thrown, or after that.
            TimeoutError: It took too long.
        """
        return _Wait(self._begun, self._waits, seconds)

    def sheltered(self) -> "_Shelter":
        """Let finish what is begun; if it fails meanwhile, no wait follows.

        If it succeeds nothing is interrupted any more: it is done.

        Raises:
            Interrupted: The switch was thrown before it began.
        """
        return _Shelter(self._begun, self._waits)


class _Wait:
    __slots__ = ("_begun", "_limit", "_seconds", "_task", "_waits")

    def __init__(
        self, begun: asyncio.Event, waits: _Waits, seconds: float | None
    ) -> None:
        self._begun = begun
        self._waits = waits
        self._seconds = seconds

    async def __aenter__(self) -> None:
        self._limit = (
            asyncio.timeout_at(_AT_ONCE)
            if self._begun.is_set()
            else asyncio.timeout(self._seconds)
        )
        await self._limit.__aenter__()
        self._task = asyncio.current_task()
        self._waits[self._task] = self._limit

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        del self._waits[self._task]
        try:
            await self._limit.__aexit__(kind, error, traceback)
        except TimeoutError as e:
            if self._limit.when() == _AT_ONCE:
                raise Interrupted from e
            raise


class _Shelter:
    __slots__ = ("_begun", "_limit", "_task", "_waits")

    def __init__(self, begun: asyncio.Event, waits: _Waits) -> None:
        self._begun = begun
        self._waits = waits

    def __enter__(self) -> None:
        if self._begun.is_set():
            raise Interrupted
        self._task = asyncio.current_task()
        self._limit = self._waits.pop(self._task, None)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        if self._limit is None:
            return
        if kind is not None and self._begun.is_set():
            self._limit.reschedule(_AT_ONCE)
        self._waits[self._task] = self._limit
