"""What callers can do with calendars."""

import msgspec
from msgspec.structs import replace

from app.gateway.calendar import CalendarGateway
from app.gateway.calendar_changes import CalendarChanges
from app.models.answers import Answer
from app.models.calendar.events import Calendar, CalendarPage
from app.models.calendar.queries import CalendarQuery
from app.models.calendar.writing import CalendarInput, CalendarPatch
from app.models.context import InMailbox
from app.problems.errors import ExchangeError, Outcome
from app.problems.resources import FolderExists
from app.services.conditions import expect_unchanged
from app.services.once import Attempt, Intent, Once
from app.services.removal import remove

__all__ = ["CalendarService"]


class CalendarService:
    """Reads and changes the calendars of a mailbox.

    No two of them have the same name, so that one which Graph made without
    saying so is found by its name.
    """

    def __init__(
        self, calendars: CalendarGateway, changes: CalendarChanges, once: Once
    ) -> None:
        self._calendars = calendars
        self._changes = changes
        self._once = once

    async def list_calendars(
        self, where: InMailbox, wanted: CalendarQuery
    ) -> Answer:
        """Return a page of calendars (`CalendarPage`)."""
        return await self._calendars.list_calendars(where, wanted)

    async def get_calendar(self, where: InMailbox, calendar: str) -> Answer:
        """Return a calendar (`Calendar`)."""
        return await self._calendars.get_calendar(where, calendar)

    async def create_calendar(
        self, where: InMailbox, calendar: CalendarInput, intent: Intent
    ) -> Answer:
        """Make a calendar once; return it (`Calendar`).

        Raises:
            FolderExists: There was one of that name before.
        """

        async def work(attempt: Attempt) -> Answer:
            found = await self._named(where, calendar.name)
            if found is None:
                await attempt.note(is_free=True)
                return _made(await self._make(where, calendar))
            if attempt.may_be_done:
                return _made(found)
            raise FolderExists("A calendar by that name exists.")

        return await self._once.run(where.context, intent, work, is_noted=True)

    async def update_calendar(
        self,
        where: InMailbox,
        calendar: str,
        patch: CalendarPatch,
        etag: str | None,
    ) -> Answer:
        """Change a calendar, if it still has the entity tag; return it."""
        await self._expect(where, calendar, etag)
        answer = await self._changes.update_calendar(where, calendar, patch)
        return replace(answer, delivery=None)

    async def delete_calendar(
        self, where: InMailbox, calendar: str, etag: str | None
    ) -> None:
        """Delete a calendar, if it still has the entity tag."""
        await self._expect(where, calendar, etag)

        async def delete() -> None:
            await self._changes.delete_calendar(where, calendar)

        await remove(delete)

    async def _expect(
        self, where: InMailbox, calendar: str, etag: str | None
    ) -> None:
        async def read(where: InMailbox) -> Answer:
            return await self.get_calendar(where, calendar)

        await expect_unchanged(etag, where, read)

    async def _make(self, where: InMailbox, calendar: CalendarInput) -> Answer:
        """Make a calendar of which there was none before."""
        try:
            return await self._changes.create_calendar(where, calendar)
        except ExchangeError as doubt:
            if doubt.outcome is not Outcome.UNKNOWN:
                raise
            try:
                found = await self._named(where, calendar.name)
                if found is not None:
                    return found
                return await self._changes.create_calendar(where, calendar)
            except ExchangeError as second:
                raise second.with_outcome(Outcome.UNKNOWN) from second

    async def _named(self, where: InMailbox, name: str) -> Answer | None:
        """Return the calendar of a name, as of now."""
        answer = await self._calendars.look_at_calendars(where)
        page = msgspec.json.decode(answer.body, type=CalendarPage)
        wanted = name.strip().casefold()
        for calendar in page["items"]:
            if calendar["name"].strip().casefold() == wanted:
                return Answer.of(calendar, etag=calendar["etag"])
        return None


def _made(answer: Answer) -> Answer:
    found = msgspec.json.decode(answer.body, type=Calendar)
    return replace(answer, created=found["id"], delivery=None)
