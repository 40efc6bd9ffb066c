"""Calendars and events as they are stored, and what a caller sees of them.

Nothing here is ever changed in place, so that sandboxes can share seeds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from app.sandbox.state.calendar_ids import occurrence_id, on_day
from app.sandbox.state.calendar_recurrence import Recurrence
from app.sandbox.state.calendar_times import When
from app.sandbox.state.ids import change_key
from app.sandbox.state.items import Attachment, Properties

__all__ = ["Calendar", "Change", "Event", "Instance"]

# Clocks differ by at most so much, from zone to zone and from UTC.
LEEWAY = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """A calendar; the one named ``calendar`` is the default."""

    key: str
    id: str
    name: str
    color: str = "auto"
    editable: bool = True
    removable: bool = True
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What makes an occurrence an exception: how it differs."""

    properties: Properties
    when: When | None = None
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A single event, or a series with its exceptions.

    ``properties`` are Graph's, but for ids, times and what follows from
    them. ``changes`` and ``gone`` are by the day on which an occurrence
    was first planned: no pattern has two on one day. ``times`` of a series
    are those of its first occurrence, in the zone of its recurrence.
    """

    key: str
    id: str
    mutable_id: str
    calendar: str
    when: When
    properties: Properties
    recurrence: Recurrence | None = None
    changes: Mapping[date, Change] = field(default_factory=dict)
    gone: frozenset[date] = frozenset()
    attachments: tuple[Attachment, ...] = ()
    version: int = 1

    def changed(self, properties: Properties) -> "Event":
        """Return this event with some properties changed."""
        return replace(self, properties={**self.properties, **properties})

    def planned(self, day: date) -> When:
        """Return the times of an occurrence as the pattern has them."""
        if self.recurrence is None:
            return self.when
        return self.when.seen_from(self.recurrence.zone).on(day)

    def between(self, after: datetime, before: datetime) -> Iterator[date]:
        """Give the planned days of occurrences that touch a window."""
        if self.recurrence is None:
            return
        early = after - LEEWAY - max(self.when.length, timedelta())
        usual = self.recurrence.between(early.date(), (before + LEEWAY).date())
        for day in dict.fromkeys([*usual, *self.changes]):
            present = Instance(event=self, day=day)
            if day not in self.gone and present.when.within(after, before):
                yield day

    def instances(self, after: datetime, before: datetime) -> list["Instance"]:
        """Return what there is of the event in a window."""
        if self.recurrence is not None:
            days = self.between(after, before)
            return [Instance(event=self, day=day) for day in days]
        if self.when.within(after, before):
            return [Instance(event=self)]
        return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One thing in a calendar that has an id.

    Without a ``day`` it is a single event or a whole series, with one the
    series' occurrence of that day.
    """

    event: Event
    day: date | None = None

    @property
    def change(self) -> Change | None:
        """How it differs from its series, if it does."""
        return None if self.day is None else self.event.changes.get(self.day)

    @property
    def kind(self) -> str:
        """Graph's type of event."""
        if self.event.recurrence is None:
            return "singleInstance"
        if self.day is None:
            return "seriesMaster"
        return "occurrence" if self.change is None else "exception"

    @property
    def when(self) -> When:
        """When it takes place."""
        if self.day is None:
            return self.event.when
        change = self.change
        if change is not None and change.when is not None:
            return change.when
        return self.event.planned(self.day)

    @property
    def properties(self) -> Properties:
        """What is stored about it, its own or its series'."""
        shared = self.event.properties
        if self.day is None:
            return shared
        # A request is for the whole series.
        uid = on_day(shared["iCalUId"], self.day)
        alike = {**shared, "iCalUId": uid, "transactionId": None}
        if self.change is None:
            return alike
        # An exception lies within its series and changes with it.
        own = self.change.properties
        keys = f"{shared['changeKey']}/{own['changeKey']}"
        return {**alike, **own, "changeKey": change_key(keys, 1)}

    @property
    def etag(self) -> str:
        """The entity tag: a quoted change key."""
        return f'W/"{self.properties["changeKey"]}"'

    def id_of(self, *, immutable: bool) -> str:
        """Return one of its ids."""
        master = self.master_id(immutable=immutable)
        if self.day is None:
            return master
        return occurrence_id(master, self.day)

    def master_id(self, *, immutable: bool) -> str:
        """Return one of the ids of the event that it belongs to."""
        return self.event.id if immutable else self.event.mutable_id
