"""Examples: calendars, events and what is done with meetings."""

from collections.abc import Mapping

import httpx

from tests.examples.asking import Ask, Rows, first

__all__ = ["CALENDAR"]

_WEEK = {"start": "2026-11-16", "end": "2026-11-23"}
_EVENTS = "/events?start=2026-11-16&end=2026-11-23&limit=100"
_OWN_CALENDAR = first("/calendars", lambda found: found["is_removable"])
_OWN_EVENT = first(
    _EVENTS, lambda e: e["is_organizer"] and e["kind"] == "single"
)
_INVITATION = first(
    _EVENTS, lambda e: e["my_response"] in {"not_responded", "none"}
)
_MEETING = first(_EVENTS, lambda e: e["is_organizer"] and e["attendees"])
_ROADMAP = {
    "subject": "Roadmap",
    "start": {
        "date_time": "2026-11-23T09:00:00",
        "time_zone": "Europe/Berlin",
    },
    "end": {"date_time": "2026-11-23T09:30:00", "time_zone": "Europe/Berlin"},
    "attendees": [
        {"name": "Grace Okafor", "address": "grace@contoso.example"}
    ],
    "recurrence": {"rrule": "FREQ=WEEKLY;BYDAY=MO;COUNT=10"},
}


async def _series(client: httpx.AsyncClient, known: Mapping[str, str]) -> str:
    """Return the id of the series of an occurrence."""
    occurrence = await first(_EVENTS, lambda e: e["series_id"])(client, known)
    url = f"/v1/mailboxes/{known['mailbox']}/events/{occurrence}"
    found: str = (await client.get(url)).json()["series_id"]
    return found


CALENDAR: Rows = {
    "list_calendars": Ask(),
    "create_calendar": Ask(
        body={"name": "Conferences", "color": "light_teal"}
    ),
    "get_calendar": Ask(path={"calendar": _OWN_CALENDAR}),
    "update_calendar": Ask(
        path={"calendar": _OWN_CALENDAR}, body={"color": "light_red"}
    ),
    "delete_calendar": Ask(path={"calendar": _OWN_CALENDAR}),
    "list_events": Ask(
        query={**_WEEK, "time_zone": "America/New_York", "limit": 2}
    ),
    "create_event": Ask(body=_ROADMAP),
    "get_event": Ask(path={"event": _series}, query={"body": "text"}),
    "update_event": Ask(
        path={"event": _OWN_EVENT},
        body={"subject": "Roadmap, second half", "status": "tentative"},
    ),
    "delete_event": Ask(path={"event": _OWN_EVENT}),
    "list_instances": Ask(path={"event": _series}, query=_WEEK),
    "respond_to_event": Ask(
        path={"event": _INVITATION},
        body={"response": "accept", "comment": "Looking forward to it."},
    ),
    "cancel_event": Ask(
        path={"event": _MEETING}, body={"comment": "Grace is ill."}
    ),
    "forward_event": Ask(
        path={"event": _MEETING},
        body={"to": [{"address": "support@contoso.example"}]},
    ),
}
