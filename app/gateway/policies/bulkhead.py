"""So many at once, and the others wait their turn. No clock, no I/O."""

import asyncio
from collections import deque

__all__ = ["Bulkhead", "QueueFull"]


class QueueFull(Exception):
    """No more may wait."""


class Bulkhead:
    """A counting semaphore, first come first served, with a bounded queue.

    A caller may take several permits at once; until they are all there
    nobody behind it gets any, so that it is not starved. Cancelling a wait
    loses no permit, at whatever moment it happens.
    """

    __slots__ = ("_limit", "_most_waiting", "_queue", "in_use")

    def __init__(self, limit: int, most_waiting: int) -> None:
        self._limit = limit
        self._most_waiting = most_waiting
        self._queue: deque[tuple[asyncio.Future[None], int]] = deque()
        self.in_use = 0

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(not turn.done() for turn, _ in self._queue)

    async def acquire(self, count: int) -> None:
        """Take permits, at most as many as there are in all.

        Raises:
            QueueFull: Too many wait already.
        """
        if not self.waiting and self.in_use + count <= self._limit:
            self.in_use += count
            return
        if self.waiting >= self._most_waiting:
            raise QueueFull
        turn = asyncio.get_running_loop().create_future()
        self._queue.append((turn, count))
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                # The turn came in the same moment; it goes to the next.
                self.in_use -= count
            self._admit()
            raise

    def release(self, count: int) -> None:
        """Give permits back."""
        self.in_use -= count
        self._admit()

    def _admit(self) -> None:
        """Let in who is first, passing over those who have left."""
        while self._queue:
            turn, count = self._queue[0]
            if not turn.done():
                if self.in_use + count > self._limit:
                    return
                self.in_use += count
                turn.set_result(None)
            self._queue.popleft()
