"""Recurrences in request bodies: read strictly, kept complete."""

from datetime import date
from typing import Any

from app.sandbox.graph.calendar.desk import failed_validation
from app.sandbox.graph.calendar.values import YEARS
from app.sandbox.graph.checks import members, one_of, text, whole_number
from app.sandbox.state.calendar_recurrence import (
    DAYS,
    INDEXES,
    NO_DATE,
    Recurrence,
)
from app.sandbox.state.calendar_zones import find_zone, windows_name

__all__ = ["bind_recurrence", "read_recurrence"]

# What each type of pattern cannot do without.
NEEDED: dict[str, frozenset[str]] = {
    "daily": frozenset(),
    "weekly": frozenset({"daysOfWeek"}),
    "absoluteMonthly": frozenset({"dayOfMonth"}),
    "relativeMonthly": frozenset({"daysOfWeek"}),
    "absoluteYearly": frozenset({"dayOfMonth", "month"}),
    "relativeYearly": frozenset({"daysOfWeek", "month"}),
}
LIMITS = {"dayOfMonth": range(1, 32), "month": range(1, 13)}
MOST_DAYS = 99 * 12
MOST_OCCURRENCES = 999


def read_recurrence(value: Any) -> dict[str, Any] | None:
    """Check the shape of a recurrence; null ends one.

    Raises:
        TypeError, ValueError, KeyError: for what is no recurrence.
    """
    if value is None:
        return None
    given = members(_plain(value), "pattern", "range")
    return {
        "pattern": _pattern(_plain(given["pattern"])),
        "range": _range(_plain(given["range"])),
    }


def bind_recurrence(
    given: dict[str, Any], start: date, zone: str
) -> Recurrence:
    """Return the recurrence of an event that begins on this day.

    Its range starts on that day: Graph's page on recurrenceRange says it
    must, so what differs is refused here.

    Raises:
        GraphError: 400, for members that do not go together, and for a
            range in which it never takes place.
    """
    pattern, limits = given["pattern"], given["range"]
    named = limits["recurrenceTimeZone"] or zone
    find_zone(named)
    bound = Recurrence(
        pattern=pattern,
        range={**limits, "recurrenceTimeZone": windows_name(named)},
    )
    wrong = (
        NEEDED[pattern["type"]] - {k for k, v in pattern.items() if v}
        or not 0 < pattern["interval"] <= MOST_DAYS
        or _out_of_limits(pattern)
        or not _has_end(limits)
        or bound.start != start
    )
    if wrong or bound.first() is None:
        raise failed_validation()
    return bound


def _plain(value: Any) -> Any:
    """Leave out what only says which type a thing is."""
    if not isinstance(value, dict):
        raise TypeError(value)
    return {k: v for k, v in value.items() if not k.startswith("@odata.")}


def _pattern(value: Any) -> dict[str, Any]:
    given = members(
        value,
        "type",
        "interval",
        "month",
        "dayOfMonth",
        "daysOfWeek",
        "firstDayOfWeek",
        "index",
    )
    pattern = {
        "type": one_of(*NEEDED)(given["type"]),
        "interval": whole_number(given.get("interval", 0)),
        "month": whole_number(given.get("month", 0)),
        "dayOfMonth": whole_number(given.get("dayOfMonth", 0)),
        "firstDayOfWeek": _day(given.get("firstDayOfWeek") or "sunday"),
        "index": one_of(*INDEXES)(given.get("index") or "first"),
    }
    days = given.get("daysOfWeek") or []
    if not isinstance(days, list):
        raise TypeError(days)
    if days:
        pattern["daysOfWeek"] = [_day(day) for day in days]
    return pattern


def _range(value: Any) -> dict[str, Any]:
    given = members(
        value,
        "type",
        "startDate",
        "endDate",
        "recurrenceTimeZone",
        "numberOfOccurrences",
    )
    kind = one_of("endDate", "noEnd", "numbered")(given["type"])
    ends = kind == "endDate"
    count = whole_number(given.get("numberOfOccurrences", 0))
    return {
        "type": kind,
        "startDate": _date(given["startDate"]),
        "endDate": _date(given["endDate"]) if ends else NO_DATE,
        "recurrenceTimeZone": text(given.get("recurrenceTimeZone") or ""),
        "numberOfOccurrences": count if kind == "numbered" else 0,
    }


def _day(value: Any) -> str:
    return str(one_of(*DAYS)(value))


def _date(value: Any) -> str:
    day = date.fromisoformat(text(value))
    if day.year not in YEARS:
        raise ValueError(day)
    return day.isoformat()


def _out_of_limits(pattern: dict[str, Any]) -> bool:
    return any(
        pattern[name] not in allowed
        for name, allowed in LIMITS.items()
        if name in NEEDED[pattern["type"]]
    )


def _has_end(limits: dict[str, Any]) -> bool:
    count = int(limits["numberOfOccurrences"])
    return limits["type"] != "numbered" or 0 < count <= MOST_OCCURRENCES
