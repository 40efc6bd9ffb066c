"""Read the header ``Retry-After`` (RFC 9110 §10.2.3), and HTTP dates."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

__all__ = ["http_date", "retry_after_seconds"]

# Graph's documentation shows decimals; RFC 9110 knows whole seconds only.
_SECONDS = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,9})?")
_DATE = re.compile(r"[A-Za-z]{3,9},? .*[0-9]{2}:[0-9]{2}:[0-9]{2}.*")
_YEAR = 31_536_000.0


def retry_after_seconds(values: Sequence[str], now: datetime) -> float | None:
    """Return the seconds to wait, between 0 and a year, or None.

    Takes whole and decimal seconds and all three forms of an HTTP date
    (§5.6.7). Of a list or a repeated header the first valid part counts;
    anything else is as if the header were missing.

    Args:
        values: The header's values as they came.
        now: The time in UTC, for dates.
    """
    for value in values:
        for part in (value, *value.split(",")):
            seconds = _parse(part.strip(), now)
            if seconds is not None:
                return min(max(seconds, 0.0), _YEAR)
    return None


def http_date(text: str) -> datetime | None:
    """Return the time in UTC that an HTTP date stands for, if it is one."""
    if not _DATE.fullmatch(text):
        return None
    try:
        date = parsedate_to_datetime(text)
    except (OverflowError, ValueError):
        return None
    # HTTP dates are in GMT, whether they say so (asctime does not).
    return date.replace(tzinfo=UTC)


def _parse(text: str, now: datetime) -> float | None:
    if _SECONDS.fullmatch(text):
        return float(text)
    date = http_date(text)
    return None if date is None else (date - now).total_seconds()
