"""Events for the tests of the sandbox's calendar."""

from typing import Any
from urllib.parse import quote

import httpx

__all__ = [
    "EVENTS",
    "HAVEL",
    "HAVEL_ADDRESS",
    "LUNCH",
    "VIEW",
    "event",
    "event_url",
    "names",
    "new_event",
    "rule",
    "seen",
    "when",
]

Entity = dict[str, Any]
# A mailbox in whose calendar nothing is seeded: that of a small room.
HAVEL_ADDRESS = "havel@contoso.example"
HAVEL = f"/users/{HAVEL_ADDRESS}"
EVENTS = f"{HAVEL}/events"
VIEW = f"{HAVEL}/calendarView"


def when(time: str, zone: str = "UTC") -> Entity:
    """Return a dateTimeTimeZone."""
    return {"dateTime": time, "timeZone": zone}


def event(
    start: str, end: str, zone: str = "UTC", **properties: Any
) -> Entity:
    """Return the body of a new event."""
    times = {"start": when(start, zone), "end": when(end, zone)}
    return {"subject": "Meeting", **times, **properties}


def rule(start: str, kind: str, **pattern: Any) -> Entity:
    """Return a recurrence without an end, or with that of ``limits``."""
    limits = pattern.pop("limits", {"type": "noEnd"})
    return {
        "pattern": {"type": kind, "interval": 1, **pattern},
        "range": {"startDate": start, **limits},
    }


async def new_event(
    graph: httpx.AsyncClient, events: str, body: Entity
) -> Entity:
    """Create an event below a URL and return it."""
    answer = await graph.post(events, json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def seen(
    graph: httpx.AsyncClient, view: str, start: str, end: str, **more: str
) -> list[Entity]:
    """Return what a view shows of a window, in the order of the starts."""
    params = {
        "startDateTime": start,
        "endDateTime": end,
        "$orderby": "start/dateTime",
        "$top": "1000",
        **more,
    }
    answer = await graph.get(view, params=params)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["value"])


def names(events: list[Entity]) -> list[str]:
    """Return the subjects of events."""
    return [str(one["subject"]) for one in events]


def event_url(one: Entity | str) -> str:
    """Return where an event of the room's is."""
    name = one if isinstance(one, str) else str(one["id"])
    return f"{EVENTS}/{quote(name, safe='')}"


LUNCH = event(
    "2031-03-10T12:00:00",
    "2031-03-10T13:00:00",
    "Europe/Berlin",
    subject="Lunch",
    body={"contentType": "text", "content": "a < b"},
    location={"displayName": "Canteen"},
    categories=["Private"],
    showAs="Free",
    sensitivity="private",
    importance="low",
    reminderMinutesBeforeStart=5,
)
