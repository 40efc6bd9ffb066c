"""Categories in Graph: builds the calls. Translates; decides nothing."""

from msgspec.structs import replace

from app.gateway.building import call_in, page_in
from app.gateway.operations import settings as operations
from app.gateway.pipeline import Pipeline
from app.gateway.translation.categories import category_json, color_json
from app.models.answers import Answer
from app.models.categories import CategoryPatch, NewCategory
from app.models.context import InMailbox
from app.models.queries import Paging

__all__ = ["CategoryGateway"]


class CategoryGateway:
    """Reads and changes a mailbox's own list of categories."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def list_categories(self, where: InMailbox, page: Paging) -> Answer:
        """Return a page of categories (`CategoryPage`)."""
        query = [("$top", str(page.limit))]
        call = page_in(where, operations.LIST_CATEGORIES, query)
        return await self._pipeline.ask_page(call, page.cursor)

    async def get_category(self, where: InMailbox, category: str) -> Answer:
        """Return a category (`Category`)."""
        return await self._pipeline.ask(
            call_in(where, operations.GET_CATEGORY, category=category)
        )

    async def create_category(
        self, where: InMailbox, wanted: NewCategory
    ) -> Answer:
        """Make a category; return it (`Category`)."""
        call = call_in(where, operations.CREATE_CATEGORY)
        return await self._pipeline.ask(
            replace(call, body=category_json(wanted))
        )

    async def update_category(
        self, where: InMailbox, category: str, patch: CategoryPatch
    ) -> Answer:
        """Change the color of a category; return it (`Category`)."""
        call = call_in(where, operations.UPDATE_CATEGORY, category=category)
        return await self._pipeline.ask(replace(call, body=color_json(patch)))

    async def delete_category(self, where: InMailbox, category: str) -> None:
        """Take a category from the list."""
        await self._pipeline.ask(
            call_in(where, operations.DELETE_CATEGORY, category=category)
        )
