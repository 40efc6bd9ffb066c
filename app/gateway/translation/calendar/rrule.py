"""Read recurrence rules of RFC 5545, as far as Exchange can follow them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from app.gateway.translation.calendar.recurrence import (
    DAYS,
    LENGTHS,
    POSITIONS,
    Day,
    Index,
    Rule,
    Start,
)
from app.gateway.translation.calendar.rrule_parts import (
    NotExpressible,
    RuleParts,
)

__all__ = ["NotExpressible", "read_rrule"]

_INDEX_OF: dict[int, Index] = {n: index for index, n in POSITIONS.items()}
_DATE = re.compile(r"[0-9]{8}")
_TIME = re.compile(r"[0-9]{8}T[0-9]{6}Z?")
_SUBDAILY = {"SECONDLY", "MINUTELY", "HOURLY"}
_IN_EVERY_MONTH = 28
_LONGEST = 31
_FEBRUARY = 2
_LEAP_DAY = 29
_LENGTH_OF_DATE = 8
_LAST_YEAR = 4500


def read_rrule(text: str, start: Start) -> Rule:
    """Return the rule that a value of ``RRULE`` stands for.

    Args:
        text: Without ``RRULE:``, in any case.
        start: ``DTSTART``, which tells what the rule leaves out.

    Raises:
        NotExpressible: It is no rule, or Exchange cannot follow it.
    """
    parts = RuleParts(text)
    if parts.frequency not in _READERS:
        raise NotExpressible(
            f"Exchange repeats nothing {parts.frequency}"
            if parts.frequency in _SUBDAILY
            else "FREQ is DAILY, WEEKLY, MONTHLY or YEARLY"
        )
    rule = _READERS[parts.frequency](parts, start)
    until = None if parts.until is None else _until(parts.until, start)
    if until is not None and parts.count is not None:
        raise NotExpressible("COUNT and UNTIL exclude each other")
    if until is not None and until.year > _LAST_YEAR:
        raise NotExpressible(
            f"Exchange's calendar ends in {_LAST_YEAR}; leave UNTIL out"
        )
    if until is not None and until < start.local.date():
        raise NotExpressible("UNTIL lies before the start")
    return replace(
        rule, interval=parts.interval, until=until, count=parts.count
    )


def _daily(parts: RuleParts, _start: Start) -> Rule:
    parts.refuse("BYMONTH", "BYMONTHDAY", "BYSETPOS")
    return _each(parts) if parts.days else Rule(kind="daily")


def _weekly(parts: RuleParts, start: Start) -> Rule:
    parts.refuse("BYMONTH", "BYMONTHDAY", "BYSETPOS")
    if not parts.are_plain:
        raise NotExpressible("no number stands before a day of a week")
    days = parts.plain_days or (DAYS[start.local.weekday()],)
    return Rule(kind="weekly", days=days, week_start=parts.week_start)


def _monthly(parts: RuleParts, start: Start) -> Rule:
    parts.refuse("BYMONTH")
    if parts.days:
        parts.refuse("BYMONTHDAY")
        if parts.are_plain and not parts.positions:
            return _each(parts)
        days, index = _nth(parts)
        return Rule(kind="relative_monthly", days=days, index=index)
    wanted = parts.month_days or (start.local.day,)
    return Rule(kind="absolute_monthly", day=_month_day(wanted, parts))


def _yearly(parts: RuleParts, start: Start) -> Rule:
    if len(parts.months) > 1:
        raise NotExpressible("Exchange repeats in one month of the year")
    if not parts.months:
        if parts.month_days or parts.days:
            raise NotExpressible("BYMONTH is needed, or FREQ=MONTHLY")
        month = start.local.month
    else:
        month = parts.months[0]
    if parts.days:
        parts.refuse("BYMONTHDAY")
        days, index = _nth(parts)
        return Rule(
            kind="relative_yearly", days=days, index=index, month=month
        )
    wanted = parts.month_days or (start.local.day,)
    day = _year_day(wanted, month, parts)
    return Rule(kind="absolute_yearly", day=day, month=month)


_READERS: Mapping[str, Callable[[RuleParts, Start], Rule]] = {
    "DAILY": _daily,
    "WEEKLY": _weekly,
    "MONTHLY": _monthly,
    "YEARLY": _yearly,
}


def _each(parts: RuleParts) -> Rule:
    """Return the rule for all such days, which is the same in any period."""
    if parts.interval > 1 or not parts.are_plain:
        raise NotExpressible(
            f"Exchange cannot follow FREQ={parts.frequency} with BYDAY and"
            " INTERVAL; FREQ=WEEKLY it can"
        )
    return Rule(kind="weekly", days=parts.plain_days, week_start="monday")


def _nth(parts: RuleParts) -> tuple[tuple[Day, ...], Index]:
    """Return which of which days of a month are meant."""
    if parts.are_plain:
        numbers = list(parts.positions)
    else:
        parts.refuse("BYSETPOS")
        numbers = [weekday.position or 0 for weekday in parts.days]
    if len(numbers) != 1 or numbers[0] not in _INDEX_OF:
        raise NotExpressible(
            "Exchange repeats on the first, second, third, fourth or last of"
            " a month's days: BYDAY=2TU, or BYDAY=MO,TU;BYSETPOS=-1"
        )
    return parts.plain_days, _INDEX_OF[numbers[0]]


def _month_day(wanted: tuple[int, ...], parts: RuleParts) -> int:
    """Return the day of each month, as Exchange means it."""
    if wanted == (-1,):
        parts.refuse("BYSETPOS")
        return _LONGEST
    if parts.positions == (-1,) and wanted == tuple(
        range(_IN_EVERY_MONTH, wanted[-1] + 1)
    ):
        return wanted[-1]
    parts.refuse("BYSETPOS")
    if len(wanted) > 1 or wanted[0] < 0:
        raise NotExpressible(
            "Exchange repeats on one day of a month, counted from its"
            " beginning, or on the last (BYMONTHDAY=-1)"
        )
    if wanted[0] > _IN_EVERY_MONTH:
        raise NotExpressible(
            f"Exchange leaves out no month that lacks a day {wanted[0]}, but"
            " takes its last day: BYMONTHDAY=-1 is the last day of each"
            " month, BYMONTHDAY=28,29,30;BYSETPOS=-1 the 30th or the last"
        )
    return wanted[0]


def _year_day(wanted: tuple[int, ...], month: int, parts: RuleParts) -> int:
    """Return the day of that month, as Exchange means it."""
    length = LENGTHS[month - 1]
    if month == _FEBRUARY and parts.positions == (-1,):
        return min(_month_day(wanted, parts), length)
    parts.refuse("BYSETPOS")
    if len(wanted) > 1 or not 1 <= abs(wanted[0]) <= length:
        raise NotExpressible(
            "Exchange repeats on one day of the year, which must exist"
        )
    if wanted == (-1,):
        return length
    if month != _FEBRUARY:
        return wanted[0] if wanted[0] > 0 else length + 1 + wanted[0]
    if wanted[0] == _LEAP_DAY:
        raise NotExpressible(
            "Exchange leaves out no year that lacks 29 February, but takes"
            " the 28th: BYMONTH=2;BYMONTHDAY=-1"
        )
    return _month_day(wanted, parts)


def _until(text: str, start: Start) -> date:
    """Return the last day on which something may begin.

    A bare date means that whole day, as many write it for events with a time
    though RFC 5545 §3.3.10 does not.
    """
    if not (_DATE.fullmatch(text) or _TIME.fullmatch(text)):
        raise NotExpressible("UNTIL is 20261231 or 20261231T230000Z")
    try:
        moment = datetime.fromisoformat(text.removesuffix("Z"))
        if len(text) == _LENGTH_OF_DATE:
            return moment.date()
        return _last_day(moment, start, is_utc=text.endswith("Z"))
    except (ValueError, OverflowError) as e:
        raise NotExpressible("UNTIL is no time of the calendar") from e


def _last_day(moment: datetime, start: Start, *, is_utc: bool) -> date:
    if start.zone is None:
        return moment.date()
    zone = UTC if is_utc else start.zone
    limit = moment.replace(tzinfo=zone).astimezone(start.zone)
    day = limit.date()
    is_in_time = start.on(day) <= limit.astimezone(UTC)
    return day if is_in_time else day - timedelta(days=1)
