"""Make things so that each is there once, though Graph has no key for them."""

from collections.abc import Awaitable, Callable
from functools import partial

import msgspec
from msgspec.structs import replace

from app.clock import Clock
from app.models.answers import Answer
from app.models.context import CallContext
from app.services.doubt import Doubtful
from app.services.once import Attempt, Intent, Once

__all__ = ["Creation", "Find", "Make"]

Make = Callable[[str], Awaitable[Answer]]
"""Makes the thing so that it bears a marker, and returns it."""

Find = Callable[[str], Awaitable[Answer | None]]
"""Returns the thing that bears a marker, if it is there."""


class _Made(msgspec.Struct):
    id: str


class Creation:
    """Makes things that bear a marker, and finds them again by it."""

    def __init__(self, once: Once, clock: Clock) -> None:
        self._once = once
        self._clock = clock

    async def run(
        self, context: CallContext, intent: Intent, make: Make, find: Find
    ) -> Answer:
        """Make something once; return it, told as `Answer.created`.

        Raises:
            ExchangeError: It was not made (``outcome`` not_performed), or it
                could not be found out (unknown).
        """

        async def work(attempt: Attempt) -> Answer:
            doubtful = Doubtful(
                act=partial(make, attempt.marker),
                look=partial(find, attempt.marker),
            )
            answer = await doubtful.settle(
                self._clock,
                context.deadline,
                is_in_doubt=attempt.may_be_done,
            )
            made = msgspec.json.decode(answer.body, type=_Made)
            return replace(answer, created=made.id, delivery=None)

        return await self._once.run(context, intent, work)
