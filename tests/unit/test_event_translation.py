"""Events and calendars, between Graph's JSON and ours."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from pydantic import TypeAdapter

from app.gateway.translation.calendar.calendars import calendar, calendars
from app.gateway.translation.calendar.events import event, events
from app.gateway.translation.calendar.recurrence import (
    Rule,
    Start,
    write_rrule,
)
from app.gateway.translation.calendar.series import recurrence_of, rule_json
from app.gateway.translation.calendar.wire import GraphRecurrence
from app.gateway.translation.result import Translation
from app.models.calendar.events import Calendar, CalendarPage, Event, EventPage
from app.models.calendar.parts import RecurrenceRange
from tests.unit.test_recurrence import series

ABOUT = Translation(representation="html", seal=lambda link: f"sealed {link}")
NOON = {"dateTime": "2026-11-22T12:00:00.0000000", "timeZone": "UTC"}
ONE = {"dateTime": "2026-11-22T13:00:00.0000000", "timeZone": "UTC"}
MIDNIGHT = {"dateTime": "2026-11-22T00:00:00.0000000", "timeZone": "UTC"}
NEXT = {"dateTime": "2026-11-23T00:00:00.0000000", "timeZone": "UTC"}
WEEKLY: dict[str, dict[str, Any]] = {
    "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["sunday"]},
    "range": {
        "type": "noEnd",
        "startDate": "2026-11-22",
        "recurrenceTimeZone": "W. Europe Standard Time",
    },
}


def told(**members: Any) -> Event:
    """Return an event as callers see it, by the shape that is promised."""
    body = msgspec.json.encode({"id": "e1", **members})
    content = event(body, ABOUT).content
    return msgspec.json.decode(msgspec.json.encode(content), type=Event)


def test_a_bare_event_is_enough() -> None:
    """All but the id may be missing or null."""
    members = dict.fromkeys(
        ["subject", "start", "attendees", "responseStatus", "recurrence"]
    )
    found = told(**members)

    assert found["subject"] == ""
    assert found["kind"] == "unknown"
    times = (found["start"], found["starts_at"], found["time_zone"])
    assert times == (None, None, None)
    assert (found["attendees"], found["locations"]) == ([], [])
    assert found["my_response"] == "none"
    empty = (found["recurrence"], found["body"], found["location"])
    assert empty == (None, None, None)


def test_inventions_of_graph_are_unknown() -> None:
    """Values that nobody knows break nothing."""
    found = told(
        type="hologram",
        showAs="dreaming",
        sensitivity="cosmic",
        importance="galactic",
        responseStatus={
            "response": "pondering",
            "time": "0001-01-01T00:00:00Z",
        },
        attendees=[{"type": "android", "emailAddress": None, "status": {}}],
        recurrence={"pattern": {"type": "lunar"}, "range": {"type": "ever"}},
        start=NOON,
        end=ONE,
        originalStartTimeZone="UTC",
    )

    assert {
        found["kind"],
        found["status"],
        found["sensitivity"],
        found["importance"],
        found["my_response"],
        found["attendees"][0]["type"],
    } == {"unknown"}
    assert found["my_responded_at"] is None
    assert found["recurrence"] is not None
    assert found["recurrence"]["rrule"] is None
    assert found["recurrence"]["pattern"]["type"] == "unknown"
    assert found["recurrence"]["range"]["type"] == "unknown"


@pytest.mark.parametrize(
    ("zone", "start", "own"),
    [
        ("W. Europe Standard Time", "2026-11-22T13:00:00", "Europe/Berlin"),
        ("India Standard Time", "2026-11-22T17:30:00", "Asia/Kolkata"),
        ("America/New_York", "2026-11-22T07:00:00", "America/New_York"),
        ("tzone://Microsoft/Utc", "2026-11-22T12:00:00", "UTC"),
        ("tzone://Microsoft/Custom", "2026-11-22T12:00:00", None),
        ("Customized Time Zone", "2026-11-22T12:00:00", None),
        (None, "2026-11-22T12:00:00", None),
    ],
)
def test_times_are_those_of_the_event_s_own_zone(
    zone: str | None, start: str, own: str | None
) -> None:
    """By its IANA name; where there is none, times are UTC's."""
    found = told(start=NOON, end=ONE, originalStartTimeZone=zone)

    assert found["time_zone"] == own
    assert found["start"] == {"date_time": start, "time_zone": own or "UTC"}
    assert found["starts_at"] == "2026-11-22T12:00:00Z"
    assert found["ends_at"] == "2026-11-22T13:00:00Z"


