"""Values of the sandbox's events, and series that are moved."""

import httpx
import pytest

from tests.contract.conftest import Entity, refusal
from tests.support.calendars import (
    EVENTS,
    LUNCH,
    VIEW,
    event,
    event_url,
    new_event,
    rule,
    seen,
    when,
)

pytestmark = pytest.mark.anyio

WEDNESDAYS = event(
    "2031-01-06T09:00:00",
    "2031-01-06T10:00:00",
    "Europe/Berlin",
    recurrence=rule("2031-01-06", "weekly", daysOfWeek=["wednesday"]),
)


def starts(events: list[Entity]) -> list[str]:
    """Return when events start, in UTC and to the minute."""
    return [one["start"]["dateTime"][:16] for one in events]


async def month(graph: httpx.AsyncClient) -> list[Entity]:
    """Return what there is in January."""
    return await seen(graph, VIEW, "2031-01-01", "2031-01-31")


async def test_a_series_begins_with_its_first_occurrence(
    graph: httpx.AsyncClient,
) -> None:
    """A start before the pattern's first day is moved to that day."""
    made = await new_event(graph, EVENTS, WEDNESDAYS)

    assert made["start"] == when("2031-01-08T08:00:00.0000000")
    assert made["recurrence"]["range"]["startDate"] == "2031-01-08"
    again = await graph.patch(
        event_url(made), json={"recurrence": made["recurrence"]}
    )
    assert again.json()["recurrence"] == made["recurrence"]


async def test_a_series_is_moved(graph: httpx.AsyncClient) -> None:
    """Other times of day, or another first day, move all occurrences."""
    made = await new_event(graph, EVENTS, WEDNESDAYS)
    later = {
        "start": when("2031-01-08T14:00:00", "Europe/Berlin"),
        "end": when("2031-01-08T15:00:00", "Europe/Berlin"),
    }
    week_later = {
        "start": when("2031-01-14T14:00:00", "Europe/Berlin"),
        "end": when("2031-01-14T15:00:00", "Europe/Berlin"),
    }
    await graph.patch(
        event_url((await month(graph))[1]), json={"subject": "x"}
    )

    await graph.patch(event_url(made), json=later)
    afternoons = await month(graph)
    await graph.patch(event_url(made), json=week_later)
    fewer = await month(graph)

    assert starts(afternoons) == [
        f"2031-01-{day}T13:00" for day in ("08", "15", "22", "29")
    ]
    assert {one["type"] for one in afternoons} == {"occurrence"}
    assert starts(fewer) == [
        f"2031-01-{day}T13:00" for day in ("15", "22", "29")
    ]


async def test_whole_days_recur(graph: httpx.AsyncClient) -> None:
    """A series of whole days is of midnights in every zone."""
    days = event(
        "2031-01-06T00:00:00",
        "2031-01-07T00:00:00",
        "America/New_York",
        isAllDay=True,
        recurrence=rule("2031-01-06", "weekly", daysOfWeek=["monday"]),
    )
    await new_event(graph, EVENTS, days)
    graph.headers["Prefer"] = 'outlook.timezone="Asia/Kolkata"'

    shown = await month(graph)

    assert starts(shown) == [
        f"2031-01-{day}T00:00" for day in ("06", "13", "20", "27")
    ]
    assert {one["end"]["dateTime"][11:16] for one in shown} == {"00:00"}


async def test_an_event_becomes_a_whole_day(graph: httpx.AsyncClient) -> None:
    """That takes midnights, in one zone, at least a day apart."""
    made = await new_event(graph, EVENTS, LUNCH)
    start = when("2031-03-10T00:00:00", "Europe/Berlin")
    wrong: list[Entity] = [
        {"isAllDay": True},
        {"isAllDay": True, "start": start, "end": start},
        {"isAllDay": True, "start": start, "end": when("2031-03-11T00:00:00")},
    ]
    right = {
        "isAllDay": True,
        "start": start,
        "end": when("2031-03-11T00:00:00", "Europe/Berlin"),
    }

    for body in wrong:
        refused = await graph.patch(event_url(made), json=body)
        assert refusal(refused) == (400, "ErrorInvalidRequest")
    after = (await graph.patch(event_url(made), json=right)).json()

    assert after["isAllDay"] is True
    assert after["start"] == when("2031-03-10T00:00:00.0000000")


