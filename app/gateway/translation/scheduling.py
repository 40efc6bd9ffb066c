"""Free/busy times: Graph's JSON to ours, and what is asked of it.

Source: https://learn.microsoft.com/graph/api/calendar-getschedule
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from app.gateway.translation.calendar.event_times import shown_in
from app.gateway.translation.result import (
    Translated,
    Translation,
    decode_page,
)
from app.gateway.translation.settings import working_hours
from app.gateway.translation.times import graph_timestamp, utc_timestamp
from app.gateway.translation.wire import GraphTime
from app.gateway.translation.wire_settings import GraphWorkingHours
from app.models.scheduling import Availability, BusyTime

__all__ = ["schedule_json", "schedules"]

_DIGITS: dict[str, Availability] = {
    "0": "free",
    "1": "tentative",
    "2": "busy",
    "3": "away",
    "4": "working_elsewhere",
}
# Graph writes these with capitals in some answers, without in others.
_STATUS: dict[str, Availability] = {
    "free": "free",
    "tentative": "tentative",
    "busy": "busy",
    "oof": "away",
    "workingelsewhere": "working_elsewhere",
}
# Some answers name the codes of Exchange by their numbers
# (https://github.com/microsoftgraph/microsoft-graph-docs/issues/11225).
_CODE = re.compile("[A-Za-z0-9_.:-]{1,100}")
_NUMBERED = {"5009": "ErrorMailRecipientNotFound"}


class _Item(Struct, rename="camel"):
    start: GraphTime | None = None
    end: GraphTime | None = None
    status: str | None = None
    subject: str | None = None
    location: str | None = None
    is_private: bool | None = None


class _Error(Struct, rename="camel"):
    response_code: str | None = None


class _Schedule(Struct, rename="camel"):
    schedule_id: str | None = None
    availability_view: str | None = None
    schedule_items: list[_Item] | None = None
    working_hours: GraphWorkingHours | None = None
    error: _Error | None = None


def schedule_json(
    addresses: Sequence[str],
    start: datetime,
    end: datetime,
    interval: timedelta,
) -> bytes:
    """Return Graph's JSON that asks when some are free."""
    return msgspec.json.encode(
        {
            "schedules": addresses,
            "startTime": _moment(start),
            "endTime": _moment(end),
            "availabilityViewInterval": interval // timedelta(minutes=1),
        }
    )


def schedules(body: bytes, about: Translation) -> Translated:
    """Translate schedules; times are shown in the zone that is represented.

    ``error_code`` tells why there is none, as Exchange calls it.
    """

    def schedule(item: _Schedule) -> dict[str, Any]:
        return _schedule(item, about.representation)

    return decode_page(body, _Schedule).translated(schedule, about)


def _moment(moment: datetime) -> dict[str, str]:
    told = graph_timestamp(moment).removesuffix("Z")
    return {"dateTime": told, "timeZone": "UTC"}


def _schedule(item: _Schedule, zone: str) -> dict[str, Any]:
    view = item.availability_view or ""
    return {
        "address": item.schedule_id or "",
        "availability": [_DIGITS.get(digit, "unknown") for digit in view],
        "busy": [_busy(one, zone) for one in item.schedule_items or ()],
        "working_hours": working_hours(item.working_hours),
        "error_code": _code(item.error),
        "is_partial": False,
    }


def _code(error: _Error | None) -> str | None:
    if error is None:
        return None
    code = error.response_code or ""
    if not _CODE.fullmatch(code):
        return "unknown"
    return _NUMBERED.get(code, code)


def _busy(item: _Item, zone: str) -> BusyTime:
    start, end = utc_timestamp(item.start), utc_timestamp(item.end)
    return {
        "start": None if start is None else shown_in(start, zone),
        "end": None if end is None else shown_in(end, zone),
        "starts_at": start,
        "ends_at": end,
        "status": _STATUS.get((item.status or "").lower(), "unknown"),
        "subject": item.subject or None,
        "location": item.location or None,
        "is_private": bool(item.is_private),
    }
