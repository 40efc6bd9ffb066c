"""What callers can learn of events."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
from msgspec.structs import replace

from app.gateway.calendar import CalendarGateway
from app.gateway.translation.etags import change_key_of, item_tag
from app.models.answers import Answer
from app.models.calendar.events import Calendar, Event, EventPage
from app.models.calendar.queries import (
    EventQuery,
    EventView,
    InstanceQuery,
)
from app.models.context import InMailbox
from app.problems.errors import ExchangeError
from app.problems.graph_failures import GraphRejected
from app.problems.resources import Conflict
from app.services.calendar.zoned import show_in, touches

__all__ = ["EventService"]


class EventService:
    """Reads events, in their own zone or in that of who looks at them."""

    def __init__(self, calendars: CalendarGateway) -> None:
        self._calendars = calendars

    async def list_events(
        self, where: InMailbox, wanted: EventQuery
    ) -> Answer:
        """Return a page of what takes place in a window (`EventPage`)."""

        async def of_default() -> str:
            answer = await self._calendars.default_calendar(where)
            return msgspec.json.decode(answer.body, type=Calendar)["id"]

        async def of_given() -> str | None:
            return wanted.calendar

        answer, calendar = await asyncio.gather(
            self._calendars.list_events(where, wanted),
            _if_known(of_given if wanted.calendar else of_default),
        )
        return _page(answer, calendar, wanted)

    async def list_instances(
        self, where: InMailbox, event: str, wanted: InstanceQuery
    ) -> Answer:
        """Return a page of the occurrences of a series (`EventPage`).

        Raises:
            Conflict: The event is no series.
        """

        async def of_series() -> str | None:
            return (await self._found(where, event))["calendar_id"]

        try:
            answer, calendar = await asyncio.gather(
                self._calendars.list_instances(where, event, wanted),
                _if_known(of_series),
            )
        except GraphRejected as error:
            if (await self._found(where, event))["kind"] == "series":
                raise
            raise Conflict("The event is not a series.") from error
        return _page(answer, calendar, wanted)

    async def get_event(
        self, where: InMailbox, event: str, view: EventView
    ) -> Answer:
        """Return an event (`Event`)."""
        answer = await self._calendars.get_event(where, event, view.body)
        return in_view(answer, view)

    async def _found(self, where: InMailbox, event: str) -> Event:
        answer = await self._calendars.get_event(where, event)
        return msgspec.json.decode(answer.body, type=Event)


def in_view(answer: Answer, view: EventView) -> Answer:
    """Return an event in the zone that it is to be seen from."""
    if view.time_zone is None:
        return answer
    found = msgspec.json.decode(answer.body, type=Event)
    show_in(found, view.time_zone)
    key = change_key_of(answer.etag or "") or "unknown"
    return replace(
        answer,
        body=msgspec.json.encode(found),
        etag=item_tag(key, f"{view.body}@{view.time_zone}"),
    )


def _page(
    answer: Answer, calendar: str | None, wanted: EventQuery | InstanceQuery
) -> Answer:
    page = msgspec.json.decode(answer.body, type=EventPage)
    zone = wanted.time_zone
    for event in page["items"]:
        event["calendar_id"] = calendar
        if zone is not None:
            show_in(event, zone)
    if zone is not None:
        window = wanted.window
        page["items"] = [e for e in page["items"] if touches(e, window, zone)]
    return Answer.of(
        page, next_cursor=answer.next_cursor, delivery=answer.delivery
    )


async def _if_known(
    find: Callable[[], Awaitable[str | None]],
) -> str | None:
    """Return the id of a calendar; no event is withheld for want of it."""
    try:
        return await find()
    except ExchangeError:
        return None
