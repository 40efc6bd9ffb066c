"""Conditions of changes that Graph itself does not check."""

from collections.abc import Awaitable, Callable

from app.models.answers import Answer
from app.models.context import InMailbox
from app.problems.resources import PreconditionFailed

__all__ = ["expect_unchanged"]


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
