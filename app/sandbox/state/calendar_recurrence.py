"""On which days a series takes place."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from dateutil.rrule import (
    DAILY,
    FR,
    MO,
    MONTHLY,
    SA,
    SU,
    TH,
    TU,
    WE,
    WEEKLY,
    YEARLY,
    rrule,
    weekday,
)

from app.sandbox.state.items import Properties

__all__ = ["DAYS", "INDEXES", "NO_DATE", "Recurrence"]

Frequency = Literal[0, 1, 2, 3]
DAYS: dict[str, weekday] = {
    "sunday": SU,
    "monday": MO,
    "tuesday": TU,
    "wednesday": WE,
    "thursday": TH,
    "friday": FR,
    "saturday": SA,
}
INDEXES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
FREQUENCIES: dict[str, Frequency] = {
    "daily": DAILY,
    "weekly": WEEKLY,
    "absoluteMonthly": MONTHLY,
    "relativeMonthly": MONTHLY,
    "absoluteYearly": YEARLY,
    "relativeYearly": YEARLY,
}
# What Graph writes for the end of a range that has none.
NO_DATE = "0001-01-01"
# The shortest month: what comes later may have to move to a month's end.
SHORTEST = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """A pattern and a range, as Graph has them, complete."""

    pattern: Properties
    range: Properties

    @property
    def zone(self) -> str:
        """The zone whose days these are."""
        return str(self.range["recurrenceTimeZone"])

    @property
    def start(self) -> date:
        """The first day on which it may take place."""
        return date.fromisoformat(self.range["startDate"])

    def between(self, first: date, last: date) -> list[date]:
        """Return the days in a range, its ends included."""
        after, before = _midnight(first), _midnight(last)
        found = self._rule().between(after, before, inc=True)
        return [moment.date() for moment in found]

    def takes_place(self, day: date) -> bool:
        """Say whether a day is one of the series."""
        return self.between(day, day) == [day]

    def first(self) -> date | None:
        """Return the first day; None when there is none at all."""
        found = next(iter(self._rule()), None)
        return None if found is None else found.date()

    def neighbours(self, day: date) -> tuple[list[date], Iterator[date]]:
        """Return the days before a day, and those after it."""
        rule = self._rule()
        before = rule.between(_midnight(self.start), _midnight(day), inc=True)
        earlier = [one.date() for one in before if one.date() < day]
        return earlier, (one.date() for one in rule.xafter(_midnight(day)))

    def _rule(self) -> rrule:
        pattern, limits = self.pattern, self.range
        options: dict[str, Any] = {
            "dtstart": _midnight(self.start),
            "interval": pattern["interval"],
            "wkst": DAYS[pattern["firstDayOfWeek"]],
            **_days(pattern),
        }
        if limits["type"] == "numbered":
            options["count"] = limits["numberOfOccurrences"]
        elif limits["type"] == "endDate":
            last = date.fromisoformat(limits["endDate"])
            options["until"] = _midnight(last)
        return rrule(FREQUENCIES[pattern["type"]], **options)


def _days(pattern: Properties) -> dict[str, Any]:
    """Return the part of a rule that picks the days."""
    kind = str(pattern["type"])
    days = [DAYS[name] for name in pattern.get("daysOfWeek", ())]
    picked: dict[str, Any] = {}
    if kind.endswith("Yearly"):
        picked["bymonth"] = pattern["month"]
    if kind == "weekly":
        picked["byweekday"] = days
    elif kind.startswith("relative"):
        picked["byweekday"] = days
        picked["bysetpos"] = INDEXES[pattern["index"]]
    elif kind.startswith("absolute"):
        picked |= _month_day(pattern["dayOfMonth"])
    return picked


def _month_day(day: int) -> dict[str, Any]:
    """Pick a day of the month, or the last one of a month too short.

    RFC 5545 would skip such a month, Exchange does not (MS-OXOCAL
    2.2.1.44.1, the day of a monthly pattern).
    """
    if day <= SHORTEST:
        return {"bymonthday": day}
    return {"bymonthday": list(range(SHORTEST, day + 1)), "bysetpos": -1}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time())
