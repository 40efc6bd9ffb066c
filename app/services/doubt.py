"""Do something once, whatever Graph leaves open about it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.clock import Clock, Deadline
from app.problems.errors import ExchangeError, Outcome
from app.problems.failures import DeadlineExceeded

__all__ = ["LOOKS", "Doubtful", "watch"]

T = TypeVar("T")

LOOKS = (0.0, 0.5, 1.0, 2.0)
"""Seconds before each look for what may yet come to be done."""


async def watch(
    look: Callable[[], Awaitable[T | None]],
    clock: Clock,
    deadline: Deadline,
    looks: Sequence[float] = LOOKS,
) -> T | None:
    """Look for something for as long as it may yet come to be done.

    Raises:
        DeadlineExceeded: There is no time to look for so long.
    """
    for pause in looks:
        if pause >= deadline.left():
            raise DeadlineExceeded(outcome=Outcome.UNKNOWN)
        if pause:
            await clock.sleep(pause)
        done = await look()
        if done is not None:
            return done
    return None


@dataclass(frozen=True, slots=True)
class Doubtful(Generic[T]):
    """A change that must not be repeated blindly, but can be looked for.

    Attributes:
        act: Makes the change.
        look: Returns what the change has led to, None if it is not done.
    """

    act: Callable[[], Awaitable[T]]
    look: Callable[[], Awaitable[T | None]]

    async def settle(
        self,
        clock: Clock,
        deadline: Deadline,
        *,
        is_in_doubt: bool = False,
        looks: Sequence[float] = LOOKS,
    ) -> T:
        """Make the change, unless it turns out to be made already.

        Args:
            clock: Waits between the looks.
            deadline: When to have ended.
            is_in_doubt: Whether an earlier request may have made it.
            looks: Seconds before each look for what may be under way.

        Raises:
            ExchangeError: It was not made (``outcome`` not_performed), or it
                could not be found out (unknown).
        """
        if is_in_doubt:
            done = await watch(self.look, clock, deadline, looks)
            if done is not None:
                return done
        try:
            return await self.act()
        except ExchangeError as error:
            if error.outcome is not Outcome.UNKNOWN and not is_in_doubt:
                raise
            doubt = error.with_outcome(Outcome.UNKNOWN)
        try:
            done = await watch(self.look, clock, deadline, looks)
        except ExchangeError:
            raise doubt from None
        return done if done is not None else await self._act_again(doubt)

    async def _act_again(self, doubt: ExchangeError) -> T:
        """Act a last time; a refusal may be because the first did it."""
        try:
            return await self.act()
        except ExchangeError as error:
            try:
                done = await self.look()
            except ExchangeError:
                # What the refusal was for, nobody knows.
                raise doubt from error
            if done is None:
                raise error.with_outcome(Outcome.UNKNOWN) from error
            return done
