"""Time zones: Graph names them as Windows does, this service as IANA does.

Sources: CLDR's windowsZones, as tzlocal keeps it, and
https://learn.microsoft.com/graph/api/resources/datetimetimezone
"""

from functools import lru_cache
from zoneinfo import ZoneInfo

from tzlocal.windows_tz import tz_win, win_tz

__all__ = ["find_zone", "iana_zone", "windows_zone"]

# CLDR never renames a zone; the tz database does (its file "backward").
_RENAMED = {
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "America/Godthab": "America/Nuuk",
    "America/Indianapolis": "America/Indiana/Indianapolis",
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Rangoon": "Asia/Yangon",
    "Etc/UTC": "UTC",
    "Europe/Kiev": "Europe/Kyiv",
}
# Exchange's own name for it, and one that CLDR leaves out.
_OF_EXCHANGE = {"tzone://Microsoft/Utc": "UTC", "Z": "UTC"}
# Older names of zones that CLDR knows by others.
_OF_WINDOWS = {
    "CST6CDT": "Central Standard Time",
    "EST5EDT": "Eastern Standard Time",
    "Europe/Uzhgorod": "FLE Standard Time",
    "Europe/Zaporozhye": "FLE Standard Time",
    "GMT": "UTC",
    "MST7MDT": "Mountain Standard Time",
    "PST8PDT": "Pacific Standard Time",
    "US/East-Indiana": "US Eastern Standard Time",
}


def iana_zone(name: str | None) -> str | None:
    """Return the IANA name of a zone that Graph may name as Windows does.

    None for none at all and for what stands for no zone that others know:
    ``tzone://Microsoft/Custom``, ``Customized Time Zone``.
    """
    if name is None:
        return None
    found = _OF_EXCHANGE.get(name) or win_tz.get(name, name)
    found = _RENAMED.get(found, found)
    return found if find_zone(found) else None


def windows_zone(name: str) -> str:
    """Return the Windows name of an IANA zone: what Exchange surely knows.

    Windows has fewer zones, so that some come back by another name: Vienna's
    is Berlin's. A zone that Windows lacks keeps its name; Exchange may know
    it all the same.
    """
    return _OF_WINDOWS.get(name) or tz_win.get(name, name)


@lru_cache(maxsize=1024)
def find_zone(name: str) -> ZoneInfo | None:
    """Return the rules of an IANA zone, None if there is no such zone."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return None
