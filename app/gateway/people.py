"""People in Graph: builds the calls. Translates; decides nothing."""

from app.gateway.building import call_in, page_in
from app.gateway.operations import people as operations
from app.gateway.pipeline import Pipeline
from app.models.answers import Answer
from app.models.context import InMailbox
from app.models.queries import Paging

__all__ = ["PeopleGateway"]

_SELECT = (
    "id,displayName,givenName,surname,jobTitle,companyName,department,"
    "officeLocation,scoredEmailAddresses,phones,personType"
)
# As many as Graph's own documentation asks for at once
# (https://learn.microsoft.com/graph/people-insights-overview).
_ALL = 1000


class PeopleGateway:
    """Reads who the people around a mailbox are."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def list_people(self, where: InMailbox, page: Paging) -> Answer:
        """Return a page of people (`PersonPage`), the closest first."""
        query = [("$select", _SELECT), ("$top", str(page.limit))]
        call = page_in(where, operations.LIST_PEOPLE, query)
        return await self._pipeline.ask_page(call, page.cursor)

    async def relevant_people(self, where: InMailbox) -> Answer:
        """Return all people (`PersonPage`) that Graph finds relevant."""
        query = [("$select", _SELECT), ("$top", str(_ALL))]
        return await self._pipeline.ask(
            call_in(where, operations.RELEVANT_PEOPLE, query)
        )
