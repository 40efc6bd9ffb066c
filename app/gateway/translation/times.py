"""Times and time zones: Graph's way and ours."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tzlocal.windows_tz import win_tz

from app.gateway.translation.wire import GraphTime

__all__ = ["graph_timestamp", "iana_zone", "utc_timestamp"]


def iana_zone(name: str | None) -> str | None:
    """Return the IANA name of a zone that Graph may name as Windows does.

    Source: CLDR's windowsZones, as tzlocal keeps it.
    """
    return None if name is None else win_tz.get(name, name)


def utc_timestamp(time: GraphTime | None) -> str | None:
    """Return an RFC 3339 time in UTC, None where there is no valid one."""
    if time is None or not time.date_time:
        return None
    try:
        # Graph gives seven decimals, one more than Python takes.
        local = datetime.fromisoformat(time.date_time[:26])
        zone = ZoneInfo(iana_zone(time.time_zone) or "UTC")
    except (KeyError, OSError, ValueError):
        return None
    if local.tzinfo is None:
        local = local.replace(tzinfo=zone)
    return graph_timestamp(local)


def graph_timestamp(moment: datetime) -> str:
    """Return a time as both Graph and this service write it."""
    utc = moment.astimezone(UTC)
    precision = "milliseconds" if utc.microsecond else "seconds"
    return utc.replace(tzinfo=None).isoformat(timespec=precision) + "Z"