async def test_offsets_in_times_count(graph: httpx.AsyncClient) -> None:
    """A time with an offset is that moment, seen in its zone."""
    body = LUNCH | {
        "start": when("2031-03-10T07:00:00-04:00", "Europe/Berlin"),
        "end": when("2031-03-10T12:00:00Z", "Europe/Berlin"),
    }

    made = await new_event(graph, EVENTS, body)

    assert made["start"] == when("2031-03-10T11:00:00.0000000")
    assert made["end"] == when("2031-03-10T12:00:00.0000000")


async def test_an_event_starts_and_ends_in_zones_of_its_own(
    graph: httpx.AsyncClient,
) -> None:
    """A flight leaves in one zone and lands in another."""
    flight = event("", "") | {
        "start": when("2031-03-10T18:00:00", "Europe/Berlin"),
        "end": when("2031-03-10T20:00:00", "Eastern Standard Time"),
    }

    made = await new_event(graph, EVENTS, flight)

    assert made["originalStartTimeZone"] == "W. Europe Standard Time"
    assert made["originalEndTimeZone"] == "Eastern Standard Time"
    assert made["end"] == when("2031-03-11T00:00:00.0000000")


async def test_online_meetings_get_a_link(graph: httpx.AsyncClient) -> None:
    """Who asks for an online meeting is told where to join, for good."""
    made = await new_event(graph, EVENTS, LUNCH | {"isOnlineMeeting": True})
    later = await new_event(graph, EVENTS, LUNCH)
    link = {"isOnlineMeeting": True}
    once = (await graph.patch(event_url(later), json=link)).json()
    twice = (await graph.patch(event_url(later), json=link)).json()

    assert made["onlineMeeting"]["joinUrl"].startswith("https://teams.")
    assert made["onlineMeetingProvider"] == "teamsForBusiness"
    assert once["onlineMeeting"] == twice["onlineMeeting"] is not None


async def test_places_are_one_and_many(graph: httpx.AsyncClient) -> None:
    """The first of several places is the place, and one is a list."""
    both = [{"displayName": "Here"}, {"displayName": "There"}]
    made = await new_event(graph, EVENTS, LUNCH | {"locations": both})
    moved = await graph.patch(
        event_url(made), json={"location": {"displayName": "Away"}}
    )

    assert made["location"]["displayName"] == "Here"
    assert len(made["locations"]) == 2
    assert [one["displayName"] for one in moved.json()["locations"]] == [
        "Away"
    ]


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"start": None}, "UnableToDeserializePostBody"),
        (
            {"start": when("1066-10-14T09:00:00")},
            "UnableToDeserializePostBody",
        ),
        ({"locations": "here"}, "UnableToDeserializePostBody"),
        ({"attendees": "ada"}, "UnableToDeserializePostBody"),
        (
            {
                "attendees": [{"emailAddress": {"address": "a@b.example"}}]
                * 501
            },
            "ErrorInvalidRequest",
        ),
    ],
)
async def test_wrong_values_are_refused(
    graph: httpx.AsyncClient, properties: Entity, code: str
) -> None:
    """A value that cannot be is 400."""
    answer = await graph.post(EVENTS, json=LUNCH | properties)

    assert refusal(answer) == (400, code)


async def test_an_event_needs_times(graph: httpx.AsyncClient) -> None:
    """Without a start or an end there is no event."""
    for name in ("start", "end"):
        body = {k: v for k, v in LUNCH.items() if k != name}
        answer = await graph.post(EVENTS, json=body)
        assert refusal(answer) == (400, "ErrorPropertyValidationFailure")
