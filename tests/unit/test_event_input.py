"""What callers write of events, up to what Graph is sent."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from pydantic import ValidationError

from app.gateway.translation.calendar.event_writing import (
    event_json,
    response_json,
)
from app.models.calendar.actions import Response
from app.models.calendar.events import Event
from app.models.calendar.input import EventInput, EventPatch
from app.models.calendar.queries import EventQuery
from app.problems.refusals import InvalidRequest
from app.services.calendar.event_changes import shows
from app.services.calendar.event_times import (
    changed_times,
    depends_on_before,
    new_times,
)
from app.services.calendar.zoned import touches

NINE = {"date_time": "2026-11-23T09:00:00", "time_zone": "Europe/Berlin"}
TEN = {"date_time": "2026-11-23T10:00:00", "time_zone": "Europe/Berlin"}
MONDAY = {"date": "2026-11-23"}
TUESDAY = {"date": "2026-11-24"}
WEDNESDAY = {"date": "2026-11-25"}


def sent(**members: Any) -> Any:
    """Return what Graph is sent for a new event."""
    event = EventInput.model_validate({"start": NINE, "end": TEN, **members})
    return msgspec.json.decode(event_json(event, new_times(event), "mark"))


def changed(before: dict[str, Any], **members: Any) -> Any:
    """Return what Graph is sent for a change of an event."""
    patch = EventPatch.model_validate(members)
    known = there(**before) if depends_on_before(patch) else None
    return msgspec.json.decode(event_json(patch, changed_times(patch, known)))


def there(**members: Any) -> Event:
    """Return an event, as far as it matters here."""
    is_all_day = "date" in (members.get("start") or NINE)
    event: Any = {
        "start": NINE,
        "end": TEN,
        "time_zone": "Europe/Berlin",
        "is_all_day": is_all_day,
        "starts_at": None if is_all_day else "2026-11-23T08:00:00Z",
        "ends_at": None if is_all_day else "2026-11-23T09:00:00Z",
        "subject": "Roadmap",
        "status": "busy",
        "sensitivity": "normal",
        "importance": "normal",
        "reminder_minutes": 15,
        "categories": [],
        "response_requested": True,
        "allows_proposals": True,
        **members,
    }
    found: Event = event
    return found


def test_a_new_event_says_only_what_was_said() -> None:
    """Exchange decides on the rest; the mark tells a repeated request."""
    assert sent() == {
        "start": {
            "dateTime": "2026-11-23T09:00:00",
            "timeZone": "W. Europe Standard Time",
        },
        "end": {
            "dateTime": "2026-11-23T10:00:00",
            "timeZone": "W. Europe Standard Time",
        },
        "isAllDay": False,
        "transactionId": "mark",
    }


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"subject": None}, {"subject": ""}),
        ({"status": "away"}, {"showAs": "oof"}),
        (
            {"status": "working_elsewhere"},
            {"showAs": "workingElsewhere"},
        ),
        ({"status": None}, {"showAs": "busy"}),
        ({"sensitivity": "private"}, {"sensitivity": "private"}),
        ({"importance": None}, {"importance": "normal"}),
        ({"reminder_minutes": None}, {"isReminderOn": False}),
        (
            {"reminder_minutes": 0},
            {"isReminderOn": True, "reminderMinutesBeforeStart": 0},
        ),
        ({"categories": ["a", "a"]}, {"categories": ["a"]}),
        ({"is_online": False}, {"isOnlineMeeting": False}),
        (
            {"is_online": True},
            {
                "isOnlineMeeting": True,
                "onlineMeetingProvider": "teamsForBusiness",
            },
        ),
        ({"response_requested": False}, {"responseRequested": False}),
        ({"allows_proposals": False}, {"allowNewTimeProposals": False}),
        ({"location": None}, {"location": {"displayName": ""}}),
        ({"locations": []}, {"location": {"displayName": ""}}),
        (
            {
                "locations": [
                    {
                        "name": "Kepler",
                        "email": "kepler@contoso.example",
                        "address": {"city": "Berlin", "country": "Germany"},
                    }
                ]
            },
            {
                "locations": [
                    {
                        "displayName": "Kepler",
                        "locationEmailAddress": "kepler@contoso.example",
                        "address": {
                            "city": "Berlin",
                            "countryOrRegion": "Germany",
                        },
                    }
                ]
            },
        ),
        ({"attendees": None}, {"attendees": []}),
        (
            {
                "attendees": [
                    {"address": "a@b.example", "type": "optional"},
                    {"name": "B", "address": "b@b.example"},
                ]
            },
            {
                "attendees": [
                    {
                        "emailAddress": {"address": "a@b.example"},
                        "type": "optional",
                    },
                    {
                        "emailAddress": {
                            "name": "B",
                            "address": "b@b.example",
                        },
                        "type": "required",
                    },
                ]
            },
        ),
        (
            {"body": {"format": "html", "content": "<p>x</p>"}},
            {"body": {"contentType": "html", "content": "<p>x</p>"}},
        ),
        ({"body": None}, {"body": {"contentType": "text", "content": ""}}),
        ({"recurrence": None}, {"recurrence": None}),
    ],
)
def test_members_become_graph_s(
    members: dict[str, Any], expected: dict[str, Any]
) -> None:
    """Of a new event and of a change alike; null clears."""
    assert sent(**members).items() >= expected.items()
    assert changed({}, **members) == expected


def test_whole_days_are_midnights_of_one_zone() -> None:
    """UTC's, or those of the zone that was named."""
    days = {"start": MONDAY, "end": TUESDAY}
    plain = sent(**days)
    zoned = sent(**days, time_zone="Asia/Kolkata")

    assert plain["isAllDay"] is True
    assert plain["start"] == {
        "dateTime": "2026-11-23T00:00:00",
        "timeZone": "UTC",
    }
    assert zoned["start"]["timeZone"] == "India Standard Time"
    assert zoned["end"]["timeZone"] == "India Standard Time"


