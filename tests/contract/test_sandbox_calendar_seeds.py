"""The calendars that a new sandbox holds."""

from collections import Counter
from datetime import datetime, timedelta

import httpx
import pytest

from app.sandbox import Sandbox
from tests.contract.conftest import (
    ADA,
    ADA_ADDRESS,
    NOW,
    Entity,
    client_of,
    every,
    refusal,
    sign_in,
)
from tests.support.calendars import names, seen

pytestmark = pytest.mark.anyio

GRACE_VIEW = "/users/grace@contoso.example/calendarView"
# The week of the test, and the one before it.
WEEKS = ("2026-11-09", "2026-11-23")


@pytest.fixture
async def events(graph: httpx.AsyncClient) -> list[Entity]:
    """Give all events of Ada's calendars, series once."""
    return await every(graph, f"{ADA}/events?$top=100")


@pytest.fixture
async def weeks(graph: httpx.AsyncClient) -> list[Entity]:
    """Give two weeks of Ada's calendar."""
    return await seen(graph, f"{ADA}/calendarView", *WEEKS)


async def test_calendars_look_lived_in(
    events: list[Entity], weeks: list[Entity]
) -> None:
    """There is something of each kind, and not too much of it."""
    patterns = {
        one["recurrence"]["pattern"]["type"]
        for one in events
        if one["recurrence"]
    }
    ranges = {
        one["recurrence"]["range"]["type"]
        for one in events
        if one["recurrence"]
    }

    assert 25 <= len(weeks) <= 45
    assert len(patterns) == 6
    assert ranges == {"noEnd", "endDate", "numbered"}
    assert {one["showAs"] for one in weeks} == {
        "busy",
        "free",
        "oof",
        "tentative",
        "unknown",
        "workingElsewhere",
    }
    assert {one["responseStatus"]["response"] for one in weeks} == {
        "organizer",
        "accepted",
        "tentativelyAccepted",
        "notResponded",
    }
    assert Counter(one["isAllDay"] for one in weeks)[True] > 2
    assert any(one["sensitivity"] == "private" for one in weeks)
    assert any(one["isCancelled"] for one in weeks)
    assert any((one["onlineMeeting"] or {}).get("joinUrl") for one in weeks)
    assert max(len(one["attendees"]) for one in weeks) > 50
    assert any(one["subject"] is None for one in weeks)


async def test_each_week_has_a_moved_and_a_cancelled_day(
    weeks: list[Entity],
) -> None:
    """The stand-up is later on Wednesdays and not held on Fridays."""
    held = [one for one in weeks if "Stand-up" in str(one["subject"])]

    assert [(one["start"]["dateTime"][:13], one["type"]) for one in held] == [
        ("2026-11-09T08", "occurrence"),
        ("2026-11-10T08", "occurrence"),
        ("2026-11-11T10", "exception"),
        ("2026-11-12T08", "occurrence"),
        ("2026-11-16T08", "occurrence"),
        ("2026-11-17T08", "occurrence"),
        ("2026-11-18T10", "exception"),
        ("2026-11-19T08", "occurrence"),
    ]


async def test_who_meets_has_the_meeting(
    graph: httpx.AsyncClient, weeks: list[Entity]
) -> None:
    """A meeting of two is in both calendars, at the same times."""
    grace = await seen(graph, GRACE_VIEW, *WEEKS)
    theirs = {one["iCalUId"]: one for one in grace}
    both = [one for one in weeks if one["iCalUId"] in theirs]

    assert len(both) > 12
    for one in both:
        other = theirs[one["iCalUId"]]
        assert one["subject"] == other["subject"]
        assert one["start"] == other["start"]
        assert one["isOrganizer"] is not other["isOrganizer"]
        assert one["organizer"] == other["organizer"]


async def test_clocks_change_under_the_series(
    graph: httpx.AsyncClient,
) -> None:
    """The stand-up is at a quarter past nine in summer and in winter."""
    graph.headers["Prefer"] = 'outlook.timezone="Europe/Berlin"'
    year = await seen(
        graph,
        f"{ADA}/calendarView",
        "2026-04-20",
        "2027-04-20",
        **{"$filter": "subject eq 'Stand-up'"},
    )

    assert {one["start"]["dateTime"][11:16] for one in year} == {"09:15"}
    assert len(year) > 240


async def test_nights_are_longer_and_shorter(
    graph: httpx.AsyncClient,
) -> None:
    """The last and the next change of clocks lie within an event each."""
    nights = await seen(
        graph,
        "/users/support@contoso.example/calendarView",
        "2026-03-01",
        "2027-05-01",
        **{"$filter": "startswith(subject,'Maintenance')"},
    )
    hours = [
        datetime.fromisoformat(one["end"]["dateTime"][:19])
        - datetime.fromisoformat(one["start"]["dateTime"][:19])
        for one in nights
    ]

    assert hours == [timedelta(hours=7), timedelta(hours=5)]


async def test_a_second_calendar_lies_beside_the_first(
    graph: httpx.AsyncClient, weeks: list[Entity]
) -> None:
    """What is private is in a calendar of its own, and not in the view."""
    calendars = await every(graph, f"{ADA}/calendars")
    private = calendars[1]["id"]
    found = await seen(
        graph, f"{ADA}/calendars/{private}/calendarView", *WEEKS
    )

    assert [one["name"] for one in calendars] == ["Calendar", "Private"]
    assert [one["isDefaultCalendar"] for one in calendars] == [True, False]
    assert "Choir" in names(found)
    assert not set(names(found)) & set(names(weeks))


@pytest.mark.parametrize("hours", [0, 7, 100, 167])
async def test_seeds_are_the_same_all_week(
    weeks: list[Entity], hours: int
) -> None:
    """Whenever in a week a sandbox begins, its calendars are the same."""
    thursday = NOW.replace(day=12, hour=18, minute=0)
    sandbox = Sandbox(now=thursday + timedelta(hours=hours))
    async with client_of(sandbox) as graph:
        await sign_in(graph)
        again = await seen(graph, f"{ADA}/calendarView", *WEEKS)

    assert again == weeks


async def test_sandboxes_do_not_share_what_changes() -> None:
    """What happens to one sandbox's calendars stays in it."""
    first, second = Sandbox(now=NOW), Sandbox(now=NOW)
    async with client_of(first) as one, client_of(second) as other:
        await sign_in(one)
        await sign_in(other)
        before = await every(one, f"{ADA}/events?$select=id")
        await one.delete(f"{ADA}/events/{before[0]['id']}")
        await one.post(f"{ADA}/calendars", json={"name": "New"})

        after = await every(one, f"{ADA}/events?$select=id")
        elsewhere = await every(other, f"{ADA}/events?$select=id")
        calendars = await every(other, f"{ADA}/calendars")

    assert len(after) == len(before) - 1
    assert [one["id"] for one in elsewhere] == [one["id"] for one in before]
    assert len(calendars) == 2


async def test_a_reset_brings_the_seeds_back(
    graph: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """After a reset the calendars are as in the beginning."""
    before = await every(graph, f"{ADA}/events?$select=id")
    gone = before[0]["id"]
    await graph.delete(f"{ADA}/events/{gone}")
    missing = await graph.get(f"{ADA}/events/{gone}")

    sandbox.reset()

    assert refusal(missing) == (404, "ErrorItemNotFound")
    assert await every(graph, f"{ADA}/events?$select=id") == before
    assert sandbox.mailbox(ADA_ADDRESS).messages
