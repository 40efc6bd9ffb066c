"""What callers write of events: our shapes to Graph's JSON.

Source: https://learn.microsoft.com/graph/api/resources/event
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from app.gateway.translation.calendar.event_parts import STATUSES
from app.gateway.translation.calendar.rules import recurrence_json
from app.gateway.translation.writing import body_json, people_json
from app.gateway.translation.zones import windows_zone
from app.models.calendar.actions import Forwarding, Proposal, Response
from app.models.calendar.input import (
    AttendeeInput,
    EventInput,
    EventPatch,
    LocationInput,
    PlaceInput,
)
from app.models.calendar.moments import EventTimeInput
from app.models.calendar.times import Times
from app.models.compose import BodyContent

__all__ = ["event_json", "forward_json", "response_json"]


def event_json(
    event: EventInput | EventPatch, times: Times, marker: str | None = None
) -> bytes:
    """Return Graph's JSON for what is written of an event.

    Args:
        event: A new event, or a change of one; what was left out is, too.
        times: When it takes place.
        marker: By which Graph recognizes a request that comes again.

    Raises:
        InvalidRequest: It would repeat as nothing can in Exchange.
    """
    written: dict[str, Any] = {}
    for name in sorted(event.model_fields_set & set(_MEMBERS)):
        written |= _MEMBERS[name](getattr(event, name))
    written |= _times(times)
    if "recurrence" in event.model_fields_set:
        rule = event.recurrence
        written["recurrence"] = (
            None if rule is None else recurrence_json(rule, times)
        )
    if marker is not None:
        written["transactionId"] = marker
    return msgspec.json.encode(written)


def response_json(response: Response) -> bytes:
    """Return Graph's JSON for an answer to an invitation."""
    written: dict[str, Any] = {
        "comment": response.comment,
        "sendResponse": response.send_response,
    }
    if response.proposed is not None:
        written["proposedNewTime"] = _slot(response.proposed)
    return msgspec.json.encode(written)


def forward_json(wanted: Forwarding) -> bytes:
    """Return Graph's JSON for passing an invitation on."""
    return msgspec.json.encode(
        {"comment": wanted.comment, "toRecipients": people_json(wanted.to)}
    )


def _times(times: Times) -> dict[str, Any]:
    written: dict[str, Any] = {}
    for name, moment in (("start", times.start), ("end", times.end)):
        if moment is not None:
            written[name] = _moment(moment, times.zone)
            written["isAllDay"] = moment.is_day
    return written


def _moment(moment: EventTimeInput, zone: str) -> dict[str, str]:
    """Return a time in its zone, or the midnight that a day begins with."""
    return {
        "dateTime": moment.local.isoformat(),
        "timeZone": windows_zone(moment.time_zone or zone),
    }


def _slot(proposed: Proposal) -> dict[str, Any]:
    return {
        "start": _moment(proposed.start, "UTC"),
        "end": _moment(proposed.end, "UTC"),
    }


def _body(body: BodyContent | None) -> dict[str, Any]:
    return {"body": body_json(body or BodyContent(content=""))}


def _location(place: LocationInput | None) -> dict[str, Any]:
    return {"location": _place(place)}


def _locations(places: Sequence[LocationInput] | None) -> dict[str, Any]:
    if not places:
        # Graph keeps the list and the one the same, by the one.
        return _location(None)
    return {"locations": [_place(place) for place in places]}


def _place(place: LocationInput | None) -> dict[str, Any]:
    if place is None:
        return {"displayName": ""}
    written = {
        "displayName": place.name,
        "locationEmailAddress": place.email,
        "locationUri": place.uri,
        "address": None if place.address is None else _address(place.address),
    }
    return {name: value for name, value in written.items() if value}


def _address(place: PlaceInput) -> dict[str, str]:
    written = {
        "street": place.street,
        "city": place.city,
        "state": place.state,
        "postalCode": place.postal_code,
        "countryOrRegion": place.country,
    }
    return {name: value for name, value in written.items() if value}


def _attendees(people: Sequence[AttendeeInput] | None) -> dict[str, Any]:
    return {
        "attendees": [
            {
                "emailAddress": who.model_dump(
                    include={"name", "address"}, exclude_none=True
                ),
                "type": who.type,
            }
            for who in people or ()
        ]
    }


def _reminder(minutes: int | None) -> dict[str, Any]:
    if minutes is None:
        return {"isReminderOn": False}
    return {"isReminderOn": True, "reminderMinutesBeforeStart": minutes}


def _online(wanted: object) -> dict[str, Any]:
    if not wanted:
        return {"isOnlineMeeting": False}
    return {
        "isOnlineMeeting": True,
        "onlineMeetingProvider": "teamsForBusiness",
    }


_MEMBERS: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "subject": lambda text: {"subject": text or ""},
    "body": _body,
    "location": _location,
    "locations": _locations,
    "attendees": _attendees,
    "status": lambda status: {"showAs": STATUSES[status or "busy"]},
    "sensitivity": lambda level: {"sensitivity": level or "normal"},
    "importance": lambda level: {"importance": level or "normal"},
    "reminder_minutes": _reminder,
    "categories": lambda names: {"categories": names or []},
    "is_online": _online,
    "response_requested": lambda wanted: {"responseRequested": wanted},
    "allows_proposals": lambda allowed: {"allowNewTimeProposals": allowed},
}
"""What each member is in Graph's JSON; null stands for its usual value."""
