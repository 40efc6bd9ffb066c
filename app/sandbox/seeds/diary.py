"""Writes seeded events into the calendars of those who attend."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from app.sandbox.clock import stamp
from app.sandbox.seeds.letters import html, owner
from app.sandbox.state.calendar import DEFAULT, CalendarStore
from app.sandbox.state.calendar_blank import (
    UNANSWERED,
    blank_event,
    guest_copy,
    online_meeting,
)
from app.sandbox.state.calendar_events import Calendar, Change, Event
from app.sandbox.state.calendar_recurrence import NO_DATE, Recurrence
from app.sandbox.state.calendar_times import When
from app.sandbox.state.directory import User
from app.sandbox.state.html import preview
from app.sandbox.state.items import body_text

__all__ = ["Diary", "Guest", "rule"]

# Who is invited, what they answered, and whether they must come.
Guest = tuple[User | tuple[str, str], str, str]
SHOWN = {"accepted": "busy", "tentativelyAccepted": "tentative"}


def rule(kind: str, *days: str, **more: Any) -> dict[str, Any]:
    """Return a pattern; ``until`` or ``count`` end it."""
    return {"type": kind, "interval": 1, "daysOfWeek": list(days), **more}


class Diary:
    """All seeded calendars, and the week they are about.

    Days are counted from the Monday of the week in which the seeded mail
    ends, and clocks are those of the zone of whoever plans.
    """

    def __init__(
        self, anchor: datetime, stores: dict[str, CalendarStore]
    ) -> None:
        self.anchor = anchor
        self.monday = anchor.date() - timedelta(days=anchor.weekday())
        self._stores = stores

    def day(self, number: int, week: int = 0) -> date:
        """Return a day: 0 is the Monday of the week."""
        return self.monday + timedelta(days=number, weeks=week)

    def calendar(self, user: User, name: str, **more: Any) -> Calendar:
        """Add a calendar of its own."""
        return self._stores[user.id].add_calendar(name, name, **more)

    def times(self, user: User, day: date, start: str, minutes: int) -> When:
        """Return when something is by the clock of a user."""
        zone = str(user.settings["timeZone"])
        begins = datetime.combine(day, time.fromisoformat(start))
        return When(
            start=begins,
            end=begins + timedelta(minutes=minutes),
            start_zone=zone,
            end_zone=zone,
        )

    def days(self, user: User, day: date, count: int = 1) -> When:
        """Return whole days."""
        whole = self.times(user, day, "00:00", count * 24 * 60)
        return replace(whole, all_day=True)

    def add(
        self,
        user: User,
        subject: str | None,
        when: When,
        *guests: Guest,
        **properties: Any,
    ) -> Event:
        """Write down an event, with its guests in their calendars as well.

        ``repeats`` is its rule, ``place`` a location, ``text`` its body,
        ``online`` whether it is held online, ``calendar`` where it lies.
        """
        store = self._stores[user.id]
        repeats = properties.pop("repeats", None)
        series = repeats and _series(repeats, when)
        calendar = store.calendar(properties.pop("calendar", None))
        event = store.create(
            self._properties(user, subject, when, guests, properties),
            when=when,
            calendar=calendar,
            recurrence=series or None,
        )
        for guest, response, _ in guests:
            if isinstance(guest, User) and guest is not user:
                self._share(guest, event, response)
        return event

    def change(
        self, event: Event, day: date, when: When | None, **properties: Any
    ) -> None:
        """Let one day of a series be different, for all who attend."""
        for store, known in self._copies(event):
            change = Change(properties=properties, when=when)
            store.update_day(known, day, change, self.anchor)

    def drop(self, event: Event, day: date) -> None:
        """Take one day out of a series, for all who attend."""
        for store, known in self._copies(event):
            store.drop_day(known, day, self.anchor)

    def _copies(self, event: Event) -> list[tuple[CalendarStore, Event]]:
        uid = str(event.properties["iCalUId"])
        pairs = [(s, s.known_as(uid)) for s in self._stores.values()]
        return [(store, known) for store, known in pairs if known is not None]

    def _properties(
        self,
        user: User,
        subject: str | None,
        when: When,
        guests: tuple[Guest, ...],
        given: dict[str, Any],
    ) -> dict[str, Any]:
        first = datetime.combine(when.start.date(), time(8), UTC)
        made = min(self.anchor, first) - timedelta(days=9)
        online = given.pop("online", False)
        text = html(f"<p>{given.pop('text', '')}</p>")
        places = _places(given.pop("place", ""))
        return {
            **blank_event(user, made),
            "subject": subject,
            "attendees": [_attendee(guest, made) for guest in guests],
            "originalStartTimeZone": when.start_zone,
            "originalEndTimeZone": when.end_zone,
            "body": text,
            "bodyPreview": preview(body_text(text)),
            **places,
            **(online_meeting(f"{user.id}{subject}") if online else {}),
            **given,
        }

    def _share(self, guest: User, event: Event, response: str) -> None:
        store = self._stores[guest.id]
        if response == "declined":
            return
        answered = {
            "responseStatus": {
                "response": response,
                "time": stamp(self.anchor - timedelta(days=6)),
            },
            "showAs": SHOWN.get(response, "tentative"),
        }
        own = {} if response == "none" else answered
        store.create(
            guest_copy(event.properties) | own,
            when=event.when,
            calendar=store.calendar(store.calendar_id(DEFAULT)),
            recurrence=event.recurrence,
        )


def _series(repeats: dict[str, Any], when: When) -> Recurrence:
    given = dict(repeats)
    until, count = given.pop("until", None), given.pop("count", 0)
    days = given.pop("daysOfWeek")
    kind = "endDate" if until else "numbered" if count else "noEnd"
    return Recurrence(
        pattern={
            "month": 0,
            "dayOfMonth": 0,
            "firstDayOfWeek": "monday",
            "index": "first",
            **({"daysOfWeek": days} if days else {}),
            **given,
        },
        range={
            "type": kind,
            "startDate": when.start.date().isoformat(),
            "endDate": until.isoformat() if until else NO_DATE,
            "recurrenceTimeZone": when.start_zone,
            "numberOfOccurrences": count,
        },
    )


def _attendee(guest: Guest, made: datetime) -> dict[str, Any]:
    who, response, kind = guest
    person = owner(who) if isinstance(who, User) else None
    if not isinstance(who, User):
        name, address = who
        person = {"emailAddress": {"name": name, "address": address}}
    answered = {
        "response": response,
        "time": stamp(made + timedelta(days=1, hours=2)),
    }
    status = UNANSWERED if response == "none" else answered
    return {"type": kind, "status": status, **(person or {})}


def _places(name: str) -> dict[str, Any]:
    if not name:
        return {}
    place = {
        "displayName": name,
        "locationType": "default",
        "uniqueId": name,
        "uniqueIdType": "private",
    }
    return {"location": place, "locations": [place]}
