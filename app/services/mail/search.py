"""Find messages by more than Graph can combine.

Graph searches or filters, and refuses some filters with an order. What it
cannot look at is looked at here, page by page, without an end in sight: so an
answer takes a few pages of Graph's at most, and may be short.
"""

from collections.abc import Sequence

import msgspec

from app.gateway.mail import MailGateway
from app.gateway.searching import Place, SearchGateway, Walk
from app.models.answers import Answer, least_fresh
from app.models.context import InMailbox
from app.models.mail import MessagePage, MessageSummary
from app.models.queries import MessageQuery
from app.problems.refusals import InvalidCursor
from app.problems.resources import QueryTooComplex
from app.services.mail.matching import Key, fits, is_plain, key_of

__all__ = ["SearchService"]

_NEWEST = "-received_at"
_BY_TIME = {_NEWEST, "received_at"}
_MOST_PAGES = 4


class SearchService:
    """Lists messages, however they are asked for."""

    def __init__(self, mail: MailGateway, pages: SearchGateway) -> None:
        self._mail = mail
        self._pages = pages

    async def list_messages(
        self, where: InMailbox, wanted: MessageQuery
    ) -> Answer:
        """Return a page of messages (`MessagePage`).

        A page that is short, or empty, but has a cursor is not the last.

        Raises:
            InvalidCursor: The cursor belongs to another list.
            QueryTooComplex: Too many are found to be sorted, or Graph
                cannot sort what it would have to filter.
        """
        if not is_plain(wanted):
            if wanted.sort == _NEWEST:
                return await self._walk(where, wanted, Walk.SEARCH)
            return await self._sorted(where, wanted)
        try:
            return await self._mail.list_messages(where, wanted)
        except (QueryTooComplex, InvalidCursor) as error:
            # Graph cannot, or has not been able to from the first page on.
            is_later = isinstance(error, InvalidCursor)
            can_walk = wanted.sort in _BY_TIME and not wanted.is_search
            if not can_walk or is_later != (wanted.cursor is not None):
                raise
            return await self._walk(where, wanted, Walk.SCAN)

    async def _walk(
        self, where: InMailbox, wanted: MessageQuery, walk: Walk
    ) -> Answer:
        """Gather what fits, in Graph's order, from a few pages at most."""
        at: Place | None = self._pages.start(where, wanted, walk)
        found: list[MessageSummary] = []
        pages: list[Answer] = []
        while at and len(pages) < _MOST_PAGES and len(found) < wanted.limit:
            answer = await self._pages.page(where, wanted, walk, at)
            pages.append(answer)
            items = msgspec.json.decode(answer.body, type=MessagePage)["items"]
            seen = _after(items, at.mark)
            while seen < len(items) and len(found) < wanted.limit:
                if fits(items[seen], wanted):
                    found.append(items[seen])
                seen += 1
            if seen < len(items):
                at = Place(at.target, _mark(items, seen))
            else:
                at = self._pages.after(where, wanted, walk, answer)
        onward = None
        if at is not None:
            onward = self._pages.cursor(where, wanted, walk, at)
        return _told(found, onward, pages)

    async def _sorted(self, where: InMailbox, wanted: MessageQuery) -> Answer:
        """Sort all that a search finds, and return a page of it."""
        walk = Walk.ALL_FOUND
        start = self._pages.start(where, wanted, walk)
        first = self._pages.start(
            where, wanted.model_copy(update={"cursor": None}), walk
        )
        at: Place | None = first
        found: list[MessageSummary] = []
        pages: list[Answer] = []
        while at:
            if len(pages) == _MOST_PAGES:
                raise QueryTooComplex("Too many are found to be sorted.")
            answer = await self._pages.page(where, wanted, walk, at)
            pages.append(answer)
            page = msgspec.json.decode(answer.body, type=MessagePage)
            found += [one for one in page["items"] if fits(one, wanted)]
            at = self._pages.after(where, wanted, walk, answer)
        rest = _ordered(found, wanted, start.mark)
        shown = rest[: wanted.limit]
        onward = None
        if len(rest) > len(shown):
            mark = msgspec.json.encode(key_of(shown[-1], wanted)).decode()
            place = Place(first.target, mark)
            onward = self._pages.cursor(where, wanted, walk, place)
        return _told(shown, onward, pages)


def _ordered(
    found: Sequence[MessageSummary], wanted: MessageQuery, mark: str
) -> list[MessageSummary]:
    """Return messages in order, those after a mark only."""
    is_descending = wanted.sort.startswith("-")
    last = msgspec.json.decode(mark, type=Key) if mark else None

    def is_after(key: Key) -> bool:
        return last is None or (key < last if is_descending else key > last)

    keyed = [(key_of(one, wanted), one) for one in found]
    rest = [pair for pair in keyed if is_after(pair[0])]
    rest.sort(key=lambda pair: pair[0], reverse=is_descending)
    return [one for _, one in rest]


def _mark(items: Sequence[MessageSummary], seen: int) -> str:
    """Return the mark behind the message that was looked at last."""
    return f"{seen} {items[seen - 1]['id']}" if seen else ""


def _after(items: Sequence[MessageSummary], mark: str) -> int:
    """Return how many were looked at before, where newer may have come."""
    if not mark:
        return 0
    seen, _, last = mark.partition(" ")
    places = (at for at, one in enumerate(items, 1) if one["id"] == last)
    return next(places, min(int(seen), len(items)))


def _told(
    items: list[MessageSummary], onward: str | None, pages: list[Answer]
) -> Answer:
    """Return a page that is as fresh as the least fresh it was made of."""
    page: MessagePage = {"items": items, "next_cursor": onward}
    return Answer.of(page, next_cursor=onward, delivery=least_fresh(pages))
