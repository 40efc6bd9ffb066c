"""Recurrences of series: Graph's JSON to ours.

Source: https://learn.microsoft.com/graph/api/resources/patternedrecurrence
"""

from dataclasses import replace
from datetime import date
from typing import Literal

from app.gateway.translation.calendar.recurrence import (
    DAYS,
    LENGTHS,
    POSITIONS,
    Day,
    Index,
    Kind,
    Rule,
    Start,
    write_rrule,
)
from app.gateway.translation.calendar.wire import (
    GraphPattern,
    GraphRange,
    GraphRecurrence,
)
from app.models.calendar.parts import (
    Recurrence,
    RecurrencePattern,
    RecurrenceRange,
)

__all__ = ["KINDS", "recurrence_of", "rule_json"]

KINDS: dict[Kind, str] = {
    "daily": "daily",
    "weekly": "weekly",
    "absolute_monthly": "absoluteMonthly",
    "relative_monthly": "relativeMonthly",
    "absolute_yearly": "absoluteYearly",
    "relative_yearly": "relativeYearly",
}
"""Our names of kinds of rules, and Graph's."""

_KIND_OF: dict[str | None, Kind] = {v: k for k, v in KINDS.items()}
_DAY_OF: dict[str | None, Day] = {day: day for day in DAYS}
_INDEX_OF: dict[str | None, Index] = {index: index for index in POSITIONS}
_RANGES: dict[str | None, Literal["no_end", "end_date", "numbered"]] = {
    "noEnd": "no_end",
    "endDate": "end_date",
    "numbered": "numbered",
}


def recurrence_of(
    found: GraphRecurrence, start: Start | None, zone: str | None
) -> Recurrence:
    """Return how a series repeats.

    Args:
        found: As Graph tells it.
        start: When the series begins; None if that is not known.
        zone: The IANA zone that it is to be read in.
    """
    pattern = found.pattern or GraphPattern()
    limits = found.range or GraphRange()
    rule = None if start is None else _rule(pattern, start)
    if rule is not None:
        rule = _ended(rule, limits)
    return {
        "rrule": write_rrule(rule, start) if rule and start else None,
        "pattern": _shown(rule) if rule else _unknown(pattern),
        "range": _range(limits, zone),
    }


def rule_json(rule: Rule, start: Start, zone: str) -> dict[str, object]:
    """Return Graph's JSON for a rule; ``zone`` is the name of its zone."""
    pattern = {
        "type": KINDS[rule.kind],
        "interval": rule.interval,
        "daysOfWeek": list(rule.days) or None,
        "dayOfMonth": rule.day,
        "month": rule.month,
        "index": rule.index,
        # Graph would take Sunday.
        "firstDayOfWeek": rule.week_start,
    }
    limits: dict[str, object] = {"type": "noEnd"}
    if rule.until is not None:
        limits = {"type": "endDate", "endDate": rule.until.isoformat()}
    if rule.count is not None:
        limits = {"type": "numbered", "numberOfOccurrences": rule.count}
    return {
        "pattern": {k: v for k, v in pattern.items() if v is not None},
        "range": {
            **limits,
            "startDate": start.local.date().isoformat(),
            "recurrenceTimeZone": zone,
        },
    }


def _rule(pattern: GraphPattern, start: Start) -> Rule | None:
    """Return the rule of a pattern, without its end.

    What is missing is told by the start, or by what Graph's page names as
    the default. None if the pattern is of a kind that nobody knows.
    """
    kind = _KIND_OF.get(pattern.type)
    if kind is None:
        return None
    rule = Rule(kind=kind, interval=max(1, pattern.interval or 1))
    named = pattern.days_of_week or ()
    wanted = {_DAY_OF[day] for day in named if day in _DAY_OF}
    days = tuple(day for day in DAYS if day in wanted)
    if kind.startswith("relative") or kind == "weekly":
        rule = replace(rule, days=days or (DAYS[start.local.weekday()],))
    if kind == "weekly":
        first = _DAY_OF.get(pattern.first_day_of_week, "sunday")
        return replace(rule, week_start=first)
    if kind.startswith("relative"):
        rule = replace(rule, index=_INDEX_OF.get(pattern.index, "first"))
    if kind.endswith("yearly"):
        months = range(1, len(LENGTHS) + 1)
        is_told = pattern.month in months
        month = pattern.month if is_told else start.local.month
        rule = replace(rule, month=month)
    if kind.startswith("absolute"):
        rule = replace(rule, day=_day(pattern.day_of_month, rule, start))
    return rule


def _day(told: int | None, rule: Rule, start: Start) -> int:
    """Return the day of the month, at most the last that there can be."""
    longest = max(LENGTHS) if rule.month is None else LENGTHS[rule.month - 1]
    return min(max(1, told or start.local.day), longest)


def _ended(rule: Rule, limits: GraphRange) -> Rule:
    if limits.type == "numbered":
        return replace(rule, count=max(1, limits.number_of_occurrences or 1))
    if limits.type == "endDate":
        return replace(rule, until=_date(limits.end_date))
    return rule


def _shown(rule: Rule) -> RecurrencePattern:
    return {
        "type": rule.kind,
        "interval": rule.interval,
        "days_of_week": list(rule.days) or None,
        "day_of_month": rule.day,
        "month": rule.month,
        "index": rule.index,
        "first_day_of_week": rule.week_start,
    }


def _unknown(pattern: GraphPattern) -> RecurrencePattern:
    return {
        "type": _KIND_OF.get(pattern.type, "unknown"),
        "interval": max(1, pattern.interval or 1),
        "days_of_week": None,
        "day_of_month": None,
        "month": None,
        "index": None,
        "first_day_of_week": None,
    }


def _range(limits: GraphRange, zone: str | None) -> RecurrenceRange:
    start, end = _date(limits.start_date), _date(limits.end_date)
    kind = _RANGES.get(limits.type)
    is_counted = kind == "numbered"
    return {
        "type": kind or "unknown",
        "start_date": start.isoformat() if start else None,
        "end_date": end.isoformat() if end and kind == "end_date" else None,
        "count": limits.number_of_occurrences if is_counted else None,
        "time_zone": zone,
    }


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
