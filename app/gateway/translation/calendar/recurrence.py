"""Recurrence rules: what Exchange can repeat, and how RFC 5545 says it.

Exchange takes the last day of a month that lacks the day it looks for; the
RFC leaves such a month out. Hence day 31 is ``BYMONTHDAY=-1``, and day 30
the last that exists of ``28,29,30``.

Sources: https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10,
https://learn.microsoft.com/graph/api/resources/recurrencepattern and, for
days that a month lacks, MS-OXOCAL 2.2.1.44.1.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

__all__ = [
    "CODES",
    "DAYS",
    "LENGTHS",
    "POSITIONS",
    "Day",
    "Index",
    "Kind",
    "Rule",
    "Start",
    "write_rrule",
]

Kind = Literal[
    "daily",
    "weekly",
    "absolute_monthly",
    "relative_monthly",
    "absolute_yearly",
    "relative_yearly",
]
Index = Literal["first", "second", "third", "fourth", "last"]
Day = Literal[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
]

DAYS: tuple[Day, ...] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
"""As `datetime.date.weekday` counts them."""

CODES: dict[Day, str] = {day: day[:2].upper() for day in DAYS}
POSITIONS: dict[Index, int] = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "last": -1,
}

LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""The most days that each month has."""

_FEBRUARY = 2
_IN_EVERY_MONTH = 28
_LONGEST = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How something repeats; members that do not belong to its kind are None.

    Attributes:
        kind: As Graph divides rules.
        interval: Every so many days, weeks, months or years.
        days: Days of the week, in their order from Monday.
        index: Which of those days in the month.
        day: The day of the month; the last one, where it is beyond that.
        month: The month, from 1.
        week_start: The day that weeks begin with.
        until: The last day on which it may begin.
        count: How often it takes place.
    """

    kind: Kind
    interval: int = 1
    days: tuple[Day, ...] = ()
    index: Index | None = None
    day: int | None = None
    month: int | None = None
    week_start: Day | None = None
    until: date | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """When something that repeats begins: in its own zone, None for days."""

    local: datetime
    zone: ZoneInfo | None

    def on(self, day: date) -> datetime:
        """Return the moment at which it begins on a day, in UTC.

        A time that occurs twice means the first one, and one that a clock
        skips the moment after as long a time (RFC 5545 §3.3.5).
        """
        local = datetime.combine(day, self.local.time(), self.zone or UTC)
        return local.astimezone(UTC)


def write_rrule(rule: Rule, start: Start) -> str:
    """Return a rule as a value of ``RRULE`` (RFC 5545 §3.3.10).

    The same rule always has the same text.
    """
    return ";".join(_parts(rule, start))


def _parts(rule: Rule, start: Start) -> Iterator[str]:
    frequency = rule.kind.removeprefix("absolute_").removeprefix("relative_")
    yield f"FREQ={frequency.upper()}"
    if rule.interval > 1:
        yield f"INTERVAL={rule.interval}"
    if rule.month is not None:
        yield f"BYMONTH={rule.month}"
    if rule.day is not None:
        yield from _month_day(rule.day, rule.month)
    if rule.days:
        yield from _week_days(rule)
    if rule.week_start not in {None, "monday"}:
        yield f"WKST={_code(rule.week_start)}"
    if rule.count is not None:
        yield f"COUNT={rule.count}"
    if rule.until is not None:
        yield f"UNTIL={_until(rule.until, start)}"


def _month_day(day: int, month: int | None) -> Iterator[str]:
    last = _LONGEST if month is None else LENGTHS[month - 1]
    is_fixed = month not in {None, _FEBRUARY}
    if day <= _IN_EVERY_MONTH or is_fixed:
        yield f"BYMONTHDAY={min(day, last)}"
    elif day >= last:
        yield "BYMONTHDAY=-1"
    else:
        candidates = range(_IN_EVERY_MONTH, day + 1)
        yield f"BYMONTHDAY={','.join(map(str, candidates))}"
        yield "BYSETPOS=-1"


def _week_days(rule: Rule) -> Iterator[str]:
    codes = [CODES[day] for day in rule.days]
    if rule.index is None:
        yield f"BYDAY={','.join(codes)}"
    elif len(codes) == 1:
        yield f"BYDAY={POSITIONS[rule.index]}{codes[0]}"
    else:
        yield f"BYDAY={','.join(codes)}"
        yield f"BYSETPOS={POSITIONS[rule.index]}"


def _until(last: date, start: Start) -> str:
    """Return the last day as ``DTSTART`` demands: UTC, or a date."""
    if start.zone is None:
        return f"{last:%Y%m%d}"
    try:
        return f"{start.on(last):%Y%m%dT%H%M%SZ}"
    except OverflowError:
        return f"{last:%Y%m%d}T235959Z"


def _code(day: Day | None) -> str:
    return CODES[day or "monday"]
