"""The parts of events: Graph's JSON to ours. Enumerations are open."""

from typing import Literal

from app.gateway.translation.calendar.event_times import local_time
from app.gateway.translation.calendar.wire import (
    GraphAttendee,
    GraphCoordinates,
    GraphLocation,
    GraphPlace,
    GraphResponse,
    GraphSlot,
)
from app.gateway.translation.parts import known
from app.gateway.translation.times import moment_told
from app.models.calendar.parts import (
    Attendee,
    Coordinates,
    Location,
    Place,
    Reply,
    TimeSpan,
)
from app.models.mail import Importance

__all__ = [
    "STATUSES",
    "attendee",
    "importance_of",
    "kind_of",
    "location",
    "reply_of",
    "sensitivity_of",
    "status_of",
    "told_at",
]

Kind = Literal["single", "occurrence", "exception", "series"]
Status = Literal["free", "tentative", "busy", "away", "working_elsewhere"]
Sensitivity = Literal["normal", "personal", "private", "confidential"]

STATUSES: dict[Status, str] = {
    "free": "free",
    "tentative": "tentative",
    "busy": "busy",
    "away": "oof",
    "working_elsewhere": "workingElsewhere",
}
"""How we say what time is shown as, and how Graph does."""

_STATUS_OF: dict[str | None, Status] = {v: k for k, v in STATUSES.items()}
_KINDS: dict[str | None, Kind] = {
    "singleInstance": "single",
    "occurrence": "occurrence",
    "exception": "exception",
    "seriesMaster": "series",
}
_REPLIES: dict[str | None, Reply] = {
    None: "none",
    "none": "none",
    "organizer": "organizer",
    "tentativelyAccepted": "tentative",
    "accepted": "accepted",
    "declined": "declined",
    "notResponded": "not_responded",
}
_SENSITIVITIES: dict[str | None, Sensitivity] = {
    None: "normal",
    "normal": "normal",
    "personal": "personal",
    "private": "private",
    "confidential": "confidential",
}
_IMPORTANCE: dict[str | None, Importance] = {
    None: "normal",
    "low": "low",
    "normal": "normal",
    "high": "high",
}
_TYPES: dict[str | None, Literal["required", "optional", "resource"]] = {
    None: "required",
    "required": "required",
    "optional": "optional",
    "resource": "resource",
}
# What Graph writes where there is no time.
_NEVER = "0001-01-01"
_NEVER_TOLD = f"{_NEVER}T00:00:00Z"


def kind_of(told: str | None) -> Kind | Literal["unknown"]:
    """Return whether an event is by itself or belongs to a series."""
    return _KINDS.get(told, "unknown")


def status_of(told: str | None) -> Status | Literal["unknown"]:
    """Return what the time of an event is shown as to others."""
    return _STATUS_OF.get(told, "unknown")


def sensitivity_of(told: str | None) -> Sensitivity | Literal["unknown"]:
    """Return who may see an event."""
    return _SENSITIVITIES.get(told, "unknown")


def importance_of(told: str | None) -> Importance:
    """Return how important an event is."""
    return _IMPORTANCE.get(told, "unknown")


def reply_of(told: str | None) -> Reply:
    """Return what somebody has answered."""
    return _REPLIES.get(told, "unknown")


def told_at(time: str | None) -> str | None:
    """Return an RFC 3339 time in UTC, None for Graph's way to say never."""
    if time == _NEVER_TOLD:
        return None
    told = moment_told(time)
    return None if told is None or told.startswith(_NEVER) else told


def attendee(found: GraphAttendee, zone: str | None) -> Attendee:
    """Return somebody who is invited, and the time they propose."""
    who = known(found)
    status = found.status or GraphResponse()
    return {
        "name": who.name if who else None,
        "address": who.address if who else None,
        "type": _TYPES.get(found.type, "unknown"),
        "response": reply_of(status.response),
        "responded_at": told_at(status.time),
        "proposed": _span(found.proposed_new_time, zone),
    }


def location(found: GraphLocation | None) -> Location | None:
    """Return where something takes place, None for nowhere."""
    if found is None:
        return None
    place: Location = {
        "name": found.display_name or "",
        "email": found.location_email_address or None,
        "uri": found.location_uri or None,
        "address": _address(found.address),
        "coordinates": _coordinates(found.coordinates),
    }
    return place if any(place.values()) else None


def _span(slot: GraphSlot | None, zone: str | None) -> TimeSpan | None:
    if slot is None:
        return None
    return {
        "start": local_time(slot.start, zone),
        "end": local_time(slot.end, zone),
    }


def _address(found: GraphPlace | None) -> Place | None:
    if found is None:
        return None
    place: Place = {
        "street": found.street or None,
        "city": found.city or None,
        "state": found.state or None,
        "postal_code": found.postal_code or None,
        "country": found.country_or_region or None,
    }
    return place if any(place.values()) else None


def _coordinates(found: GraphCoordinates | None) -> Coordinates | None:
    if found is None or found.latitude is None or found.longitude is None:
        return None
    return {"latitude": found.latitude, "longitude": found.longitude}
