"""Occurrences of the sandbox's series by themselves, and wrong rules."""

import httpx
import pytest

from tests.contract.conftest import Entity, refusal
from tests.support.calendars import (
    EVENTS,
    VIEW,
    event,
    event_url,
    new_event,
    rule,
    seen,
    when,
)

pytestmark = pytest.mark.anyio

START = "2031-01-06"


async def test_occurrences_become_exceptions(
    graph: httpx.AsyncClient,
) -> None:
    """One day is moved and one deleted; the others stay as they are."""
    body = event(
        f"{START}T09:00:00",
        f"{START}T10:00:00",
        recurrence=rule(START, "daily"),
    )
    series = await new_event(graph, EVENTS, body)
    days = await seen(graph, VIEW, "2031-01-06", "2031-01-10")
    later = {
        "start": when("2031-01-07T15:00:00"),
        "end": when("2031-01-07T16:00:00"),
        "subject": "Moved",
    }

    moved = (await graph.patch(event_url(days[1]), json=later)).json()
    gone = await graph.delete(event_url(days[2]))
    after = await seen(graph, VIEW, "2031-01-06", "2031-01-10")
    master = await graph.get(
        event_url(series), params={"$select": "cancelledOccurrences"}
    )

    assert gone.status_code == 204
    assert moved["id"] == days[1]["id"]
    assert moved["type"] == "exception"
    assert moved["originalStart"] == "2031-01-07T09:00:00Z"
    assert moved["seriesMasterId"] == series["id"]
    assert moved["changeKey"] != days[1]["changeKey"]
    assert [one["id"] for one in after] == [days[n]["id"] for n in (0, 1, 3)]
    assert [one["subject"] for one in after] == ["Meeting", "Moved", "Meeting"]
    assert master.json()["cancelledOccurrences"] == [
        f"OID.{series['id']}.2031-01-08"
    ]
    assert refusal(await graph.get(event_url(days[2]))) == (
        404,
        "ErrorItemNotFound",
    )
    assert days[0]["iCalUId"] != days[1]["iCalUId"]


async def test_exceptions_change_with_their_series(
    graph: httpx.AsyncClient,
) -> None:
    """What an exception does not say itself is as its series has it."""
    body = event(
        f"{START}T09:00:00",
        f"{START}T10:00:00",
        recurrence=rule(START, "daily"),
    )
    series = await new_event(graph, EVENTS, body)
    days = await seen(graph, VIEW, START, "2031-01-08")
    url = event_url(days[1])
    before = (await graph.patch(url, json={"showAs": "free"})).json()

    await graph.patch(event_url(series), json={"subject": "Renamed"})
    stale = await graph.patch(
        url,
        json={"subject": "Mine"},
        headers={"If-Match": before["@odata.etag"]},
    )
    after = (await graph.get(url)).json()

    assert refusal(stale) == (412, "ErrorIrresolvableConflict")
    assert (after["subject"], after["showAs"]) == ("Renamed", "free")
    assert after["changeKey"] != before["changeKey"]


@pytest.mark.parametrize(
    ("day", "allowed"),
    [
        ("2031-01-06", False),
        ("2031-01-07", True),
        ("2031-01-12", True),
        ("2031-01-13", False),
        ("2031-01-20", False),
    ],
)
async def test_occurrences_keep_their_order(
    graph: httpx.AsyncClient, day: str, *, allowed: bool
) -> None:
    """None is moved to the day of a neighbour, or beyond it."""
    days = rule(START, "weekly", daysOfWeek=["monday", "thursday"])
    body = event(f"{START}T09:00:00", f"{START}T10:00:00", recurrence=days)
    await new_event(graph, EVENTS, body)
    shown = await seen(graph, VIEW, "2031-01-09", "2031-01-10")
    times = {
        "start": when(f"{day}T22:00:00"),
        "end": when(f"{day}T23:00:00"),
    }

    answer = await graph.patch(event_url(shown[0]), json=times)

    assert answer.is_success is allowed
    if not allowed:
        code = "ErrorOccurrenceCrossingBoundary"
        assert refusal(answer) == (400, code)


async def test_another_rule_makes_another_series(
    graph: httpx.AsyncClient,
) -> None:
    """A changed rule drops exceptions, and null leaves a single event."""
    body = event(
        f"{START}T09:00:00",
        f"{START}T10:00:00",
        recurrence=rule(START, "daily"),
    )
    series = await new_event(graph, EVENTS, body)
    days = await seen(graph, VIEW, "2031-01-06", "2031-01-10")
    await graph.delete(event_url(days[1]))
    url = event_url(series)

    await graph.patch(url, json={"subject": "Same days"})
    kept = await seen(graph, VIEW, "2031-01-06", "2031-01-10")
    other = {"recurrence": rule(START, "daily", interval=2)}
    await graph.patch(url, json=other)
    fewer = await seen(graph, VIEW, "2031-01-06", "2031-01-10")
    single = (await graph.patch(url, json={"recurrence": None})).json()
    left = await seen(graph, VIEW, "2031-01-06", "2031-01-10")

    assert [len(one) for one in (kept, fewer, left)] == [3, 2, 1]
    assert (single["type"], single["recurrence"]) == ("singleInstance", None)
    assert left[0]["id"] == series["id"]
    instances = await graph.get(
        f"{url}/instances?startDateTime=2031-01-06&endDateTime=2031-01-07"
    )
    assert refusal(instances) == (400, "ErrorInvalidRequest")


TOO_EARLY = {"type": "endDate", "endDate": "2031-01-05"}


@pytest.mark.parametrize(
    "wrong",
    [
        rule("2031-01-07", "daily"),
        rule(START, "daily", interval=0),
        rule(START, "weekly"),
        rule(START, "absoluteMonthly"),
        rule(START, "absoluteMonthly", dayOfMonth=32),
        rule(START, "relativeMonthly", index="first"),
        rule(START, "absoluteYearly", dayOfMonth=6),
        rule(START, "relativeYearly", daysOfWeek=["monday"]),
        rule(
            START,
            "daily",
            limits={"type": "endDate", "endDate": "2031-01-05"},
        ),
        rule(START, "daily", limits={"type": "numbered"}),
    ],
)
async def test_wrong_rules_are_refused(
    graph: httpx.AsyncClient, wrong: Entity
) -> None:
    """What lacks a part, or never takes place, is no series."""
    body = event(f"{START}T09:00:00", f"{START}T10:00:00", recurrence=wrong)

    answer = await graph.post(EVENTS, json=body)

    assert refusal(answer) == (400, "ErrorPropertyValidationFailure")
