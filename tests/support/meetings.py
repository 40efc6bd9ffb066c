"""A meeting for the tests of the sandbox: Ada's with the small room."""

from typing import Any
from urllib.parse import quote

import httpx

from app.sandbox import Sandbox
from tests.support.calendars import event, event_url, rule, seen

__all__ = [
    "DAILY",
    "OUTSIDE",
    "REVIEW",
    "WINDOW",
    "answers",
    "invited",
    "latest",
    "theirs",
]

Entity = dict[str, Any]
ADA_ADDRESS = "ada@contoso.example"
ADA = f"/users/{ADA_ADDRESS}"
OUTSIDE = "tomasz.wilk@northwind.example"
WINDOW = ("2031-06-01", "2031-07-01")


def guest(address: str, kind: str = "required") -> Entity:
    """Return an attendee as one is invited."""
    return {"emailAddress": {"address": address}, "type": kind}


REVIEW = event(
    "2031-06-02T09:00:00",
    "2031-06-02T10:00:00",
    subject="Review",
    attendees=[guest(ADA_ADDRESS), guest(OUTSIDE, "optional")],
    body={"contentType": "html", "content": "<p>Bring cake</p>"},
)
DAILY = REVIEW | {"recurrence": rule("2031-06-02", "daily")}


def theirs(one: Entity) -> str:
    """Return where an event of Ada's is."""
    return f"{ADA}/events/{quote(one['id'], safe='')}"


async def invited(graph: httpx.AsyncClient) -> list[Entity]:
    """Return what Ada sees of the meetings, whose organizer is a room."""
    mine = "organizer/emailAddress/address eq 'havel@contoso.example'"
    view = f"{ADA}/calendarView"
    return await seen(graph, view, *WINDOW, **{"$filter": mine})


async def answers(graph: httpx.AsyncClient, one: Entity) -> dict[str, str]:
    """Return what has been answered, by address, as the organizer sees it."""
    shown = (await graph.get(event_url(one))).json()
    return {
        person["emailAddress"]["address"]: person["status"]["response"]
        for person in shown["attendees"]
    }


def latest(sandbox: Sandbox, address: str, subject: str) -> Entity:
    """Return the only message with this subject in an inbox."""
    found = [
        one
        for one in sandbox.mailbox(address).inside("inbox")
        if one["subject"] == subject
        and "@odata.type" in one
        and one["receivedDateTime"] == "2026-11-18T10:30:00Z"
    ]
    assert len(found) == 1
    return found[0]
