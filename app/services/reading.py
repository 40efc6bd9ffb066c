"""Read what was just written."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from app.models.answers import Answer
from app.models.context import InMailbox
from app.problems.errors import ExchangeError, Outcome

__all__ = ["read_back"]


async def read_back(
    where: InMailbox, read: Callable[[InMailbox], Awaitable[Answer]]
) -> Answer:
    """Return a resource as it is after a write; nothing kept will do.

    Raises:
        ExchangeError: It cannot be read; the write was performed.
    """
    try:
        answer = await read(where.live())
    except ExchangeError as error:
        raise error.with_outcome(Outcome.PERFORMED) from error
    return replace(answer, delivery=None)