def test_what_clocks_skip_is_moved_on() -> None:
    """Half past two that night is half past three (RFC 5545 §3.3.5)."""
    skipped = {
        "date_time": "2026-03-29T02:30:00",
        "time_zone": "Europe/Berlin",
    }
    later = {"date_time": "2026-03-29T04:00:00", "time_zone": "Europe/Berlin"}

    written = sent(start=skipped, end=later)["start"]["dateTime"]
    assert written == "2026-03-29T03:30:00"


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"start": NINE | {"date_time": "2026-11-23"}}, "start.date_time"),
        (
            {"start": NINE | {"date_time": "2026-11-23T09:00:00+01:00"}},
            "start.date_time",
        ),
        ({"start": NINE | {"time_zone": "Berlin"}}, "start.time_zone"),
        (
            {"start": NINE | {"time_zone": "W. Europe Standard Time"}},
            "start.time_zone",
        ),
        ({"start": NINE | {"date": "2026-11-23"}}, "start"),
        ({"start": {"time_zone": "Europe/Berlin"}}, "start"),
        ({"start": {"date_time": "2026-11-23T09:00:00"}}, "start"),
        ({"start": {"date": "2026-11-31"}}, "start.date"),
        (
            {
                "start": {
                    "date_time": "0001-01-01T00:00:00",
                    "time_zone": "Asia/Kolkata",
                }
            },
            "start.date_time",
        ),
        ({"start": {"date": "4501-01-01"}}, "start.date"),
        ({"end": TUESDAY}, "end"),
        ({"start": TEN, "end": NINE}, "end"),
        ({"start": MONDAY, "end": MONDAY}, "end"),
        ({"start": TUESDAY, "end": MONDAY}, "end"),
        ({"location": {"name": "x"}, "locations": []}, ""),
        ({"reminder_minutes": -1}, "reminder_minutes"),
        ({"reminder_minutes": True}, "reminder_minutes"),
        ({"status": "unknown"}, "status"),
        ({"attendees": [{"address": "x"}]}, "attendees.0.address"),
        ({"attendees": [{"address": "a@b.c"}] * 501}, "attendees"),
        ({"is_all_day": True}, "is_all_day"),
        ({"recurrence": {}}, "recurrence"),
        (
            {"recurrence": {"pattern": {"type": "weekly"}}},
            "recurrence.pattern",
        ),
        (
            {"recurrence": {"pattern": {"type": "daily", "month": 1}}},
            "recurrence.pattern",
        ),
        (
            {
                "recurrence": {
                    "pattern": {"type": "daily"},
                    "range": {"type": "numbered"},
                }
            },
            "recurrence.range",
        ),
        (
            {
                "recurrence": {
                    "pattern": {"type": "daily"},
                    "range": {"type": "no_end", "count": 3},
                }
            },
            "recurrence.range",
        ),
        (
            {"recurrence": {"rrule": "x", "range": {"type": "no_end"}}},
            "recurrence",
        ),
    ],
)
def test_what_makes_no_sense_is_pointed_at(
    wrong: dict[str, Any], where: str
) -> None:
    """Before anything is asked of Graph."""
    with pytest.raises(ValidationError) as caught:
        EventInput.model_validate({"start": NINE, "end": TEN, **wrong})

    [error] = caught.value.errors()
    assert ".".join(map(str, error["loc"])) == where