@pytest.mark.parametrize(
    ("time", "shown"),
    [
        ({"dateTime": "9999-12-31T23:00:00", "timeZone": "UTC"}, "UTC"),
        ({"dateTime": "0001-01-01T00:00:00", "timeZone": "UTC"}, None),
        ({"dateTime": "9999-12-31T23:00:00", "timeZone": "Etc/GMT+12"}, ""),
        ({"dateTime": "soon", "timeZone": "UTC"}, ""),
    ],
)
def test_times_at_the_ends_of_the_calendar(
    time: dict[str, str], shown: str | None
) -> None:
    """Where no clock there has the time any more, it is UTC's or none."""
    found = told(
        start=time,
        end=time,
        originalStartTimeZone="India Standard Time",
        attendees=[{"proposedNewTime": {"start": time, "end": None}}],
    )
    day = told(
        start=time,
        end=time,
        isAllDay=True,
        originalStartTimeZone="India Standard Time",
    )

    zone = found["start"] and found["start"]["time_zone"]
    assert zone == {"": None, None: "Asia/Kolkata"}.get(shown, shown)
    [attendee] = found["attendees"]
    assert attendee["address"] is None
    assert attendee["proposed"] is not None
    assert (attendee["proposed"]["start"] is None) == (shown == "")
    assert (day["start"] is None) == (shown == "")


def test_the_end_may_be_in_another_zone() -> None:
    """A flight: each end by its own clocks."""
    found = told(
        start=NOON,
        end=ONE,
        originalStartTimeZone="W. Europe Standard Time",
        originalEndTimeZone="GMT Standard Time",
    )

    assert found["start"] == {
        "date_time": "2026-11-22T13:00:00",
        "time_zone": "Europe/Berlin",
    }
    assert found["end"] == {
        "date_time": "2026-11-22T13:00:00",
        "time_zone": "Europe/London",
    }


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param(MIDNIGHT, NEXT, id="midnights, as Graph tells them"),
        pytest.param(
            {"dateTime": "2026-11-21T23:00:00", "timeZone": "UTC"},
            {"dateTime": "2026-11-22T23:00:00", "timeZone": "UTC"},
            id="midnights of the event's zone",
        ),
        pytest.param(
            {"dateTime": "2026-11-21T22:30:00", "timeZone": "UTC"},
            {"dateTime": "2026-11-22T22:30:00", "timeZone": "UTC"},
            id="midnights of no zone that is known",
        ),
    ],
)
def test_whole_days_are_dates(start: Any, end: Any) -> None:
    """With an exclusive end, and no moments."""
    found = told(
        start=start,
        end=end,
        isAllDay=True,
        originalStartTimeZone="W. Europe Standard Time",
    )

    assert found["start"] == {"date": "2026-11-22"}
    assert found["end"] == {"date": "2026-11-23"}
    assert found["starts_at"] is found["ends_at"] is None


def test_a_series_is_told_in_the_zone_of_its_rule() -> None:
    """The rule's zone wins over the one that the event was written in."""
    found = told(
        start={"dateTime": "2026-11-22T23:30:00", "timeZone": "UTC"},
        end={"dateTime": "2026-11-22T23:45:00", "timeZone": "UTC"},
        type="seriesMaster",
        originalStartTimeZone="UTC",
        recurrence={
            **WEEKLY,
            "pattern": {"type": "weekly", "interval": 2},
        },
    )

    assert found["time_zone"] == "Europe/Berlin"
    assert found["recurrence"] is not None
    # Already Monday there. Without a day named, it is that of the start,
    # and without a first day of the week it is Sunday.
    assert (
        found["recurrence"]["rrule"]
        == "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;WKST=SU"
    )


def test_a_rule_in_a_zone_that_nobody_knows_has_no_text() -> None:
    """Its days would be others elsewhere; the pattern stays."""
    limits = {
        **WEEKLY["range"],
        "recurrenceTimeZone": "tzone://Microsoft/Custom",
    }
    found = told(
        start=NOON,
        end=ONE,
        originalStartTimeZone="Customized Time Zone",
        recurrence={**WEEKLY, "range": limits},
    )
    days = told(
        start=MIDNIGHT,
        end=NEXT,
        isAllDay=True,
        recurrence={**WEEKLY, "range": limits},
    )

    assert found["recurrence"] is not None
    assert found["recurrence"]["rrule"] is None
    assert found["recurrence"]["pattern"]["type"] == "weekly"
    assert found["recurrence"]["range"]["time_zone"] is None
    assert days["recurrence"] is not None
    assert days["recurrence"]["rrule"] == "FREQ=WEEKLY;BYDAY=SU;WKST=SU"


