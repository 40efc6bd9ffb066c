"""Calendars and events in Graph: builds the calls that change them.

Translates; decides nothing.
"""

import msgspec
from msgspec.structs import replace

from app.gateway.building import call_in, if_match, prefer
from app.gateway.calls import GraphCall
from app.gateway.operations import calendar as operations
from app.gateway.operations.entry import Operation
from app.gateway.pipeline import Pipeline
from app.gateway.translation.calendar.calendars import COLORS
from app.gateway.translation.calendar.event_writing import (
    event_json,
    forward_json,
    response_json,
)
from app.models.answers import Answer
from app.models.calendar.actions import Cancellation, Forwarding, Response
from app.models.calendar.input import EventInput, EventPatch
from app.models.calendar.times import Times
from app.models.calendar.writing import CalendarInput, CalendarPatch
from app.models.context import InMailbox

__all__ = ["CalendarChanges"]

_RESPOND: dict[str, Operation] = {
    "accept": operations.ACCEPT_EVENT,
    "tentative": operations.TENTATIVELY_ACCEPT_EVENT,
    "decline": operations.DECLINE_EVENT,
}


class CalendarChanges:
    """Changes the calendars and events of a mailbox."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def create_calendar(
        self, where: InMailbox, calendar: CalendarInput
    ) -> Answer:
        """Make a calendar; return it (`Calendar`).

        Raises:
            FolderExists: There is one of that name.
        """
        call = call_in(where, operations.CREATE_CALENDAR)
        return await self._pipeline.ask(
            replace(call, body=_calendar_json(calendar))
        )

    async def update_calendar(
        self, where: InMailbox, calendar: str, patch: CalendarPatch
    ) -> Answer:
        """Rename a calendar, or give it another color; return it."""
        call = call_in(where, operations.UPDATE_CALENDAR, calendar=calendar)
        return await self._pipeline.ask(
            replace(call, body=_calendar_json(patch))
        )

    async def delete_calendar(self, where: InMailbox, calendar: str) -> None:
        """Delete a calendar with all that is in it."""
        await self._pipeline.ask(
            call_in(where, operations.DELETE_CALENDAR, calendar=calendar)
        )

    async def create_event(
        self, where: InMailbox, event: EventInput, times: Times, marker: str
    ) -> Answer:
        """Write an event (`Event`), and invite those who attend.

        Raises:
            Conflict: An event with this marker is there.
        """
        if event.calendar_id is None:
            call = call_in(where, operations.CREATE_EVENT)
        else:
            call = call_in(
                where,
                operations.CREATE_EVENT_IN_CALENDAR,
                calendar=event.calendar_id,
            )
        return await self._pipeline.ask(
            _writing(call, event_json(event, times, marker))
        )

    async def update_event(
        self,
        where: InMailbox,
        event: str,
        patch: EventPatch,
        *,
        times: Times,
        etag: str | None,
    ) -> Answer:
        """Change an event, if it still has the entity tag; return it.

        Raises:
            PreconditionFailed: It has another one.
        """
        call = call_in(where, operations.UPDATE_EVENT, event=event)
        call = _writing(call, event_json(patch, times))
        headers = {**call.headers, **if_match(etag)}
        return await self._pipeline.ask(replace(call, headers=headers))

    async def delete_event(
        self, where: InMailbox, event: str, etag: str | None
    ) -> None:
        """Delete an event, a series or an occurrence.

        Raises:
            PreconditionFailed: It has another entity tag.
        """
        call = call_in(where, operations.DELETE_EVENT, event=event)
        headers = {**call.headers, **if_match(etag)}
        await self._pipeline.ask(replace(call, headers=headers))

    async def respond(
        self, where: InMailbox, event: str, response: Response
    ) -> None:
        """Answer an invitation."""
        operation = _RESPOND[response.response]
        call = call_in(where, operation, event=event)
        await self._pipeline.ask(replace(call, body=response_json(response)))

    async def cancel(
        self, where: InMailbox, event: str, wanted: Cancellation
    ) -> None:
        """Call a meeting off, and tell all who attend."""
        call = call_in(where, operations.CANCEL_EVENT, event=event)
        body = msgspec.json.encode({"comment": wanted.comment})
        await self._pipeline.ask(replace(call, body=body))

    async def forward(
        self, where: InMailbox, event: str, wanted: Forwarding
    ) -> None:
        """Pass an invitation on."""
        call = call_in(where, operations.FORWARD_EVENT, event=event)
        await self._pipeline.ask(replace(call, body=forward_json(wanted)))


def _writing(call: GraphCall, body: bytes) -> GraphCall:
    return replace(
        call, headers=prefer("html"), body=body, representation="html"
    )


def _calendar_json(calendar: CalendarInput | CalendarPatch) -> bytes:
    written = calendar.model_dump(exclude_unset=True)
    if "color" in written:
        written["color"] = COLORS[written["color"] or "auto"]
    return msgspec.json.encode(written)
