"""Walk through more messages than are shown. Decides nothing."""

from dataclasses import dataclass
from enum import StrEnum

from msgspec.structs import replace

from app.gateway.building import binding_of
from app.gateway.calls import GraphCall
from app.gateway.mail import messages_in
from app.gateway.pipeline import Pipeline
from app.gateway.queries import scan_query, search_query
from app.models.answers import Answer
from app.models.context import InMailbox
from app.models.queries import MessageQuery

__all__ = ["Place", "SearchGateway", "Walk"]

_PAGE = 100
_LARGE_PAGE = 250
# In no target: Graph's are percent-encoded.
_MARK = "#"


class Walk(StrEnum):
    """What to walk through.

    - ``search``: what a search finds, newest first;
    - ``all-found``: the same in as few pages as can be;
    - ``scan``: all messages of the time in question;
    - ``threads``: the same, for the threads that they belong to.
    """

    SEARCH = "search"
    ALL_FOUND = "all-found"
    SCAN = "scan"
    THREADS = "threads"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a walk is: at a page of Graph's, and at a mark in it.

    ``mark`` is for who walks; it is empty at the beginning of a page.
    """

    target: str
    mark: str = ""


class SearchGateway:
    """Has Graph give the pages that a walk passes, in order."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    def start(
        self, where: InMailbox, wanted: MessageQuery, walk: Walk
    ) -> Place:
        """Return where a walk begins, or goes on if there is a cursor.

        Raises:
            InvalidCursor: The cursor is of another list, or of another walk.
            InvalidRequest: There is no word to search for.
        """
        call = _call(where, wanted, walk)
        if wanted.cursor is None:
            return Place(call.target)
        place = self._pipeline.place_at(wanted.cursor, call.binding)
        target, _, mark = place.partition(_MARK)
        return Place(target, mark)

    async def page(
        self, where: InMailbox, wanted: MessageQuery, walk: Walk, at: Place
    ) -> Answer:
        """Return the page (`MessagePage`) that a place is on."""
        call = _call(where, wanted, walk)
        return await self._pipeline.ask(replace(call, target=at.target))

    def after(
        self,
        where: InMailbox,
        wanted: MessageQuery,
        walk: Walk,
        page: Answer,
    ) -> Place | None:
        """Return the beginning of the next page, None after the last."""
        if page.next_cursor is None:
            return None
        call = _call(where, wanted, walk)
        target = self._pipeline.place_at(page.next_cursor, call.binding)
        return Place(target)

    def cursor(
        self, where: InMailbox, wanted: MessageQuery, walk: Walk, at: Place
    ) -> str:
        """Return the cursor by which the walk goes on at a place."""
        call = _call(where, wanted, walk)
        place = f"{at.target}{_MARK}{at.mark}"
        return self._pipeline.cursor_to(place, call.binding)


def _call(where: InMailbox, wanted: MessageQuery, walk: Walk) -> GraphCall:
    if walk in {Walk.SCAN, Walk.THREADS}:
        query = scan_query(wanted, _PAGE)
    else:
        size = _PAGE if walk is Walk.SEARCH else _LARGE_PAGE
        query = search_query(wanted, size)
    call = messages_in(where, wanted.folder, query)
    # What Graph is asked for does not tell all that the caller asked for.
    asked = wanted.model_dump_json(exclude={"cursor"})
    parts = (call.operation.name, where.asked_as, walk, asked)
    return replace(call, binding=binding_of(where.context, *parts))