@given(series())
@settings(max_examples=100)
def test_rules_go_through_graph_and_come_back(
    given_: tuple[Rule, Start],
) -> None:
    """What is written to Graph is read from it as the same rule."""
    rule, start = given_
    written = msgspec.json.encode(rule_json(rule, start, "UTC"))
    found = recurrence_of(
        msgspec.json.decode(written, type=GraphRecurrence), start, "UTC"
    )

    assert found["rrule"] == write_rrule(rule, start)
    assert found["pattern"]["type"] == rule.kind
    assert found["pattern"]["days_of_week"] == (list(rule.days) or None)
    assert found["range"]["count"] == rule.count
    assert found["range"]["end_date"] == (
        rule.until.isoformat() if rule.until else None
    )


def test_reminders_places_and_links() -> None:
    """Told where there are any, and null where Graph says nothing with it."""
    empty = {"displayName": "", "address": {}, "coordinates": {}}
    found = told(
        isReminderOn=False,
        reminderMinutesBeforeStart=15,
        location=empty,
        locations=[
            empty,
            {
                "displayName": "Kepler",
                "locationEmailAddress": "kepler@contoso.example",
                "address": {"city": "Berlin"},
                "coordinates": {"latitude": 52.5, "longitude": 13.4},
            },
        ],
        onlineMeeting={"joinUrl": "https://teams.example/1"},
        **{
            "calendar@odata.navigationLink": "https://x/users('a')/calendars('AAMk=')"
        },
    )

    assert found["reminder_minutes"] is None
    assert found["location"] is None
    [place] = found["locations"]
    assert place["email"] == "kepler@contoso.example"
    assert place["address"] is not None
    assert place["address"]["city"] == "Berlin"
    assert place["coordinates"] == {"latitude": 52.5, "longitude": 13.4}
    assert found["join_url"] == "https://teams.example/1"
    assert found["calendar_id"] == "AAMk="


def test_bodies_are_safe_to_show() -> None:
    """As those of messages; none where none was asked for."""
    body = msgspec.json.encode(
        {
            "id": "e1",
            "body": {
                "contentType": "html",
                "content": "<p onclick=evil()>Hi</p><script>evil()</script>",
            },
        }
    )
    bare = Translation(representation="none", seal=str)

    assert "evil" not in event(body, ABOUT).content["body"]["content"]
    assert event(body, bare).content["body"] is None


def test_one_bad_event_does_not_take_the_page() -> None:
    """It keeps what can be read, and says so; so do calendars."""
    page = msgspec.json.encode(
        {
            "value": [
                {"id": "e1", "subject": "Good", "start": NOON, "end": ONE},
                {"id": "e2", "subject": "Odd", "start": 7, "attendees": "all"},
                {"subject": {"de": "Kein"}},
                "nonsense",
            ],
            "@odata.nextLink": "https://x",
        }
    )
    found = events(page, ABOUT)
    items = msgspec.json.decode(
        msgspec.json.encode(found.content), type=EventPage
    )["items"]
    kept = calendars(b'{"value": [{"id": 1}, {"id": "c"}]}', ABOUT)

    assert [item["is_partial"] for item in items] == [False, True, True, True]
    assert items[1]["subject"] == "Odd"
    assert items[1]["start"] is None
    assert found.next_cursor == "sealed https://x"
    assert [c["is_partial"] for c in kept.content["items"]] == [True, False]
    msgspec.json.decode(msgspec.json.encode(kept.content), type=CalendarPage)


def test_a_bare_calendar_is_enough() -> None:
    """Colors that nobody knows, and no owner."""
    body = b'{"id": "c1", "color": "infrared", "hexColor": "red"}'
    content = msgspec.json.encode(calendar(body, ABOUT).content)
    found = msgspec.json.decode(content, type=Calendar)

    assert found["name"] == ""
    assert found["color"] == "unknown"
    assert (found["hex_color"], found["owner"]) == (None, None)


def test_a_series_may_not_say_when_it_starts() -> None:
    """The document promises no more than that."""
    schema = TypeAdapter(RecurrenceRange).json_schema()

    assert {"type": "null"} in schema["properties"]["start_date"]["anyOf"]
