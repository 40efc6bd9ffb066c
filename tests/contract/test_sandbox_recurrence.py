"""Series of the sandbox, against days that are counted here."""

from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.contract.conftest import Entity
from tests.support.calendars import (
    EVENTS,
    VIEW,
    event,
    new_event,
    rule,
    seen,
)

pytestmark = pytest.mark.anyio

START = date(2031, 1, 6)
ONE_DAY = timedelta(days=1)
Takes = Callable[[date], bool]


def week_of(day: date, first: int) -> int:
    """Return the number of a week that begins on this weekday."""
    return (day.toordinal() - 1 - first) // 7


def nth(day: date) -> int:
    """Return which of its weekday in the month a day is."""
    return (day.day + 6) // 7


def is_last(day: date) -> bool:
    """Say whether a day is the last of its weekday in the month."""
    return (day + 7 * ONE_DAY).month != day.month


def is_end(day: date, wanted: int) -> bool:
    """Say whether a day is the wanted one, or a short month's last."""
    return day.day == min(wanted, monthrange(day.year, day.month)[1])


def months(day: date) -> int:
    """Return how many months after the start a day is."""
    return (day.year - START.year) * 12 + day.month - START.month


PATTERNS: dict[str, tuple[str, Entity, Takes]] = {
    "every other day": (
        "daily",
        {"interval": 2},
        lambda day: (day - START).days % 2 == 0,
    ),
    "weekdays": (
        "weekly",
        {"daysOfWeek": ["monday", "wednesday"]},
        lambda day: day.weekday() in (0, 2),
    ),
    "biweekly, weeks from Sunday": (
        "weekly",
        {"interval": 2, "daysOfWeek": ["sunday", "monday"]},
        lambda day: (
            day.weekday() in (6, 0)
            and (week_of(day, 6) - week_of(START, 6)) % 2 == 0
        ),
    ),
    "biweekly, weeks from Monday": (
        "weekly",
        {
            "interval": 2,
            "daysOfWeek": ["sunday", "monday"],
            "firstDayOfWeek": "monday",
        },
        lambda day: (
            day.weekday() in (6, 0)
            and (week_of(day, 0) - week_of(START, 0)) % 2 == 0
        ),
    ),
    "every sixth": (
        "absoluteMonthly",
        {"dayOfMonth": 6},
        lambda day: day.day == 6,
    ),
    "each month's end": (
        "absoluteMonthly",
        {"dayOfMonth": 31},
        lambda day: is_end(day, 31),
    ),
    "every third thirtieth": (
        "absoluteMonthly",
        {"dayOfMonth": 30, "interval": 3},
        lambda day: is_end(day, 30) and months(day) % 3 == 0,
    ),
    "second Tuesday": (
        "relativeMonthly",
        {"daysOfWeek": ["tuesday"], "index": "second"},
        lambda day: day.weekday() == 1 and nth(day) == 2,
    ),
    "last Friday": (
        "relativeMonthly",
        {"daysOfWeek": ["friday"], "index": "last"},
        lambda day: day.weekday() == 4 and is_last(day),
    ),
    "first day of a weekend": (
        "relativeMonthly",
        {"daysOfWeek": ["saturday", "sunday"], "index": "first"},
        lambda day: (
            day.weekday() in (5, 6)
            and not any(
                date(day.year, day.month, one).weekday() in (5, 6)
                for one in range(1, day.day)
            )
        ),
    ),
    "leap day": (
        "absoluteYearly",
        {"dayOfMonth": 29, "month": 2},
        lambda day: day.month == 2 and is_end(day, 29),
    ),
    "fourth Thursday of November": (
        "relativeYearly",
        {"daysOfWeek": ["thursday"], "index": "fourth", "month": 11},
        lambda day: (day.month, day.weekday(), nth(day)) == (11, 3, 4),
    ),
}


def starts(events: list[Entity]) -> list[str]:
    """Return when events start, in UTC and to the minute."""
    return [one["start"]["dateTime"][:16] for one in events]


