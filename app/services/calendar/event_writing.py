"""What callers can do to events: write, change and delete them."""

from functools import partial

import msgspec
from msgspec.structs import replace

from app.gateway.calendar import CalendarGateway
from app.gateway.calendar_changes import CalendarChanges
from app.models.answers import Answer
from app.models.calendar.events import Event
from app.models.calendar.input import EventInput, EventPatch
from app.models.calendar.times import Times
from app.models.context import InMailbox
from app.problems.errors import Outcome
from app.problems.resources import Conflict, PreconditionFailed
from app.services.calendar.event_changes import shows
from app.services.calendar.event_times import (
    changed_times,
    depends_on_before,
    new_times,
)
from app.services.conditions import change
from app.services.once import Attempt, Intent, Once
from app.services.reading import read_back
from app.services.removal import remove

__all__ = ["EventWriting"]

# Times that a change is made anew because others came in between.
_MOST_TRIES = 3
_REPEATED = "ErrorDuplicateTransactionId".lower()


class EventWriting:
    """Writes events so that each is there once."""

    def __init__(
        self, calendars: CalendarGateway, changes: CalendarChanges, once: Once
    ) -> None:
        self._calendars = calendars
        self._changes = changes
        self._once = once

    async def create_event(
        self, where: InMailbox, event: EventInput, intent: Intent
    ) -> Answer:
        """Write an event once; return it (`Event`)."""
        times = new_times(event)

        async def work(attempt: Attempt) -> Answer:
            made = await self._make(where, event, times, attempt.marker)
            answer = await read_back(where, self._calendars.get_event, made)
            return replace(answer, created=made)

        return await self._once.run(where.context, intent, work)

    async def update_event(
        self,
        where: InMailbox,
        event: str,
        patch: EventPatch,
        etag: str | None,
    ) -> Answer:
        """Change an event, if it still has the entity tag; return it."""

        def is_done(found: Answer) -> bool:
            now = msgspec.json.decode(found.body, type=Event)
            return shows(now, patch)

        await change(
            partial(self._change, where, event, patch, etag),
            partial(self._calendars.look_at_event, where, event),
            is_done,
        )
        return await read_back(where, self._calendars.get_event, event)

    async def delete_event(
        self, where: InMailbox, event: str, etag: str | None
    ) -> None:
        """Delete an event, if it still has the entity tag.

        Of a series it deletes all, of an occurrence only that one. Whoever
        was invited by this mailbox is told.
        """

        async def delete() -> None:
            await self._changes.delete_event(where, event, etag)

        await remove(delete)

    async def _change(
        self,
        where: InMailbox,
        event: str,
        patch: EventPatch,
        etag: str | None,
    ) -> Answer:
        """Change an event; what depends on how it was, only if it still is.

        An all-day event is given both its days anew, whichever is changed.
        """
        left = _MOST_TRIES
        while True:
            before, left = None, left - 1
            if depends_on_before(patch):
                before = await self._before(where, event)
            try:
                return await self._changes.update_event(
                    where,
                    event,
                    patch,
                    times=changed_times(patch, before),
                    etag=etag or (before and before["etag"]),
                )
            except PreconditionFailed:
                if etag is not None or not left:
                    raise

    async def _make(
        self, where: InMailbox, event: EventInput, times: Times, marker: str
    ) -> str:
        """Return the id of a new event, or of the one made before.

        Graph keeps the marker and refuses to make a second event for it.
        """
        try:
            answer = await self._changes.create_event(
                where, event, times, marker
            )
        except Conflict as error:
            code = error.upstream.code if error.upstream else None
            if (code or "").lower() != _REPEATED:
                raise
            if error.existing is None:
                # It is there, though Graph does not tell by which id.
                raise error.with_outcome(Outcome.PERFORMED) from error
            return error.existing
        return msgspec.json.decode(answer.body, type=Event)["id"]

    async def _before(self, where: InMailbox, event: str) -> Event:
        answer = await self._calendars.look_at_event(where, event)
        return msgspec.json.decode(answer.body, type=Event)
