"""Let requests begin a few at a time, so that the event loop stays quick."""

import asyncio
from collections import deque
from collections.abc import Callable

from app.clock import Clock

__all__ = ["Turnstile"]

# A round counts for so much in what turns are taken to last.
_WEIGHT = 1 / 8
# For so many seconds it tells how long they will. Where nobody is let in who
# would have to wait, there is no round that could tell otherwise.
_TELLS_FOR = 1.0


class Turnstile:
    """Lets a few requests begin in each round of the event loop.

    The loop gives a turn to all that is ready before it listens again. With
    hundreds of requests ready at once a round takes seconds, and whoever
    comes meanwhile, an orchestrator that asks for health above all, waits
    for all of them. Here they wait in a queue instead, where those who give
    up cost nothing, and a round stays short however many there are.

    Args:
        clock: Tells the time.
        turns: Returns how many turns there are in the next round.
    """

    def __init__(self, clock: Clock, turns: Callable[[], int]) -> None:
        self._clock = clock
        self._turns = turns
        self._of_round = self._left = turns()
        self._queue: deque[asyncio.Future[None]] = deque()
        self._is_round_open = False
        # When a round of which all turns went to the queue began, if it did,
        # and how many seconds pass from one turn to the next: in the last
        # of such rounds, which ended then, and in general.
        self._full_since: float | None = None
        self._measured_at = float("-inf")
        self._took = self._pace = 0.0
        # To look for it takes a system call each time.
        self._loop: asyncio.AbstractEventLoop | None = None

    async def enter(self) -> None:
        """Return when it is this one's turn, in the order of their coming."""
        if self._left > 0:
            self._left -= 1
            self._open_round()
            return
        turn = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        await turn

    def wait(self, ahead: int = 0) -> float:
        """Return how many seconds one more will wait, as it looks now.

        That is how long it will take until the core gets round to it.

        Args:
            ahead: Those who are not in the queue yet, but before it.
        """
        if self._clock.now() - self._measured_at > _TELLS_FOR:
            return 0.0
        return (len(self._queue) + ahead) * self._pace

    def _open_round(self) -> None:
        if not self._is_round_open:
            self._is_round_open = True
            if self._loop is None:
                self._loop = asyncio.get_running_loop()
            self._loop.call_soon(self._end_round)

    def _end_round(self) -> None:
        """Give the next ones their turns, after all of this round."""
        self._is_round_open = False
        self._measure()
        self._of_round = self._left = self._turns()
        while self._queue and self._left > 0:
            turn = self._queue.popleft()
            # Those who have left are passed over.
            if not turn.done():
                self._left -= 1
                turn.set_result(None)
        if self._left < self._of_round:
            self._open_round()
        self._full_since = None if self._left else self._clock.now()

    def _measure(self) -> None:
        """Learn from a round how long a turn takes, if it was a full one.

        The process may have been held up in it, so that two have to tell.
        """
        if self._full_since is None:
            return
        now, before = self._clock.now(), self._took
        if now - self._measured_at > _TELLS_FOR:
            before = self._pace = 0.0
        self._took = (now - self._full_since) / self._of_round
        weight = _WEIGHT if self._pace else 1.0
        self._pace += weight * (min(before, self._took) - self._pace)
        self._measured_at = now
