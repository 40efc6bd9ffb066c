"""What callers can do with meetings: answer, cancel and forward them.

Sources: https://learn.microsoft.com/graph/api/event-accept and its like.
"""

from datetime import datetime
from typing import Literal

import msgspec

from app.clock import Clock
from app.gateway.calendar import CalendarGateway
from app.gateway.calendar_changes import CalendarChanges
from app.models.answers import Answer
from app.models.calendar.actions import Cancellation, Forwarding, Response
from app.models.calendar.events import Event, EventAction
from app.models.calendar.parts import Reply
from app.models.context import InMailbox
from app.problems.resources import Conflict
from app.services.calendar.acting import Acting, Deed
from app.services.once import Attempt, Intent, Once

__all__ = ["MeetingService"]

Action = Literal["accept", "tentative", "decline", "cancel", "forward"]

_REPLIES: dict[str, Reply] = {
    "accept": "accepted",
    "tentative": "tentative",
    "decline": "declined",
}


class MeetingService:
    """Acts on meetings, and tells what became of that."""

    def __init__(
        self,
        calendars: CalendarGateway,
        changes: CalendarChanges,
        once: Once,
        clock: Clock,
    ) -> None:
        self._calendars = calendars
        self._changes = changes
        self._once = once
        self._clock = clock

    async def respond(
        self, where: InMailbox, event: str, response: Response, intent: Intent
    ) -> Answer:
        """Answer an invitation, once (`EventAction`).

        Raises:
            Conflict: Its organizer wants no other time proposed.
        """

        async def act() -> None:
            if response.proposed is not None:
                await self._expect_proposals(where, event)
            await self._changes.respond(where, event, response)

        def is_done(found: Event | None, since: datetime) -> bool:
            return _has_answered(found, response.response, since)

        deed = Deed(act, is_done, most=2)
        action = response.response
        return await self._run(where, event, action, deed, intent)

    async def cancel(
        self,
        where: InMailbox,
        event: str,
        wanted: Cancellation,
        intent: Intent,
    ) -> Answer:
        """Call a meeting off and tell all who attend, once (`EventAction`)."""

        async def act() -> None:
            await self._changes.cancel(where, event, wanted)

        def is_done(found: Event | None, _since: datetime) -> bool:
            return found is None or found["is_cancelled"]

        deed = Deed(act, is_done, most=2)
        return await self._run(where, event, "cancel", deed, intent)

    async def forward(
        self, where: InMailbox, event: str, wanted: Forwarding, intent: Intent
    ) -> Answer:
        """Pass an invitation on, once (`EventAction`)."""
        invited = {who.address.lower() for who in wanted.to}

        async def act() -> None:
            await self._changes.forward(where, event, wanted)

        def is_done(found: Event | None, _since: datetime) -> bool:
            attending = found["attendees"] if found else []
            known = {(who["address"] or "").lower() for who in attending}
            return invited <= known

        # It need not show anywhere, so that it is never done a second time.
        deed = Deed(act, is_done, most=1)
        return await self._run(where, event, "forward", deed, intent)

    async def _expect_proposals(self, where: InMailbox, event: str) -> None:
        """Refuse what Graph would refuse without telling why."""
        answer = await self._calendars.look_at_event(where, event)
        found = msgspec.json.decode(answer.body, type=Event)
        if not found["allows_proposals"]:
            raise Conflict("Its organizer wants no other time proposed.")

    async def _run(
        self,
        where: InMailbox,
        event: str,
        action: Action,
        deed: Deed,
        intent: Intent,
    ) -> Answer:
        acting = Acting(self._calendars, self._clock, where, event)

        async def work(attempt: Attempt) -> Answer:
            content: EventAction = {
                "event_id": event,
                "action": action,
                "outcome": "performed",
                "attempts": await acting.carry_out(deed, attempt),
            }
            return Answer.of(content)

        return await self._once.run(where.context, intent, work, is_noted=True)


def _has_answered(found: Event | None, response: str, since: datetime) -> bool:
    """Tell whether an event shows an answer.

    One that was declined leaves the calendar. The same answer may have been
    given before; Exchange tells when.
    """
    if found is None:
        return response == "decline"
    if found["my_response"] != _REPLIES[response]:
        return False
    told = found["my_responded_at"]
    return told is not None and datetime.fromisoformat(told) >= since
