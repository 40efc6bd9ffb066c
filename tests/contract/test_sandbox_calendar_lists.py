"""Lists of events, and windows of the calendar."""

import httpx
import pytest

from tests.contract.conftest import refusal
from tests.support.calendars import (
    EVENTS,
    LUNCH,
    VIEW,
    event,
    event_url,
    names,
    new_event,
    rule,
    seen,
)

pytestmark = pytest.mark.anyio

DAY = "startDateTime=2031-01-01&endDateTime=2031-01-02"


async def test_lists_show_series_once_and_views_each_time(
    graph: httpx.AsyncClient,
) -> None:
    """A list has the master of a series, a view its occurrences."""
    daily = rule("2031-05-05", "daily")
    body = event(
        "2031-05-05T09:00:00",
        "2031-05-05T09:15:00",
        subject="Daily",
        recurrence=daily,
    )
    series = await new_event(graph, EVENTS, body)
    await new_event(graph, EVENTS, LUNCH)
    week = await seen(graph, VIEW, "2031-05-05", "2031-05-10")
    listed = await graph.get(
        EVENTS, params={"$filter": "start/dateTime ge '2031-01-01'"}
    )
    inside = await seen(
        graph, f"{event_url(series)}/instances", "2031-05-06", "2031-05-08"
    )

    kinds = {one["subject"]: one["type"] for one in listed.json()["value"]}
    assert kinds == {"Daily": "seriesMaster", "Lunch": "singleInstance"}
    assert [one["type"] for one in week] == ["occurrence"] * 5
    assert {one["seriesMasterId"] for one in week} == {series["id"]}
    assert [one["id"] for one in inside] == [one["id"] for one in week[1:3]]
    assert [one["originalStart"][:10] for one in inside] == [
        "2031-05-06",
        "2031-05-07",
    ]


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        ("2031-03-10T11:00:00", "2031-03-10T11:01:00", True),
        ("2031-03-10T11:59:00", "2031-03-11", True),
        ("2031-03-10T12:00:00", "2031-03-11", False),
        ("2031-03-09", "2031-03-10T11:00:00", False),
        ("2031-03-10T12:30:00+01:00", "2031-03-10T12:40:00+01:00", True),
        ("2031-03-10T13:30:00+01:00", "2031-03-10T13:40:00+01:00", False),
        ("2031-03-10T12:30:00Z", "2031-03-10T12:40:00Z", False),
    ],
)
async def test_a_window_shows_what_touches_it(
    graph: httpx.AsyncClient, start: str, end: str, *, found: bool
) -> None:
    """The window's offsets count, and the preferred zone does not."""
    await new_event(graph, EVENTS, LUNCH)
    graph.headers["Prefer"] = 'outlook.timezone="Asia/Kolkata"'

    shown = await seen(graph, VIEW, start, end)

    assert names(shown) == ["Lunch"] * found


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "ErrorInvalidParameter"),
        ("startDateTime=2031-01-01", "ErrorInvalidParameter"),
        ("startDateTime=x&endDateTime=y", "ErrorInvalidParameter"),
        (
            "startDateTime=2031-01-02&endDateTime=2031-01-01",
            "ErrorInvalidParameter",
        ),
        (
            "startDateTime=2031-01-01&endDateTime=2036-01-01",
            "ErrorInvalidRequest",
        ),
        (
            f"{DAY}&$select=createdDateTime",
            "RequestBroker--ParseUri",
        ),
    ],
)
async def test_a_view_needs_a_window(
    graph: httpx.AsyncClient, query: str, code: str
) -> None:
    """A window must be given, be one, and not be too long."""
    assert refusal(await graph.get(f"{VIEW}?{query}")) == (400, code)


async def test_events_are_paged(graph: httpx.AsyncClient) -> None:
    """Ten on a page unless otherwise asked, and a link to the next."""
    daily = rule("2031-05-05", "daily")
    body = event(
        "2031-05-05T09:00:00", "2031-05-05T10:00:00", recurrence=daily
    )
    await new_event(graph, EVENTS, body)
    query = (
        "startDateTime=2031-05-05T00:00:00&endDateTime=2031-05-30"
        "&$orderby=start/dateTime desc&$select=start&$count=true"
    )

    first = (await graph.get(f"{VIEW}?{query}")).json()
    second = (await graph.get(first["@odata.nextLink"])).json()
    third = (await graph.get(second["@odata.nextLink"])).json()

    starts = [
        one["start"]["dateTime"][:10]
        for page in (first, second, third)
        for one in page["value"]
    ]
    assert [len(one["value"]) for one in (first, second, third)] == [10, 10, 5]
    assert first["@odata.count"] == 25
    assert "@odata.nextLink" not in third
    assert starts == [f"2031-05-{day:02}" for day in range(29, 4, -1)]
    assert set(first["value"][0]) == {"@odata.etag", "id", "start"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("subject eq 'lunch'", True),
        ("contains(subject,'unc')", True),
        ("start/dateTime ge '2031-03-10T11:00:00Z'", True),
        ("start/dateTime gt '2031-03-10T11:00:00'", False),
        ("end/dateTime le '2031-03-10T13:00:00+01:00'", True),
        ("isAllDay eq true", False),
        ("categories/any(c:c eq 'Private')", True),
        ("sensitivity eq 'private' and showAs eq 'free'", True),
        ("not (importance eq 'low')", False),
    ],
)
async def test_events_are_filtered(
    graph: httpx.AsyncClient, text: str, *, found: bool
) -> None:
    """Filters see the times in UTC, whatever zone is preferred."""
    made = await new_event(graph, EVENTS, LUNCH)
    graph.headers["Prefer"] = 'outlook.timezone="Asia/Kolkata"'

    answer = await graph.get(
        EVENTS, params={"$filter": text, "$top": "1000", "$select": "id"}
    )

    ids = [one["id"] for one in answer.json()["value"]]
    assert (made["id"] in ids) is found


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("$filter=start/dateTime ge 'noon'", "RequestBroker--ParseUri"),
        ("$filter=body eq 'x'", "ErrorInvalidUrlQueryFilter"),
        ("$filter=colour eq 'x'", "RequestBroker--ParseUri"),
        ("$select=colour", "RequestBroker--ParseUri"),
        ("$orderby=colour", "RequestBroker--ParseUri"),
        ('$search="lunch"', "RequestBroker--ParseUri"),
        ("$top=0", "RequestBroker--ParseUri"),
        ("$top=1001", "RequestBroker--ParseUri"),
    ],
)
async def test_wrong_queries_are_refused(
    graph: httpx.AsyncClient, query: str, code: str
) -> None:
    """What Graph does not support is 400."""
    assert refusal(await graph.get(f"{EVENTS}?{query}")) == (400, code)
