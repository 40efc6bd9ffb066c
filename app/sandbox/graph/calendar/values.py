"""Values in the bodies of events: times, places, people."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.sandbox.graph.checks import members, one_of, optional_text, text
from app.sandbox.state.calendar_blank import UNANSWERED
from app.sandbox.state.calendar_times import zoned
from app.sandbox.state.calendar_zones import find_zone, to_local
from app.sandbox.wire import GraphError

__all__ = [
    "YEARS",
    "Moment",
    "attendees",
    "item_body",
    "location",
    "locations",
    "moment",
    "slot",
]

MAX_ATTENDEES = 500
# What Exchange's calendar knows; recurrences end by September 4500.
YEARS = range(1601, 4501)
LOCATION = (
    "address",
    "coordinates",
    "displayName",
    "locationEmailAddress",
    "locationType",
    "locationUri",
    "uniqueId",
    "uniqueIdType",
)
LOCATION_TYPES = (
    "default",
    "conferenceRoom",
    "homeAddress",
    "businessAddress",
    "geoCoordinates",
    "streetAddress",
    "hotel",
    "restaurant",
    "localBusiness",
    "postalAddress",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A wall clock's time and its zone, by the name that was given."""

    time: datetime
    zone: str


def moment(value: Any) -> Moment:
    """Take a dateTimeTimeZone; an offset in the time counts.

    Raises:
        GraphError: 400, for a zone that there is not.
        TypeError, ValueError, KeyError: for another shape.
    """
    given = members(value, "dateTime", "timeZone", "@odata.type")
    zone = optional_text(given.get("timeZone")) or "UTC"
    find_zone(zone)
    time = datetime.fromisoformat(text(given["dateTime"]))
    if time.year not in YEARS:
        raise ValueError(time)
    if time.tzinfo is not None:
        time = to_local(time, zone)
    return Moment(time=time, zone=zone)


def slot(value: Any) -> dict[str, Any]:
    """Take a timeSlot."""
    given = members(value, "start", "end", "@odata.type")
    ends = {name: moment(given[name]) for name in ("start", "end")}
    return {name: zoned(one.time, one.zone) for name, one in ends.items()}


def attendees(value: Any) -> list[dict[str, Any]]:
    """Take those who are invited; nobody has answered yet."""
    if not isinstance(value, list):
        raise TypeError(value)
    if len(value) > MAX_ATTENDEES:
        raise GraphError(
            400,
            "ErrorInvalidRequest",
            f"An event has at most {MAX_ATTENDEES} attendees.",
        )
    return [_attendee(one) for one in value]


def _attendee(value: Any) -> dict[str, Any]:
    given = members(
        value,
        "@odata.type",
        "emailAddress",
        "proposedNewTime",
        "status",
        "type",
    )
    inner = members(given["emailAddress"], "@odata.type", "address", "name")
    address = text(inner["address"])
    kind = one_of("required", "optional", "resource")
    return {
        "type": kind(given.get("type") or "required"),
        "status": UNANSWERED,
        "emailAddress": {
            "name": optional_text(inner.get("name")) or address,
            "address": address,
        },
    }


def location(value: Any) -> dict[str, Any]:
    """Take a place; null is none."""
    given = members(value or {}, "@odata.type", *LOCATION)
    name = optional_text(given.get("displayName")) or ""
    kind = one_of(*LOCATION_TYPES)(given.get("locationType") or "default")
    kept = {k: given[k] for k in LOCATION if given.get(k) is not None}
    return {
        **kept,
        "displayName": name,
        "locationType": kind,
        "uniqueId": name,
        "uniqueIdType": "private" if name else "unknown",
    }


def locations(value: Any) -> list[dict[str, Any]]:
    """Take a list of places."""
    if not isinstance(value, list):
        raise TypeError(value)
    return [location(one) for one in value]


def item_body(value: Any) -> dict[str, str]:
    """Take a body of text or HTML."""
    given = members(value, "@odata.type", "content", "contentType")
    kind = one_of("text", "html")(given.get("contentType") or "text")
    content = optional_text(given.get("content")) or ""
    return {"contentType": kind, "content": content}
