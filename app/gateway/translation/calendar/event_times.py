"""Times of events: Graph's in UTC to local ones, and callers' to Graph.

Every call asks Graph for times in UTC; they are shown in a zone here, by the
rules of the tz database. All-day events are the exception: Graph shows their
midnights whatever zone is asked for.

Sources: https://learn.microsoft.com/graph/api/resources/event and
https://github.com/microsoftgraph/microsoft-graph-docs/issues/1802
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.gateway.translation.times import utc_timestamp
from app.gateway.translation.wire import GraphTime
from app.gateway.translation.zones import find_zone
from app.models.calendar.parts import EventTime

__all__ = ["day_of", "local_time", "shown_in", "whole_day"]

_MIDNIGHT = time()
# Half a day: what is nearer to the next midnight belongs to that.
_NOON = timedelta(hours=12)


def local_time(moment: GraphTime | None, zone: str | None) -> EventTime | None:
    """Return a moment as a local time of an IANA zone, or else of UTC."""
    told = utc_timestamp(moment)
    return None if told is None else shown_in(told, zone or "UTC")


def shown_in(timestamp: str, zone: str) -> EventTime:
    """Return an RFC 3339 time in UTC as a local time of an IANA zone."""
    rules = find_zone(zone)
    moment = datetime.fromisoformat(timestamp)
    try:
        local = moment.astimezone(rules or UTC)
    except OverflowError:
        local, rules = moment, None
    return {
        "date_time": local.replace(tzinfo=None).isoformat(),
        "time_zone": zone if rules else "UTC",
    }


def whole_day(moment: GraphTime | None, zone: str | None) -> EventTime | None:
    """Return the day that an all-day event begins with, or ends before.

    Should Graph tell a midnight of the event's own zone in UTC after all, it
    is the midnight of that zone that counts.
    """
    told = utc_timestamp(moment)
    if told is None:
        return None
    found = datetime.fromisoformat(told)
    if found.time() != _MIDNIGHT:
        found = _nearest_midnight(found, find_zone(zone) if zone else None)
    return {"date": found.date().isoformat()}


def day_of(told: EventTime) -> date | None:
    """Return the day of an all-day event's end or start."""
    text = told.get("date")
    return None if text is None else date.fromisoformat(text)


def _nearest_midnight(moment: datetime, zone: ZoneInfo | None) -> datetime:
    try:
        local = moment.astimezone(zone or UTC)
        return local if local.time() == _MIDNIGHT else local + _NOON
    except OverflowError:
        return moment
