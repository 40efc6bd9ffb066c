"""How callers want series to repeat: to Graph's JSON."""

from datetime import date
from zoneinfo import ZoneInfo

from app.gateway.translation.calendar.recurrence import (
    DAYS,
    LENGTHS,
    Rule,
    Start,
    write_rrule,
)
from app.gateway.translation.calendar.rrule import NotExpressible, read_rrule
from app.gateway.translation.calendar.series import rule_json
from app.gateway.translation.zones import windows_zone
from app.models.calendar.moments import EventTimeInput
from app.models.calendar.rules import (
    PatternInput,
    RangeInput,
    RecurrenceInput,
)
from app.models.calendar.times import Times
from app.problems.errors import FieldError
from app.problems.refusals import InvalidRequest

__all__ = ["recurrence_json"]

_NO_END = RangeInput(type="no_end")
_PREFIX = "RRULE:"


def recurrence_json(
    wanted: RecurrenceInput, times: Times
) -> dict[str, object]:
    """Return Graph's JSON for how a series repeats.

    Raises:
        InvalidRequest: Exchange cannot repeat that way, or the two forms
            of the rule contradict each other or the start.
    """
    first = times.first
    if first is None:
        raise _wrong("the event has no start that is known", "")
    start, zone = _start(first), first.time_zone or times.zone
    rule = _of_text(wanted.rrule, start)
    if wanted.pattern is not None:
        limits = wanted.range or _NO_END
        _check_start(limits, start, zone)
        other = _of_pattern(wanted.pattern, limits, start)
        if rule is not None and write_rrule(rule, start) != write_rrule(
            other, start
        ):
            raise _wrong("rrule and pattern do not mean the same", "")
        rule = other
    if rule is None:
        raise _wrong("rrule is needed, or pattern and range", "")
    return rule_json(rule, start, windows_zone(zone))


def _start(first: EventTimeInput) -> Start:
    zone = None if first.is_day else ZoneInfo(first.time_zone or "UTC")
    return Start(first.local, zone)


def _of_text(text: str | None, start: Start) -> Rule | None:
    if text is None:
        return None
    try:
        return read_rrule(text.removeprefix(_PREFIX), start)
    except NotExpressible as e:
        raise _wrong(str(e), "/rrule") from e


def _of_pattern(
    pattern: PatternInput, limits: RangeInput, start: Start
) -> Rule:
    if limits.end_date is not None and limits.end_date < start.local.date():
        raise _wrong("it lies before the start", "/range/end_date")
    month, day = pattern.month, pattern.day_of_month
    if month is not None and day is not None and day > LENGTHS[month - 1]:
        raise _wrong("that month has no such day", "/pattern/day_of_month")
    is_relative = pattern.type.startswith("relative")
    is_weekly = pattern.type == "weekly"
    wanted = pattern.days_of_week or ()
    return Rule(
        kind=pattern.type,
        interval=pattern.interval,
        days=tuple(name for name in DAYS if name in wanted),
        index=(pattern.index or "first") if is_relative else None,
        day=day,
        month=month,
        week_start=(pattern.first_day_of_week or "monday")
        if is_weekly
        else None,
        until=limits.end_date,
        count=limits.count,
    )


def _check_start(limits: RangeInput, start: Start, zone: str) -> None:
    """Refuse a range that begins elsewhere than the event."""
    day: date | None = limits.start_date
    if day is not None and day != start.local.date():
        raise _wrong("it is not the day of the start", "/range/start_date")
    named = limits.time_zone
    if named is not None and windows_zone(named) != windows_zone(zone):
        raise _wrong("it is not the zone of the start", "/range/time_zone")


def _wrong(detail: str, where: str) -> InvalidRequest:
    pointer = f"#/body/recurrence{where}"
    return InvalidRequest.because([FieldError(pointer=pointer, detail=detail)])
