"""What callers can learn about a mailbox at a glance."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any

import msgspec

from app.clock import Clock
from app.gateway.overview import OverviewGateway
from app.gateway.translation.times import graph_timestamp
from app.models.answers import Answer, least_fresh
from app.models.calendar.events import EventPage, EventSummary
from app.models.calendar.queries import EventQuery
from app.models.context import InMailbox
from app.models.mail import Folder, MessagePage, MessageSummary
from app.models.mailbox_settings import AutomaticReplies
from app.models.mailboxes import Mailbox
from app.models.overview import Counts, PartStatus
from app.problems.callers import CallerForbidden, CallerUnauthenticated
from app.problems.errors import ExchangeError
from app.problems.resources import NotFound
from app.services.part_problems import part_problem

__all__ = ["OverviewService"]

_NEWEST = 10
_NEXT = 10
_DAY = timedelta(days=1)
_WEEK = timedelta(days=8)
# More than take place in a week as a rule; those that are over are left out.
_MOST_EVENTS = 100


class OverviewService:
    """Tells what is there of a mailbox, whatever else is not."""

    def __init__(self, gateway: OverviewGateway, clock: Clock) -> None:
        self._gateway = gateway
        self._clock = clock

    async def get_overview(self, where: InMailbox) -> Answer:
        """Return an overview (`Overview`), as fresh as its oldest part.

        Raises:
            NotFound: There is no such mailbox, as far as any part knows.
            CallerForbidden: None of it may be seen.
            CallerUnauthenticated: The user has to sign in again.
        """
        now = self._clock.wall()
        parts = dict(await self._gateway.look(where, _NEWEST, _week_of(now)))
        calendar = parts["calendar"]
        if isinstance(calendar, ExchangeError) and calendar.stale_ok:
            # What was kept before midnight is kept under another day.
            before = _week_of(now - _DAY)
            kept = await self._gateway.kept_events(where, before)
            parts["calendar"] = kept or calendar
        there = [part for part in parts.values() if isinstance(part, Answer)]
        _raise_if_no_mailbox(list(parts.values()))
        readers: dict[str, Callable[[bytes], Any]] = {
            **_CONTENT,
            "calendar": partial(_to_come, now=now),
        }
        content = {
            name: _part(part, readers.get(name, _counts))
            for name, part in parts.items()
        }
        return Answer.of(content, delivery=least_fresh(there))


def _week_of(now: datetime) -> EventQuery:
    """Return what to ask for: the same all day long, so that it is kept."""
    start = now.date()
    return EventQuery(start=start, end=start + _WEEK, limit=_MOST_EVENTS)


def _mailbox(body: bytes) -> Mailbox:
    return msgspec.json.decode(body, type=Mailbox)


def _counts(body: bytes) -> Counts:
    folder = msgspec.json.decode(body, type=Folder)
    return {
        "unread_count": folder["unread_count"],
        "total_count": folder["total_count"],
    }


def _messages(body: bytes) -> list[MessageSummary]:
    return msgspec.json.decode(body, type=MessagePage)["items"]


def _automatic_replies(body: bytes) -> AutomaticReplies:
    return msgspec.json.decode(body, type=AutomaticReplies)


def _to_come(body: bytes, now: datetime) -> list[EventSummary]:
    """Return the first events of a page that are not over yet."""
    page = msgspec.json.decode(body, type=EventPage)
    coming = (e for e in page["items"] if not _is_over(e, now))
    return list(islice(coming, _NEXT))


def _is_over(event: EventSummary, now: datetime) -> bool:
    if event["ends_at"] is not None:
        return event["ends_at"] <= graph_timestamp(now)
    last = (event["end"] or {}).get("date")
    return isinstance(last, str) and last <= now.date().isoformat()


_CONTENT: dict[str, Callable[[bytes], Any]] = {
    "automatic_replies": _automatic_replies,
    "mailbox": _mailbox,
    "recent_messages": _messages,
}


def _part(
    part: Answer | ExchangeError, read: Callable[[bytes], Any]
) -> dict[str, Any]:
    if isinstance(part, ExchangeError):
        return {
            "status": "unavailable",
            "data": None,
            "problem": part_problem(part),
        }
    is_stale = part.delivery is not None and part.delivery.stale
    status: PartStatus = "stale" if is_stale else "ok"
    return {"status": status, "data": read(part.body), "problem": None}


def _raise_if_no_mailbox(parts: list[Answer | ExchangeError]) -> None:
    """Fail as a whole if every part says that there is nothing to see.

    So does what is asked for by a user who has to sign in again.
    """
    for part in parts:
        if isinstance(part, CallerUnauthenticated):
            raise part
    errors = [p for p in parts if isinstance(p, NotFound | CallerForbidden)]
    if len(errors) == len(parts):
        raise errors[0]
