"""Events in request bodies: what may be written, and in which shape."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.sandbox.graph.bodies import not_deserializable
from app.sandbox.graph.calendar.recurrences import read_recurrence
from app.sandbox.graph.calendar.types import EVENT
from app.sandbox.graph.checks import (
    Check,
    boolean,
    members,
    one_of,
    optional_text,
    text,
    texts,
    whole_number,
)
from app.sandbox.graph.uploads import read_attachments
from app.sandbox.state.calendar_zones import find_zone, to_local
from app.sandbox.state.items import Attachment
from app.sandbox.wire import GraphError

__all__ = ["Moment", "Plan", "read_moment", "read_plan", "slot"]

MAX_ATTENDEES = 500
UNANSWERED = {"response": "none", "time": "0001-01-01T00:00:00Z"}
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a body says about an event; None is what it does not say.

    ``recurs`` tells a recurrence of null from none at all.
    """

    properties: dict[str, Any]
    start: Moment | None
    end: Moment | None
    all_day: bool | None
    recurs: bool
    recurrence: dict[str, Any] | None
    attachments: tuple[Attachment, ...] | None


def read_plan(data: dict[str, Any], time: str) -> Plan:
    """Check and normalize an event in a body.

    Raises:
        GraphError: 400, for what does not exist, has another type or
            cannot be set.
    """
    given = {k: v for k, v in data.items() if "@odata." not in k}
    recurs = "recurrence" in given
    files = given.pop("attachments", None)
    known = {k: _checked(k, v) for k, v in given.items()}
    return Plan(
        start=known.pop("start", None),
        end=known.pop("end", None),
        all_day=known.pop("isAllDay", None),
        recurs=recurs,
        recurrence=known.pop("recurrence", None),
        attachments=None if files is None else read_attachments(files, time),
        properties=_places(known),
    )


def read_moment(value: Any) -> Moment:
    """Take a dateTimeTimeZone; an offset in the time counts.

    Raises:
        GraphError: 400, for a zone that there is not.
        TypeError, ValueError, KeyError: for another shape.
    """
    given = members(value, "dateTime", "timeZone", "@odata.type")
    zone = optional_text(given.get("timeZone")) or "UTC"
    find_zone(zone)
    time = datetime.fromisoformat(text(given["dateTime"]))
    if time.tzinfo is not None:
        time = to_local(time, zone)
    return Moment(time=time, zone=zone)


def slot(value: Any) -> dict[str, Any]:
    """Take a timeSlot, as it is."""
    given = members(value, "start", "end", "@odata.type")
    for name in ("start", "end"):
        read_moment(given[name])
    return {name: given[name] for name in ("start", "end")}


def _checked(name: str, value: Any) -> Any:
    check = WRITABLE.get(name)
    if check is None:
        if name in EVENT.selectable:
            raise GraphError(
                400,
                "ErrorInvalidPropertySet",
                f"Set action is invalid for property: {name}.",
            )
        raise not_deserializable(
            f"the property '{name}' does not exist on type '{EVENT.name}'"
        )
    try:
        return check(value)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise not_deserializable(f"'{name}' has a wrong value") from error


def _places(known: dict[str, Any]) -> dict[str, Any]:
    """Keep the one location and the list of them the same."""
    if known.get("locations"):
        known["location"] = known["locations"][0]
    elif "location" in known:
        named = known["location"]["displayName"]
        known["locations"] = [known["location"]] if named else []
    return known


def _attendees(value: Any) -> list[dict[str, Any]]:
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


def _location(value: Any) -> dict[str, Any]:
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


def _locations(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        raise TypeError(value)
    return [_location(one) for one in value]


def _body(value: Any) -> dict[str, str]:
    given = members(value, "@odata.type", "content", "contentType")
    kind = one_of("text", "html")(given.get("contentType") or "text")
    content = optional_text(given.get("content")) or ""
    return {"contentType": kind, "content": content}


WRITABLE: dict[str, Check] = {
    "allowNewTimeProposals": boolean,
    "attendees": _attendees,
    "body": _body,
    "categories": texts,
    "end": read_moment,
    "hideAttendees": boolean,
    "importance": one_of("low", "normal", "high"),
    "isAllDay": boolean,
    "isOnlineMeeting": boolean,
    "isReminderOn": boolean,
    "location": _location,
    "locations": _locations,
    "onlineMeetingProvider": one_of("unknown", "teamsForBusiness"),
    "recurrence": read_recurrence,
    "reminderMinutesBeforeStart": whole_number,
    "responseRequested": boolean,
    "sensitivity": one_of("normal", "personal", "private", "confidential"),
    "showAs": one_of(
        "free", "tentative", "busy", "oof", "workingElsewhere", "unknown"
    ),
    "start": read_moment,
    "subject": optional_text,
    "transactionId": optional_text,
}
