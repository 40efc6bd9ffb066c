"""An event loop on which waiting costs no time.

Whenever nothing is ready to run, the loop's clock jumps to the next timer.
Sleeps, ``asyncio.timeout`` and waits for permits thus share one clock, and
two sleepers wake in the order and at the times they would in real life.

A thread is real, though: while one works, the loop waits for it in real
time, unless that thread itself waits for a coroutine on this loop. So is a
database: see `VirtualLoop.hold`.
"""

import asyncio
import contextvars
import selectors
import threading
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple, Unpack

__all__ = ["VirtualLoop"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

# Twice the resolution, in seconds, that asyncio takes its clock to have.
_TICK = 2e-9


class _Selector(selectors.DefaultSelector):
    """Asks the system only what is ready now, and lets the loop jump."""

    loop: "VirtualLoop"

    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if self.loop.threads_at_work():
            return super().select(None)
        if timeout is None:
            raise RuntimeError("the test waits for something that never comes")
        self.loop.skip(timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """A selector event loop with a clock of its own, starting at 1,000 s."""

    def __init__(self) -> None:
        self._now = 1000.0
        self._jobs = 0
        self._parked = 0
        self._from_thread = False
        self._home = threading.get_ident()
        selector = _Selector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        """Virtual seconds."""
        return self._now

    def skip(self, seconds: float) -> None:
        """Let time pass without waiting."""
        self._now += seconds

    def call_at(
        self,
        when: float,
        callback: Callable[[Unpack[Ts]], object],
        *args: *Ts,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        """Set a timer, no sooner than the clock can tell.

        Asyncio fires what is due within the clock's resolution. On a clock
        that only waiting moves, who sleeps for less than that, and looks
        again, would look for ever.
        """
        if when > self._now:
            when = max(when, self._now + _TICK)
        return super().call_at(when, callback, *args, context=context)

    def threads_at_work(self) -> bool:
        """Whether a thread computes something that this loop waits for."""
        return self._jobs > self._parked

    def hold(self) -> None:
        """Let no time pass until `release`: something real is under way."""
        self._jobs += 1

    def release(self) -> None:
        """Take back one `hold`."""
        self._jobs -= 1

    def run_in_executor(
        self,
        executor: Executor | None,
        func: Callable[[Unpack[Ts]], T],
        *args: *Ts,
    ) -> "asyncio.Future[T]":
        """Count the job until its result is back on the loop."""
        self._jobs += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._job_done)
        return future

    def call_soon_threadsafe(
        self,
        callback: Callable[[Unpack[Ts]], object],
        *args: *Ts,
        context: contextvars.Context | None = None,
    ) -> asyncio.Handle:
        """Mark what comes from another thread (see `create_task`)."""
        if threading.get_ident() == self._home:
            return super().call_soon_threadsafe(
                callback, *args, context=context
            )

        def marked() -> None:
            self._from_thread = True
            try:
                callback(*args)
            finally:
                self._from_thread = False

        return super().call_soon_threadsafe(marked, context=context)

    def create_task(
        self,
        coro: Coroutine[Any, Any, T] | Generator[Any, None, T],
        **options: Any,
    ) -> asyncio.Task[T]:
        """Start a task; one begun by a thread keeps that thread waiting."""
        task: asyncio.Task[T] = super().create_task(coro, **options)
        if self._from_thread:
            self._parked += 1
            task.add_done_callback(self._thread_resumes)
        return task

    async def shutdown_default_executor(self) -> None:
        """Let the closing thread count as work too."""
        self._jobs += 1
        await super().shutdown_default_executor()
        self._jobs -= 1

    def _job_done(self, _future: object) -> None:
        self._jobs -= 1

    def _thread_resumes(self, _task: object) -> None:
        self._parked -= 1
