"""What one user has in calendars, and what keeps it consistent."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.sandbox.clock import stamp
from app.sandbox.state.calendar_events import (
    Calendar,
    Change,
    Event,
    Instance,
)
from app.sandbox.state.calendar_ids import (
    global_id,
    is_event_id,
    occurrence_id,
    read_occurrence_id,
)
from app.sandbox.state.calendar_recurrence import Recurrence
from app.sandbox.state.calendar_times import When
from app.sandbox.state.ids import (
    change_key,
    folder_id,
    immutable_id,
    is_well_formed,
    mutable_id,
)
from app.sandbox.state.items import Attachment, Properties
from app.sandbox.wire import GraphError

__all__ = ["DEFAULT", "CalendarStore", "missing"]

DEFAULT = "calendar"


@dataclass(slots=True, kw_only=True)
class CalendarStore:
    """Calendars and events by (immutable) id; ``transactions`` by theirs."""

    guid: UUID
    address: str
    calendars: dict[str, Calendar] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    transactions: dict[str, str] = field(default_factory=dict)
    serial: int = 0
    _places: dict[str, str] = field(default_factory=dict)

    def copy(self) -> "CalendarStore":
        """Return a store of its own that shares what cannot change."""
        return replace(
            self,
            calendars=dict(self.calendars),
            events=dict(self.events),
            transactions=dict(self.transactions),
            _places=dict(self._places),
        )

    def new_key(self) -> str:
        """Return a key that nothing in here has had."""
        self.serial += 1
        return f"calendar-{self.serial}"

    def calendar_id(self, key: str) -> str:
        """Return the id of the calendar with this key."""
        return folder_id(self.guid, f"calendars/{key}")

    def add_calendar(self, key: str, name: str, **other: Any) -> Calendar:
        """Add a calendar."""
        blank = Calendar(key=key, id=self.calendar_id(key), name=name)
        calendar = replace(blank, removable=key != DEFAULT, **other)
        self.calendars[calendar.id] = calendar
        return calendar

    def calendar(self, calendar_id: str | None = None) -> Calendar:
        """Return a calendar, without an id the default one.

        Raises:
            GraphError: 400 when it is no id, 404 when there is none.
        """
        wanted = calendar_id or self.calendar_id(DEFAULT)
        found = self.calendars.get(wanted)
        if found is not None:
            return found
        if is_well_formed(wanted, self.guid):
            raise missing()
        raise malformed()

    def change_calendar(self, calendar: Calendar, **changes: Any) -> Calendar:
        """Store a changed calendar."""
        version = calendar.version + 1
        changed = replace(calendar, version=version, **changes)
        self.calendars[calendar.id] = changed
        return changed

    def remove_calendar(self, calendar: Calendar) -> None:
        """Remove a calendar and all that is in it."""
        for event in self.inside(calendar):
            self.remove(event)
        del self.calendars[calendar.id]

    def inside(self, calendar: Calendar | None) -> list[Event]:
        """Return the events of a calendar, or all."""
        return [
            event
            for event in self.events.values()
            if calendar is None or event.calendar == calendar.id
        ]

    def find(self, event_id: str) -> Instance:
        """Return what has this id, of either kind.

        Raises:
            GraphError: 400 when it is no id, 404 when there is none.
        """
        event = self._stored(event_id)
        if event is not None:
            return Instance(event=event)
        found = self._occurrence(event_id)
        if found is not None:
            return found
        if is_event_id(event_id, self.guid):
            raise missing()
        raise malformed()

    def known_as(self, global_object: str) -> Event | None:
        """Return the event that is this meeting's here."""
        for event in self.events.values():
            if event.properties["iCalUId"] == global_object:
                return event
        return None

    def create(
        self,
        properties: Properties,
        *,
        when: When,
        calendar: Calendar,
        recurrence: Recurrence | None = None,
        key: str | None = None,
    ) -> Event:
        """Add an event, with the marks that Exchange gives it."""
        name = key or self.new_key()
        identity = immutable_id(self.guid, name)
        place = mutable_id(self.guid, name, calendar.id, 0)
        marks = {
            "iCalUId": global_id(self.guid, name),
            "webLink": f"https://outlook.office365.com/owa/?itemid={name}"
            "&exvsurl=1&path=/calendar/item",
        }
        event = Event(
            key=name,
            id=identity,
            mutable_id=place,
            calendar=calendar.id,
            when=when,
            properties={
                **marks,
                **properties,
                "changeKey": change_key(identity, 1),
            },
            recurrence=recurrence,
        )
        self._places[place] = identity
        self.events[identity] = event
        return event

    def update(self, event: Event, now: datetime) -> Event:
        """Store a changed event under a new change key."""
        version = event.version + 1
        marks = {
            "changeKey": change_key(event.id, version),
            "lastModifiedDateTime": stamp(now),
        }
        stored = replace(event.changed(marks), version=version)
        self.events[event.id] = stored
        return stored

    def update_day(
        self, event: Event, day: date, change: Change, now: datetime
    ) -> Instance:
        """Store an exception under a change key of its own."""
        before = event.changes.get(day)
        version = 1 if before is None else before.version + 1
        marks = {
            "changeKey": change_key(occurrence_id(event.id, day), version),
            "lastModifiedDateTime": stamp(now),
        }
        marked = replace(
            change,
            properties={**change.properties, **marks},
            version=version,
        )
        changes = {**event.changes, day: marked}
        stored = replace(event, changes=changes)
        self.events[event.id] = stored
        return Instance(event=stored, day=day)

    def drop_day(self, event: Event, day: date, now: datetime) -> Event:
        """Take one occurrence out of a series."""
        changes = {d: c for d, c in event.changes.items() if d != day}
        left = replace(event, changes=changes, gone=event.gone | {day})
        return self.update(left, now)

    def attach(
        self, event: Event, files: Iterable[Attachment], now: datetime
    ) -> Event:
        """Give an event these attachments instead of those it has."""
        kept = tuple(files)
        has = any(not one.inline for one in kept)
        changed = event.changed({"hasAttachments": has})
        return self.update(replace(changed, attachments=kept), now)

    def remove(self, event: Event) -> None:
        """Take an event out of all calendars."""
        self._places.pop(event.mutable_id, None)
        self.events.pop(event.id, None)

    def _stored(self, event_id: str) -> Event | None:
        return self.events.get(self._places.get(event_id, event_id))

    def _occurrence(self, text: str) -> Instance | None:
        read = read_occurrence_id(text)
        if read is None:
            return None
        forms, day = read
        event = next(filter(None, map(self._stored, forms)), None)
        if event is None or event.recurrence is None or day in event.gone:
            return None
        if day in event.changes or event.recurrence.takes_place(day):
            return Instance(event=event, day=day)
        return None


def missing() -> GraphError:
    """Return the refusal of an id of nothing here."""
    return GraphError(
        404,
        "ErrorItemNotFound",
        "The specified object was not found in the store.",
    )


def malformed() -> GraphError:
    """Return the refusal of what cannot be an id."""
    return GraphError(400, "ErrorInvalidIdMalformed", "Id is malformed.")
