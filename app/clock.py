"""Time, as something that can be handed in."""

import asyncio
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Protocol

__all__ = [
    "Clock",
    "Deadline",
    "Interrupted",
    "Limit",
    "Stopping",
    "SystemClock",
]


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
            wait.tell()

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


class Limit:
    """Ends what runs inside after so many seconds, with `TimeoutError`.

    As `asyncio.timeout` does, at half of its price, which each request to
    Graph pays more than once. None is no limit.
    """

    __slots__ = ("_before", "_is_over", "_loop", "_seconds", "_timer", "task")

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds
        self._is_over = False
        self._timer: asyncio.Handle | None = None

    def __enter__(self) -> None:
        """Begin."""
        self._loop = asyncio.get_running_loop()
        self.task = asyncio.current_task(self._loop)
        self._before = self.task.cancelling() if self.task else 0
        if self._seconds is not None:
            self._timer = self._loop.call_later(self._seconds, self._end)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """Tell an end that came from here from a cancellation."""
        if self._timer is not None:
            self._timer.cancel()
        if (
            self._is_over
            and self.task is not None
            and self.task.uncancel() <= self._before
            and kind is asyncio.CancelledError
        ):
            raise TimeoutError from error

    def end(self) -> None:
        """Let it be over as soon as it waits."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_soon(self._end)

    def _end(self) -> None:
        self._is_over = True
        if self.task is not None:
            self.task.cancel()


class _Wait(Limit):
    __slots__ = ("_begun", "_waits", "is_told")

    def __init__(
        self, begun: asyncio.Event, waits: "_Waits", seconds: float | None
    ) -> None:
        super().__init__(seconds)
        self._begun = begun
        self._waits = waits
        self.is_told = False

    def __enter__(self) -> None:
        super().__enter__()
        self._waits[self.task] = self
        if self._begun.is_set():
            self.tell()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        del self._waits[self.task]
        try:
            super().__exit__(kind, error, traceback)
        except TimeoutError as e:
            if self.is_told:
                raise Interrupted from e
            raise

    def tell(self) -> None:
        # Else its time is up: that ended it, even what was sheltered.
        if not self._is_over:
            self.is_told = True
            self.end()


_Waits = dict[asyncio.Task[Any] | None, _Wait]


class _Shelter:
    __slots__ = ("_begun", "_task", "_wait", "_waits")

    def __init__(self, begun: asyncio.Event, waits: _Waits) -> None:
        self._begun = begun
        self._waits = waits

    def __enter__(self) -> None:
        if self._begun.is_set():
            raise Interrupted
        self._task = asyncio.current_task()
        self._wait = self._waits.pop(self._task, None)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        if self._wait is None:
            return
        if kind is not None and self._begun.is_set():
            self._wait.tell()
        self._waits[self._task] = self._wait
