"""Show events in the zone that a caller asked for. Pure."""

from datetime import UTC, date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from app.gateway.translation.calendar.event_times import day_of, shown_in
from app.models.calendar.events import EventSummary

__all__ = ["moment_of", "show_in", "touches"]


def show_in(event: EventSummary, zone: str) -> None:
    """Tell an event's times in a zone; whole days are the same in all."""
    if event["starts_at"] is not None:
        event["start"] = shown_in(event["starts_at"], zone)
    if event["ends_at"] is not None:
        event["end"] = shown_in(event["ends_at"], zone)


def touches(
    event: EventSummary, window: tuple[datetime, datetime], zone: str
) -> bool:
    """Tell whether any part of an event lies in a window, seen from a zone.

    Exchange keeps an all-day event as moments of its own zone and compares
    those. Elsewhere, a day that has not begun or is over would be in the
    window.
    """
    if not event["is_all_day"]:
        return True
    if event["start"] is None or event["end"] is None:
        return True
    first, after = day_of(event["start"]), day_of(event["end"])
    if first is None or after is None:
        return True
    begin, end = (
        moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        for moment in window
    )
    # The window's end is not in it, nor is the day that an event ends with.
    return _midnight(first) < end and _midnight(after) > begin


def moment_of(
    event: EventSummary, which: Literal["start", "end"]
) -> datetime | None:
    """Return when an event starts or ends, in UTC; UTC's midnight of a day."""
    told = event["starts_at"] if which == "start" else event["ends_at"]
    if told is not None:
        return datetime.fromisoformat(told)
    found = event[which]
    day = None if found is None else day_of(found)
    return None if day is None else _midnight(day).replace(tzinfo=UTC)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time())