WEEKLY = {"type": "weekly", "days_of_week": ["monday"]}


@pytest.mark.parametrize(
    "recurrence",
    [
        {"rrule": "FREQ=WEEKLY;BYDAY=MO"},
        {"rrule": "RRULE:FREQ=WEEKLY"},
        {"pattern": WEEKLY},
        {"pattern": WEEKLY, "range": {"type": "no_end"}},
        {
            "rrule": "FREQ=WEEKLY;BYDAY=MO",
            "pattern": {**WEEKLY, "interval": 1},
            "range": {
                "type": "no_end",
                "start_date": "2026-11-23",
                # Not by its name, but as Exchange sees it.
                "time_zone": "Europe/Vienna",
            },
        },
    ],
)
def test_rules_are_taken_in_both_forms(recurrence: dict[str, Any]) -> None:
    """In one of them, or in both if they mean the same."""
    assert sent(recurrence=recurrence)["recurrence"] == {
        "pattern": {
            "type": "weekly",
            "interval": 1,
            "daysOfWeek": ["monday"],
            "firstDayOfWeek": "monday",
        },
        "range": {
            "type": "noEnd",
            "startDate": "2026-11-23",
            "recurrenceTimeZone": "W. Europe Standard Time",
        },
    }


@pytest.mark.parametrize(
    ("recurrence", "where"),
    [
        ({"rrule": "FREQ=MONTHLY;BYMONTHDAY=31"}, "/rrule"),
        ({"rrule": "FREQ=HOURLY"}, "/rrule"),
        ({"rrule": "FREQ=DAILY", "pattern": WEEKLY}, ""),
        (
            {
                "rrule": "FREQ=WEEKLY;BYDAY=MO;COUNT=3",
                "pattern": WEEKLY,
                "range": {"type": "numbered", "count": 4},
            },
            "",
        ),
        (
            {
                "pattern": WEEKLY,
                "range": {"type": "end_date", "end_date": "2026-11-22"},
            },
            "/range/end_date",
        ),
        (
            {
                "pattern": WEEKLY,
                "range": {"type": "no_end", "start_date": "2026-11-24"},
            },
            "/range/start_date",
        ),
        (
            {
                "pattern": WEEKLY,
                "range": {"type": "no_end", "time_zone": "Asia/Kolkata"},
            },
            "/range/time_zone",
        ),
        (
            {
                "pattern": {
                    "type": "absolute_yearly",
                    "month": 4,
                    "day_of_month": 31,
                }
            },
            "/pattern/day_of_month",
        ),
    ],
)
def test_rules_that_cannot_be_are_pointed_at(
    recurrence: dict[str, Any], where: str
) -> None:
    """What Exchange cannot follow, and what contradicts itself."""
    with pytest.raises(InvalidRequest) as caught:
        sent(recurrence=recurrence)

    [error] = caught.value.errors
    assert error.pointer == f"#/body/recurrence{where}"


def test_a_time_zone_is_for_whole_days() -> None:
    """Times have their own."""
    with pytest.raises(InvalidRequest) as caught:
        sent(time_zone="Europe/Berlin")

    assert caught.value.errors[0].pointer == "#/body/time_zone"


