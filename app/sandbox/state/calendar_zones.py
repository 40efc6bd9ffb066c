"""Time zones by the names that Exchange takes: Windows' and IANA's."""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tzlocal.windows_tz import tz_win, win_tz

from app.sandbox.wire import GraphError

__all__ = ["find_zone", "to_local", "to_utc", "windows_name"]

# Exchange's own names, beside those of CLDR.
OTHERS = {"tzone://Microsoft/Utc": "UTC", "tzone://Microsoft/Custom": "UTC"}


@lru_cache(maxsize=1024)
def find_zone(name: str) -> ZoneInfo:
    """Return the zone of a Windows or an IANA name.

    Raises:
        GraphError: 400, when there is no such zone.
    """
    key = win_tz.get(name) or OTHERS.get(name, name)
    try:
        return ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise GraphError(
            400,
            "TimeZoneNotSupportedException",
            "A valid TimeZone value must be specified. The following "
            f"TimeZone value is not supported: '{name}'.",
        ) from error


def windows_name(name: str) -> str:
    """Return the name under which Exchange keeps a zone."""
    if name in win_tz:
        return name
    return str(tz_win.get(name, name))


def to_utc(local: datetime, zone: str) -> datetime:
    """Return the instant of a wall clock's time.

    A time that a clock skips counts as if it had not been put forward.
    """
    return local.replace(tzinfo=find_zone(zone)).astimezone(UTC)


def to_local(moment: datetime, zone: str) -> datetime:
    """Return what a wall clock shows at an instant."""
    return moment.astimezone(find_zone(zone)).replace(tzinfo=None)
