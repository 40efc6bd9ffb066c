"""Read what was just written."""

from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from app.models.answers import Answer
from app.models.context import InMailbox
from app.problems.errors import ExchangeError, Outcome

__all__ = ["read_back"]


async def read_back(
    where: InMailbox, read: Callable[..., Awaitable[Answer]], *which: str
) -> Answer:
    """Return a resource as it is after a write; nothing kept will do.

    What Graph answers to writes is not all of it: of a message, for one, it
    leaves out the attachments.

    Args:
        where: The request.
        read: Reads the resource, given where and which.
        which: Ids that name it.

    Raises:
        ExchangeError: It cannot be read; the write was performed.
    """
    try:
        answer = await read(where.live(), *which)
    except ExchangeError as error:
        raise error.with_outcome(Outcome.PERFORMED) from error
    return replace(answer, delivery=None)
