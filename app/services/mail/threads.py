"""Threads, put together from messages.

Graph has no threads of a mailbox, but tells of each message to which it
belongs. So the messages are walked through, the newest first, and of each
thread that is met all messages are looked at, twenty threads in a request. A
thread is listed where its newest message is, so that it comes once.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from app.gateway.batches import Group
from app.gateway.searching import Place, SearchGateway, Walk
from app.gateway.threads import ThreadGateway
from app.models.answers import Answer, least_fresh
from app.models.context import InMailbox
from app.models.mail import MessagePage, MessageSummary
from app.models.queries import MessageQuery
from app.models.threads import Thread, ThreadPage, ThreadQuery
from app.problems.callers import CallerUnauthenticated
from app.problems.errors import ExchangeError
from app.problems.resources import ItemNotFound
from app.services.mail.thread_views import (
    Scope,
    detail_of,
    is_newest,
    thread_of,
)

__all__ = ["ThreadService"]

_MOST_PAGES = 4
_AT_ONCE = 20


@dataclass(slots=True)
class _Walked:
    """What a walk has met so far.

    ``top`` is when the newest message was received as the walk began.
    """

    top: str
    threads: list[Thread] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    parts: list[Answer] = field(default_factory=list)


class ThreadService:
    """Lists threads and shows them whole."""

    def __init__(self, threads: ThreadGateway, pages: SearchGateway) -> None:
        self._threads = threads
        self._pages = pages

    async def list_threads(
        self, where: InMailbox, wanted: ThreadQuery
    ) -> Answer:
        """Return a page of threads (`ThreadPage`).

        A page that is short, or empty, but has a cursor is not the last.

        Raises:
            InvalidCursor: The cursor belongs to another list.
        """
        walk, query = Walk.THREADS, MessageQuery(**wanted.model_dump())
        at: Place | None = self._pages.start(where, query, walk)
        walked = _Walked(top=at.mark.partition(" ")[0] if at else "")
        visited = 0
        while at and visited < _MOST_PAGES and _room(walked, wanted):
            answer = await self._pages.page(where, query, walk, at)
            visited += 1
            walked.parts.append(answer)
            items = msgspec.json.decode(answer.body, type=MessagePage)["items"]
            if items and not walked.top:
                walked.top = items[0]["received_at"] or ""
            done = await self._visit(where, wanted, walked, items, at.mark)
            if done < len(items):
                last = items[done - 1]["id"]
                at = Place(at.target, f"{walked.top} {done} {last}")
            else:
                at = self._pages.after(where, query, walk, answer)
                at = at and Place(at.target, f"{walked.top} 0 ")
        onward = None
        if at is not None:
            onward = self._pages.cursor(where, query, walk, at)
        page: ThreadPage = {"items": walked.threads, "next_cursor": onward}
        delivery = least_fresh(walked.parts)
        return Answer.of(page, next_cursor=onward, delivery=delivery)

    async def get_thread(self, where: InMailbox, thread: str) -> Answer:
        """Return a thread with its messages (`ThreadDetail`).

        Raises:
            ItemNotFound: No message belongs to it.
        """
        answer = await self._threads.messages_of(where, thread)
        page = msgspec.json.decode(answer.body, type=MessagePage)
        if not page["items"]:
            raise ItemNotFound(resource="thread")
        is_partial = page["next_cursor"] is not None
        detail = detail_of(thread, page["items"], is_partial=is_partial)
        return Answer.of(detail, delivery=answer.delivery)

    async def _visit(
        self,
        where: InMailbox,
        wanted: ThreadQuery,
        walked: _Walked,
        items: Sequence[MessageSummary],
        mark: str,
    ) -> int:
        """Look at the messages of a page; return how many there was room for.

        That is at least one, unless there are none.
        """
        done = _after(items, mark)
        while done < len(items) and _room(walked, wanted):
            most = min(_AT_ONCE, wanted.limit - len(walked.threads))
            heads: dict[str, MessageSummary] = {}
            while done < len(items) and len(heads) < most:
                thread = items[done]["thread_id"]
                if thread and thread not in walked.seen:
                    heads[thread] = items[done]
                    walked.seen.add(thread)
                done += 1
            await self._look_at(where, wanted, walked, heads)
        return done

    async def _look_at(
        self,
        where: InMailbox,
        wanted: ThreadQuery,
        walked: _Walked,
        heads: dict[str, MessageSummary],
    ) -> None:
        group = Group()
        answers = await asyncio.gather(
            *(self._threads.messages_of(where, one, group) for one in heads)
        )
        for (thread, head), kept in zip(heads.items(), answers, strict=True):
            answer = await self._with(where, thread, head, kept)
            walked.parts.append(answer)
            page = msgspec.json.decode(answer.body, type=MessagePage)
            scope = Scope(
                is_partial=page["next_cursor"] is not None,
                is_of_folder=wanted.folder is not None,
                since=walked.top,
            )
            if is_newest(head, page["items"], scope):
                walked.threads.append(
                    thread_of(
                        thread, page["items"], is_partial=scope.is_partial
                    )
                )

    async def _with(
        self,
        where: InMailbox,
        thread: str,
        head: MessageSummary,
        kept: Answer,
    ) -> Answer:
        """Return a thread's messages, as of now if one is missing.

        What is kept of a thread may be older than the list it was met in.
        """
        page = msgspec.json.decode(kept.body, type=MessagePage)
        if any(one["id"] == head["id"] for one in page["items"]):
            return kept
        try:
            return await self._threads.messages_of(where.live(), thread)
        except CallerUnauthenticated:
            raise
        except ExchangeError:
            return kept


def _room(walked: _Walked, wanted: ThreadQuery) -> bool:
    return len(walked.threads) < wanted.limit


def _after(items: Sequence[MessageSummary], mark: str) -> int:
    """Return how many were looked at before, where newer may have come."""
    _, _, rest = mark.partition(" ")
    seen, _, last = rest.partition(" ")
    if not last:
        return 0
    places = (at for at, one in enumerate(items, 1) if one["id"] == last)
    return next(places, min(int(seen), len(items)))