@pytest.mark.parametrize("name", PATTERNS)
async def test_patterns_are_expanded(
    graph: httpx.AsyncClient, name: str
) -> None:
    """Each pattern takes place on its days and on no other, for years."""
    kind, pattern, takes = PATTERNS[name]
    end = date(2034, 6, 30)
    body = event(
        f"{START}T09:00:00",
        f"{START}T10:00:00",
        recurrence=rule(f"{START}", kind, **pattern),
    )
    await new_event(graph, EVENTS, body)

    shown = await seen(graph, VIEW, f"{START}", f"{end}")

    expected = [
        f"{day}T09:00"
        for day in (START + ONE_DAY * n for n in range((end - START).days))
        if takes(day)
    ]
    assert starts(shown) == expected[:1000]
    assert len(expected) >= 3


@pytest.mark.parametrize(
    ("limits", "last"),
    [
        ({"type": "endDate", "endDate": "2031-01-20"}, "2031-01-20"),
        ({"type": "numbered", "numberOfOccurrences": 5}, "2031-01-10"),
        ({"type": "noEnd"}, "2031-02-14"),
    ],
)
async def test_ranges_end_series(
    graph: httpx.AsyncClient, limits: Entity, last: str
) -> None:
    """A date is included, a number is counted, or there is no end."""
    body = event(
        f"{START}T09:00:00",
        f"{START}T10:00:00",
        recurrence=rule(f"{START}", "daily", limits=limits),
    )
    made = await new_event(graph, EVENTS, body)

    shown = await seen(graph, VIEW, "2031-01-01", "2031-02-15")

    assert starts(shown)[-1] == f"{last}T09:00"
    assert made["recurrence"]["range"]["recurrenceTimeZone"] == "UTC"
    assert made["recurrence"]["range"]["type"] == limits["type"]


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Asia/Kolkata"]
)
@pytest.mark.parametrize("clock", ["00:30", "01:30", "02:30", "09:00"])
async def test_wall_clocks_are_kept_all_year(
    graph: httpx.AsyncClient, zone: str, clock: str
) -> None:
    """Clocks go forward and back, and a series keeps its own time."""
    body = event(
        f"{START}T{clock}:00",
        f"{START}T23:30:00",
        zone,
        recurrence=rule(f"{START}", "daily"),
    )
    await new_event(graph, EVENTS, body)
    shown = await seen(graph, VIEW, "2031-01-06", "2032-01-06T00:00:00")
    graph.headers["Prefer"] = f'outlook.timezone="{zone}"'
    local = await seen(graph, VIEW, "2031-01-06", "2032-01-06T00:00:00")

    expected = [
        datetime.combine(day, time.fromisoformat(clock), ZoneInfo(zone))
        .astimezone(UTC)
        .strftime("%Y-%m-%dT%H:%M")
        for day in (START + ONE_DAY * n for n in range(-1, 366))
    ]
    assert starts(shown) == [
        one for one in expected if starts(shown)[0] <= one < "2032-01-06"
    ]
    assert len(shown) in (365, 366)
    assert {one["end"]["dateTime"][11:16] for one in local} == {"23:30"}
    skipped = {one[11:] for one in starts(local)} - {clock}
    assert skipped == ({"03:30"} if (zone, clock) in GAPS else set())


# The hour that is left out when clocks go forward.
GAPS = {("Europe/Berlin", "02:30"), ("America/New_York", "02:30")}


async def test_a_series_has_a_zone_of_its_own(
    graph: httpx.AsyncClient,
) -> None:
    """What recurs in another zone has that zone's days and clocks."""
    recurrence = rule(
        "2031-03-07",
        "weekly",
        daysOfWeek=["friday"],
        limits={
            "type": "noEnd",
            "recurrenceTimeZone": "Eastern Standard Time",
        },
    )
    body = event(
        "2031-03-08T01:00:00",
        "2031-03-08T02:00:00",
        recurrence=recurrence,
    )
    await new_event(graph, EVENTS, body)

    shown = await seen(graph, VIEW, "2031-03-01", "2031-03-20")

    assert starts(shown) == ["2031-03-08T01:00", "2031-03-15T00:00"]
