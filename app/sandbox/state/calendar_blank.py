"""New events, before anything is planned."""

from datetime import datetime
from typing import Any

from app.sandbox.clock import stamp
from app.sandbox.state.directory import User
from app.sandbox.state.ids import change_key
from app.sandbox.state.items import Properties

__all__ = [
    "NEVER",
    "UNANSWERED",
    "blank_event",
    "guest_copy",
    "online_meeting",
]

NEVER = "0001-01-01T00:00:00Z"
UNANSWERED = {"response": "none", "time": NEVER}


def blank_event(owner: User, now: datetime) -> dict[str, Any]:
    """Return what Exchange fills into an event of its organizer."""
    return {
        "createdDateTime": stamp(now),
        "lastModifiedDateTime": stamp(now),
        "categories": [],
        "transactionId": None,
        "reminderMinutesBeforeStart": 15,
        "isReminderOn": True,
        "hasAttachments": False,
        "subject": "",
        "bodyPreview": "",
        "importance": "normal",
        "sensitivity": "normal",
        "isCancelled": False,
        "isOrganizer": True,
        "responseRequested": True,
        "showAs": "busy",
        "onlineMeetingUrl": None,
        "isOnlineMeeting": False,
        "onlineMeetingProvider": "unknown",
        "allowNewTimeProposals": True,
        "isDraft": False,
        "hideAttendees": False,
        "responseStatus": {"response": "organizer", "time": NEVER},
        "body": {"contentType": "html", "content": ""},
        "location": {
            "displayName": "",
            "locationType": "default",
            "uniqueIdType": "unknown",
            "address": {},
            "coordinates": {},
        },
        "locations": [],
        "attendees": [],
        "organizer": {
            "emailAddress": {
                "name": owner.properties["displayName"],
                "address": owner.address,
            }
        },
        "onlineMeeting": None,
    }


def guest_copy(properties: Properties) -> dict[str, Any]:
    """Return an organizer's event as who is invited gets it."""
    shared = {k: v for k, v in properties.items() if k != "webLink"}
    return {
        **shared,
        "categories": [],
        "isOrganizer": False,
        "isReminderOn": True,
        "reminderMinutesBeforeStart": 15,
        "transactionId": None,
        "responseStatus": {"response": "notResponded", "time": NEVER},
        "showAs": "tentative",
    }


def online_meeting(seed: str) -> dict[str, Any]:
    """Return what an event has that is held online."""
    thread = change_key(seed, 1).strip("=").replace("/", "").replace("+", "")
    join = (
        "https://teams.microsoft.com/l/meetup-join/19%3ameeting_"
        f"{thread}%40thread.v2/0"
    )
    return {
        "isOnlineMeeting": True,
        "onlineMeetingProvider": "teamsForBusiness",
        "onlineMeeting": {"joinUrl": join},
    }
