"""Working hours as spans of time. Pure."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.models.mailbox_settings import WorkingHours

__all__ = ["working_spans"]

_DAY = timedelta(days=1)
_WEEK = (
    *("monday", "tuesday", "wednesday", "thursday"),
    *("friday", "saturday", "sunday"),
)


def working_spans(
    hours: WorkingHours | None,
    window: tuple[datetime, datetime],
    fallback_zone: str,
) -> list[tuple[datetime, datetime]] | None:
    """Return when somebody works in and around a window, in UTC.

    A day's hours are what clocks show there, so that they begin at another
    moment after clocks have changed. Hours that end before they begin end on
    the next day. None if nothing is known.

    Args:
        hours: The working hours.
        window: What to look at, at least.
        fallback_zone: Whose clocks count if theirs have no known name.
    """
    if hours is None or hours["start"] is None or hours["end"] is None:
        return None
    zone = ZoneInfo(hours["time_zone"] or fallback_zone)
    begin = time.fromisoformat(hours["start"])
    end = time.fromisoformat(hours["end"])
    over_midnight = _DAY if end <= begin else timedelta()
    return [
        (
            datetime.combine(day, begin, zone).astimezone(UTC),
            datetime.combine(day + over_midnight, end, zone).astimezone(UTC),
        )
        for day in _days(window, zone)
        if _WEEK[day.weekday()] in hours["days"]
    ]


def _days(window: tuple[datetime, datetime], zone: ZoneInfo) -> Iterator[date]:
    """Yield the days of a window, and the one before it."""
    first, last = (edge.astimezone(zone).date() for edge in window)
    day = first - _DAY
    while day <= last:
        yield day
        day += _DAY
