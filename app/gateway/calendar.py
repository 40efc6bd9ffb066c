"""Calendars and events in Graph: builds the calls that read them.

Translates; decides nothing.
"""

from msgspec.structs import replace

from app.gateway.building import call_in, page_in, prefer
from app.gateway.calls import GraphCall
from app.gateway.operations import calendar as operations
from app.gateway.operations.entry import Operation
from app.gateway.pipeline import Pipeline
from app.gateway.queries import quoted
from app.gateway.translation.times import graph_timestamp
from app.models.answers import Answer
from app.models.calendar.queries import (
    CalendarQuery,
    EventQuery,
    InstanceQuery,
)
from app.models.context import InMailbox

__all__ = ["CalendarGateway", "events_call"]

_CALENDAR = ",".join(
    [
        *("id", "changeKey", "name", "color", "hexColor", "owner"),
        *("isDefaultCalendar", "canEdit", "canShare", "isRemovable"),
        *("canViewPrivateItems",),
    ]
)
# Neither bodies, which are large, nor what Graph cannot select in a view:
# https://learn.microsoft.com/graph/api/calendar-list-calendarview
_EVENT = ",".join(
    [
        *("id", "changeKey", "type", "seriesMasterId", "subject"),
        *("bodyPreview", "start", "end", "originalStart", "isAllDay"),
        *("originalStartTimeZone", "originalEndTimeZone", "location"),
        *("locations", "organizer", "isOrganizer", "attendees"),
        *("responseStatus", "responseRequested", "allowNewTimeProposals"),
        *("showAs", "sensitivity", "importance", "isCancelled"),
        *("isOnlineMeeting", "onlineMeeting", "onlineMeetingUrl"),
        *("recurrence", "isReminderOn", "reminderMinutesBeforeStart"),
        *("categories", "hasAttachments", "iCalUId", "webLink"),
    ]
)
# More than anybody has; see `look_at_calendars`.
_ALL_CALENDARS = 1000


class CalendarGateway:
    """Reads the calendars and events of a mailbox."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def list_calendars(
        self, where: InMailbox, wanted: CalendarQuery
    ) -> Answer:
        """Return a page of calendars (`CalendarPage`)."""
        query = [("$select", _CALENDAR), ("$top", str(wanted.limit))]
        call = page_in(where, operations.LIST_CALENDARS, query)
        return await self._pipeline.ask_page(call, wanted.cursor)

    async def look_at_calendars(self, where: InMailbox) -> Answer:
        """Return all calendars (`CalendarPage`), as they are now."""
        query = [("$select", _CALENDAR), ("$top", str(_ALL_CALENDARS))]
        return await self._pipeline.ask(
            page_in(where, operations.LOOK_AT_CALENDARS, query)
        )

    async def get_calendar(self, where: InMailbox, calendar: str) -> Answer:
        """Return a calendar (`Calendar`)."""
        query = [("$select", _CALENDAR)]
        return await self._pipeline.ask(
            call_in(where, operations.GET_CALENDAR, query, calendar=calendar)
        )

    async def default_calendar(self, where: InMailbox) -> Answer:
        """Return the calendar (`Calendar`) that is meant without a name."""
        query = [("$select", _CALENDAR)]
        return await self._pipeline.ask(
            call_in(where, operations.GET_DEFAULT_CALENDAR, query)
        )

    async def list_events(
        self, where: InMailbox, wanted: EventQuery
    ) -> Answer:
        """Return a page of what takes place in a window (`EventPage`).

        Times are in the zones of the events, and calendars are not told.
        """
        call = events_call(where, wanted)
        return await self._pipeline.ask_page(call, wanted.cursor)

    async def list_instances(
        self, where: InMailbox, event: str, wanted: InstanceQuery
    ) -> Answer:
        """Return a page of the occurrences of a series (`EventPage`)."""
        query = _view(wanted)
        call = page_in(where, operations.LIST_INSTANCES, query, event=event)
        call = _bound(call, wanted.time_zone)
        return await self._pipeline.ask_page(call, wanted.cursor)

    async def get_event(
        self, where: InMailbox, event: str, body: str = "html"
    ) -> Answer:
        """Return an event (`Event`), with its body as HTML, text or none.

        Times are in the zone of the event.
        """
        return await self._pipeline.ask(
            _get(operations.GET_EVENT, where, event, body)
        )

    async def look_at_event(self, where: InMailbox, event: str) -> Answer:
        """Return an event (`Event`) without its body, as it is now."""
        return await self._pipeline.ask(
            _get(operations.LOOK_AT_EVENT, where, event, "none")
        )


def events_call(where: InMailbox, wanted: EventQuery) -> GraphCall:
    """Return the call for the first page of what takes place in a window."""
    query = _view(wanted)
    if wanted.query is not None:
        query.append(("$filter", f"contains(subject,{quoted(wanted.query)})"))
    if wanted.calendar is None:
        call = page_in(where, operations.LIST_EVENTS, query)
    else:
        call = page_in(
            where,
            operations.LIST_EVENTS_OF_CALENDAR,
            query,
            calendar=wanted.calendar,
        )
    return _bound(call, wanted.time_zone)


def _view(wanted: EventQuery | InstanceQuery) -> list[tuple[str, str]]:
    start, end = wanted.window
    return [
        ("startDateTime", graph_timestamp(start)),
        ("endDateTime", graph_timestamp(end)),
        ("$select", _EVENT),
        ("$top", str(wanted.limit)),
        ("$orderby", "start/dateTime"),
    ]


def _bound(call: GraphCall, zone: str | None) -> GraphCall:
    """Let cursors be good for the zone that was asked for, too."""
    return replace(call, binding=f"{call.binding}{zone or ''}")


def _get(
    operation: Operation, where: InMailbox, event: str, body: str
) -> GraphCall:
    # Whole: only then does Graph tell which calendar the event is in, by a
    # link. To expand the calendar is known to tell another one:
    # https://github.com/microsoftgraph/microsoft-graph-docs/issues/6699
    return replace(
        call_in(where, operation, event=event),
        headers=prefer(None if body == "none" else body),
        representation=body,
    )
