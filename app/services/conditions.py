"""Conditions of changes: what Graph does not check, or cannot tell."""

from collections.abc import Awaitable, Callable

from app.models.answers import Answer
from app.models.context import InMailbox
from app.problems.errors import ExchangeError, Outcome
from app.problems.resources import PreconditionFailed

__all__ = ["change", "expect_unchanged"]


async def expect_unchanged(
    etag: str | None,
    where: InMailbox,
    read: Callable[[InMailbox], Awaitable[Answer]],
) -> None:
    """Check ``If-Match`` for a resource that has no change key in Graph.

    A change between this look and the change that follows goes unseen; Graph
    offers nothing better for folders, categories, rules and settings.

    Args:
        etag: The caller's entity tag; None if anything will do.
        where: The request; the look is live, whatever it accepts.
        read: Reads the resource as callers see it.

    Raises:
        PreconditionFailed: The resource has another entity tag.
    """
    if etag is None:
        return
    now = await read(where.live())
    if now.etag != etag:
        raise PreconditionFailed


async def change(
    act: Callable[[], Awaitable[Answer]],
    look: Callable[[], Awaitable[Answer]],
    shows: Callable[[Answer], bool],
) -> Answer:
    """Change something that must still have its entity tag; return it.

    If the tag is another one because of an attempt whose answer was lost, the
    change is done: it is looked whether the resource shows it.

    Args:
        act: Makes the change, if the tag is the right one.
        look: Returns the resource as it is now.
        shows: Tells whether it is as the change wants it.

    Raises:
        PreconditionFailed: Somebody else has changed it, or nobody knows.
    """
    try:
        return await act()
    except PreconditionFailed as error:
        if error.outcome is not Outcome.UNKNOWN:
            raise
        try:
            found = await look()
        except ExchangeError:
            raise error from None
        if not shows(found):
            raise
        return found