DAYS = {"start": MONDAY, "end": TUESDAY}


@pytest.mark.parametrize(
    ("before", "patch", "expected"),
    [
        pytest.param(
            {},
            {"end": TEN | {"date_time": "2026-11-23T11:00:00"}},
            {
                "end": {
                    "dateTime": "2026-11-23T11:00:00",
                    "timeZone": "W. Europe Standard Time",
                },
                "isAllDay": False,
            },
            id="an end alone",
        ),
        pytest.param(
            DAYS,
            {"end": WEDNESDAY},
            {
                "start": {
                    "dateTime": "2026-11-23T00:00:00",
                    "timeZone": "W. Europe Standard Time",
                },
                "end": {
                    "dateTime": "2026-11-25T00:00:00",
                    "timeZone": "W. Europe Standard Time",
                },
                "isAllDay": True,
            },
            id="a day more, in the zone that the days are of",
        ),
        pytest.param(
            {},
            {"start": MONDAY, "end": TUESDAY},
            {
                "start": {
                    "dateTime": "2026-11-23T00:00:00",
                    "timeZone": "UTC",
                },
                "end": {"dateTime": "2026-11-24T00:00:00", "timeZone": "UTC"},
                "isAllDay": True,
            },
            id="a time becomes a day",
        ),
        pytest.param(
            {},
            {"recurrence": {"rrule": "FREQ=DAILY;UNTIL=20261124T080000Z"}},
            {
                "recurrence": {
                    "pattern": {"type": "daily", "interval": 1},
                    "range": {
                        "type": "endDate",
                        "endDate": "2026-11-24",
                        "startDate": "2026-11-23",
                        "recurrenceTimeZone": "W. Europe Standard Time",
                    },
                }
            },
            id="a rule, from the start that is known",
        ),
    ],
)
def test_changes_are_made_of_what_there_is(
    before: dict[str, Any], patch: dict[str, Any], expected: dict[str, Any]
) -> None:
    """What a change leaves out, the event tells."""
    assert changed(before, **patch) == expected


@pytest.mark.parametrize(
    ("before", "patch", "where"),
    [
        ({}, {"end": NINE | {"date_time": "2026-11-23T08:00:00"}}, "end"),
        ({}, {"start": NINE | {"date_time": "2026-11-23T11:00:00"}}, "start"),
        ({}, {"end": TUESDAY}, "end"),
        (DAYS, {"start": NINE}, "start"),
        (DAYS, {"end": MONDAY}, "end"),
        ({}, {"time_zone": "Asia/Kolkata"}, "time_zone"),
    ],
)
def test_changes_must_fit_what_there_is(
    before: dict[str, Any], patch: dict[str, Any], where: str
) -> None:
    """An end before the start, or a day that ends at a time."""
    with pytest.raises(InvalidRequest) as caught:
        changed(before, **patch)

    assert caught.value.errors[0].pointer == f"#/body/{where}"


@pytest.mark.parametrize(
    ("patch", "is_shown"),
    [
        ({"subject": "Roadmap"}, True),
        ({"subject": "Other"}, False),
        ({"subject": None}, False),
        ({"start": NINE, "end": TEN}, True),
        ({"start": TEN}, False),
        ({"start": MONDAY}, False),
        (
            {
                "start": {
                    "date_time": "2026-11-23T08:00:00",
                    "time_zone": "UTC",
                }
            },
            True,
        ),
        ({"status": "busy", "sensitivity": None, "importance": None}, True),
        ({"reminder_minutes": 15, "categories": None}, True),
        ({"reminder_minutes": None}, False),
        ({"response_requested": True, "allows_proposals": False}, False),
        ({"body": {"content": "x"}}, False),
        ({"recurrence": None}, False),
    ],
)
def test_whether_a_change_shows(
    patch: dict[str, Any], is_shown: object
) -> None:
    """What does not come back as it was sent never does."""
    assert shows(there(), EventPatch.model_validate(patch)) is is_shown


def test_whether_a_change_of_days_shows() -> None:
    """Days are compared as days."""
    assert shows(there(**DAYS), EventPatch.model_validate(DAYS))


