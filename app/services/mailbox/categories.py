"""What callers can do with categories."""

from collections.abc import AsyncIterator

import msgspec
from msgspec.structs import replace

from app.clock import Clock
from app.gateway.categories import CategoryGateway
from app.models.answers import Answer
from app.models.categories import (
    CategoryPage,
    CategoryPatch,
    MailboxCategory,
    NewCategory,
)
from app.models.context import InMailbox
from app.models.queries import Paging
from app.problems.graph_failures import (
    GraphMalformedResponse,
    GraphRejected,
)
from app.problems.resources import Conflict
from app.services.conditions import expect_unchanged
from app.services.doubt import Doubtful
from app.services.once import Attempt, Intent, Once
from app.services.removal import remove

__all__ = ["CategoryService"]

_LONGEST_PAGE = 100
# More than any mailbox has; some list may have no end.
_MOST_PAGES = 50


class CategoryService:
    """Reads, makes, changes and deletes categories."""

    def __init__(
        self, categories: CategoryGateway, once: Once, clock: Clock
    ) -> None:
        self._categories = categories
        self._once = once
        self._clock = clock

    async def list_categories(self, where: InMailbox, page: Paging) -> Answer:
        """Return a page of categories (`CategoryPage`)."""
        return await self._categories.list_categories(where, page)

    async def get_category(self, where: InMailbox, category: str) -> Answer:
        """Return a category (`MailboxCategory`)."""
        return await self._categories.get_category(where, category)

    async def create_category(
        self, where: InMailbox, wanted: NewCategory, intent: Intent
    ) -> Answer:
        """Make a category, once; return it (`MailboxCategory`).

        Names are unique, so that one that is as wanted is the one that an
        attempt without an answer has made.

        Raises:
            Conflict: There is one by this name.
        """

        async def make() -> Answer:
            try:
                return await self._categories.create_category(where, wanted)
            except GraphRejected as error:
                # Which code Graph has for it is not documented.
                if await self._named(where, wanted.name) is None:
                    raise
                raise Conflict(upstream=error.upstream) from error

        async def find() -> Answer | None:
            found = await self._named(where, wanted.name)
            if found is None or found["color"] != wanted.color:
                return None
            return Answer.of(found)

        async def work(attempt: Attempt) -> Answer:
            answer = await Doubtful(make, find).settle(
                self._clock,
                where.context.deadline,
                is_in_doubt=attempt.may_be_done,
            )
            made = msgspec.json.decode(answer.body, type=MailboxCategory)
            return replace(answer, created=made["id"], delivery=None)

        return await self._once.run(where.context, intent, work)

    async def update_category(
        self,
        where: InMailbox,
        category: str,
        patch: CategoryPatch,
        etag: str | None,
    ) -> Answer:
        """Change a category, if it still has the entity tag; return it."""
        await self._expect(where, category, etag)
        return await self._categories.update_category(where, category, patch)

    async def delete_category(
        self, where: InMailbox, category: str, etag: str | None
    ) -> None:
        """Take a category from the list, if it has the entity tag."""
        await self._expect(where, category, etag)

        async def delete() -> None:
            await self._categories.delete_category(where, category)

        await remove(delete)

    async def _expect(
        self, where: InMailbox, category: str, etag: str | None
    ) -> None:
        async def read(live: InMailbox) -> Answer:
            return await self._categories.get_category(live, category)

        await expect_unchanged(etag, where, read)

    async def _named(
        self, where: InMailbox, name: str
    ) -> MailboxCategory | None:
        async for category in self._every(where.live()):
            if category["name"].lower() == name.lower():
                return category
        return None

    async def _every(self, where: InMailbox) -> AsyncIterator[MailboxCategory]:
        page = Paging(limit=_LONGEST_PAGE)
        for _ in range(_MOST_PAGES):
            answer = await self._categories.list_categories(where, page)
            found = msgspec.json.decode(answer.body, type=CategoryPage)
            for category in found["items"]:
                yield category
            if found["next_cursor"] is None:
                return
            page = Paging(limit=_LONGEST_PAGE, cursor=found["next_cursor"])
        raise GraphMalformedResponse("The list of categories has no end.")
