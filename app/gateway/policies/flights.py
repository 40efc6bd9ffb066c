"""Many who want the same share one call."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from app.clock import Clock, Deadline
from app.problems.failures import DeadlineExceeded
from app.problems.graph_failures import GraphTimeoutCutShort

__all__ = ["Flights"]

T = TypeVar("T")

# The call ends at the same deadline and knows better what was the matter.
_GRACE = 0.01


class _Flight(Generic[T]):
    __slots__ = ("deadline", "task", "waiters")

    def __init__(self, task: "asyncio.Task[T]", deadline: Deadline) -> None:
        self.task = task
        self.deadline = deadline
        self.waiters = 0


class Flights(Generic[T]):
    """Runs one call for each key at a time and gives all who ask its result.

    The call belongs to nobody in particular: who began it may leave, and the
    others still get their answer. It has the time of the most patient of
    them. When the last one leaves, it is cancelled.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._flights: dict[Hashable, _Flight[T]] = {}

    def __len__(self) -> int:
        """Return how many calls are under way."""
        return len(self._flights)

    def __contains__(self, key: Hashable) -> bool:
        """Tell whether a call is under way that others may share."""
        return key in self._flights

    async def join(
        self,
        key: Hashable,
        deadline: Deadline,
        begin: Callable[[Deadline], Awaitable[T]],
    ) -> tuple[T, bool]:
        """Return the result, and whether another had begun the call.

        Args:
            key: What is asked for, and on whose behalf.
            deadline: How long this one waits.
            begin: Makes the call; it is handed the deadline of them all.

        Raises:
            DeadlineExceeded: The result did not come in time for this one.
        """
        while True:
            flight = self._flights.get(key)
            if flight is None:
                flight = self._begin(key, deadline, begin)
                return await self._wait(key, flight, deadline), False
            others_end = flight.deadline.ends
            flight.deadline.extend(deadline)
            try:
                return await self._wait(key, flight, deadline), True
            except (DeadlineExceeded, GraphTimeoutCutShort):
                # It had begun to wait for something before this one came,
                # for as long as the others had time; this one has more.
                if not others_end <= self._clock.now() < deadline.ends:
                    raise

    async def _wait(
        self, key: Hashable, flight: _Flight[T], deadline: Deadline
    ) -> T:
        flight.waiters += 1
        try:
            async with asyncio.timeout(deadline.left() + _GRACE):
                return await asyncio.shield(flight.task)
        except TimeoutError as e:
            raise DeadlineExceeded(
                "Microsoft Graph did not answer within the time given."
            ) from e
        finally:
            flight.waiters -= 1
            if flight.waiters == 0 and not flight.task.done():
                self._forget(key, flight)
                flight.task.cancel()

    async def aclose(self) -> None:
        """Cancel what is under way and wait until it has ended."""
        tasks = [flight.task for flight in self._flights.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(
        self,
        key: Hashable,
        deadline: Deadline,
        begin: Callable[[Deadline], Awaitable[T]],
    ) -> _Flight[T]:
        shared = Deadline(self._clock, deadline.left())

        async def run() -> T:
            return await begin(shared)

        flight = _Flight(asyncio.create_task(run()), shared)
        self._flights[key] = flight
        flight.task.add_done_callback(lambda _: self._landed(key, flight))
        return flight

    def _landed(self, key: Hashable, flight: _Flight[T]) -> None:
        self._forget(key, flight)
        if not flight.task.cancelled():
            # Looked at here, so that a failure nobody waited for to the end
            # makes no noise.
            flight.task.exception()

    def _forget(self, key: Hashable, flight: _Flight[T]) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