@pytest.mark.parametrize(
    ("days", "zone", "is_touched"),
    [
        (DAYS, "UTC", True),
        (DAYS, "Asia/Kolkata", True),
        ({"start": TUESDAY, "end": WEDNESDAY}, "UTC", False),
        # By New York's clocks, the window ends on Monday's evening.
        ({"start": TUESDAY, "end": WEDNESDAY}, "America/New_York", False),
        # By Kolkata's, it goes on into Tuesday.
        ({"start": TUESDAY, "end": WEDNESDAY}, "Asia/Kolkata", True),
        ({"start": {"date": "2026-11-22"}, "end": MONDAY}, "UTC", False),
        (
            {"start": {"date": "2026-11-22"}, "end": MONDAY},
            "America/New_York",
            True,
        ),
        ({"start": None, "end": None, "is_all_day": True}, "UTC", True),
        ({}, "UTC", True),
    ],
)
def test_days_are_in_a_window_or_not(
    days: dict[str, Any], zone: str, is_touched: object
) -> None:
    """As they are by the clocks of whoever looks."""
    window = (
        datetime(2026, 11, 23, tzinfo=UTC),
        datetime(2026, 11, 24, tzinfo=UTC),
    )

    assert touches(there(**days), window, zone) is is_touched


def test_windows_begin_at_midnight_there() -> None:
    """Dates are those of the zone, and UTC's without one."""
    query = {"start": "2026-10-25", "end": "2026-10-26"}
    plain = EventQuery.model_validate(query)
    zoned = EventQuery.model_validate({**query, "time_zone": "Europe/Berlin"})

    assert [f"{end:%H:%M}" for end in plain.window] == ["00:00", "00:00"]
    # A day of 25 hours.
    assert [f"{end:%d %H:%M}" for end in zoned.window] == [
        "24 22:00",
        "25 23:00",
    ]


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"start": "tomorrow"}, "start"),
        ({"start": "2026-11-23T09:00:00"}, "start"),
        ({"start": "2026-02-30"}, "start"),
        ({"end": "2026-11-23"}, "end"),
        ({"end": "2026-11-22T23:59:59Z"}, "end"),
        ({"end": "2028-11-25"}, "end"),
        ({"end": "0001-01-01", "time_zone": "Asia/Kolkata"}, "end"),
        (
            {
                "start": "9999-12-31",
                "end": "9999-12-31T23:59:59Z",
                "time_zone": "Asia/Kolkata",
            },
            "end",
        ),
        ({"time_zone": "Berlin"}, "time_zone"),
        ({"query": ""}, "query"),
        ({"query": "a\nb"}, "query"),
        ({"calendar": "../x"}, "calendar"),
    ],
)
def test_other_windows_are_refused(wrong: dict[str, Any], where: str) -> None:
    """Neither backwards, nor longer than Exchange gives at once."""
    query = {"start": "2026-11-23", "end": "2026-11-24", **wrong}
    with pytest.raises(ValidationError) as caught:
        EventQuery.model_validate(query)

    assert [e["loc"] for e in caught.value.errors()] == [(where,)]


def test_answers_become_graph_s() -> None:
    """With a comment, and a better time."""
    response = Response.model_validate(
        {
            "response": "decline",
            "comment": "Later?",
            "proposed": {"start": NINE, "end": TEN},
        }
    )

    assert msgspec.json.decode(response_json(response)) == {
        "comment": "Later?",
        "sendResponse": True,
        "proposedNewTime": {
            "start": {
                "dateTime": "2026-11-23T09:00:00",
                "timeZone": "W. Europe Standard Time",
            },
            "end": {
                "dateTime": "2026-11-23T10:00:00",
                "timeZone": "W. Europe Standard Time",
            },
        },
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"response": "accept"},
        {"response": "tentative", "send_response": False},
    ],
)
def test_proposals_that_nobody_hears_are_refused(
    wrong: dict[str, Any],
) -> None:
    """Who accepts, or says nothing, proposes nothing."""
    body = {**wrong, "proposed": {"start": NINE, "end": TEN}}
    with pytest.raises(ValidationError) as caught:
        Response.model_validate(body)

    assert [e["loc"] for e in caught.value.errors()] == [("proposed",)]
