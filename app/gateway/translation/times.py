"""Times and time zones: Graph's way and ours."""

import re
from datetime import UTC, datetime

from app.gateway.translation.wire import GraphTime
from app.gateway.translation.zones import find_zone, iana_zone

__all__ = [
    "graph_timestamp",
    "iana_zone",
    "moment_told",
    "moments_told",
    "utc_timestamp",
]

# Of days that every month has, the look of them tells all.
_SECOND = (
    r"[12]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])"
    r"T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d"
)
_CERTAIN = re.compile(_SECOND + r"(?:\.\d{1,9})?+Z", re.ASCII)
_WHOLE = re.compile(rf"({_SECOND})\.0{{7}}", re.ASCII)
_ALL_CERTAIN = re.compile(" ".join(4 * [_CERTAIN.pattern]), re.ASCII)
_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z", re.ASCII)


def utc_timestamp(time: GraphTime | None) -> str | None:
    """Return an RFC 3339 time in UTC, None where there is no valid one."""
    if time is None or not time.date_time:
        return None
    whole = time.time_zone == "UTC" and _WHOLE.fullmatch(time.date_time)
    if whole:
        return f"{whole[1]}Z"
    try:
        # Graph gives seven decimals, one more than Python takes.
        local = datetime.fromisoformat(time.date_time[:26])
    except ValueError:
        return None
    if local.tzinfo is None:
        name = iana_zone(time.time_zone or "UTC")
        zone = find_zone(name) if name else None
        if zone is None:
            return None
        local = local.replace(tzinfo=zone)
    try:
        return graph_timestamp(local)
    except OverflowError:
        return None


def moment_told(text: str | None) -> str | None:
    """Return an RFC 3339 time in UTC that Graph told, None if it is none."""
    if not text or _CERTAIN.fullmatch(text):
        return text or None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            return None
        return text if _UTC.fullmatch(text) else graph_timestamp(moment)
    except (OverflowError, ValueError):
        return None


def moments_told(
    one: str | None, two: str | None, three: str | None, four: str | None
) -> tuple[str | None, str | None, str | None, str | None]:
    """Return what `moment_told` does of each, at once if all are certain."""
    if _ALL_CERTAIN.fullmatch(f"{one} {two} {three} {four}"):
        return one, two, three, four
    return (
        moment_told(one),
        moment_told(two),
        moment_told(three),
        moment_told(four),
    )


def graph_timestamp(moment: datetime) -> str:
    """Return a time as both Graph and this service write it."""
    utc = moment.astimezone(UTC)
    precision = "milliseconds" if utc.microsecond else "seconds"
    return utc.replace(tzinfo=None).isoformat(timespec=precision) + "Z"
