"""Invitations of the sandbox, and the answers to them."""

import httpx
import pytest

from app.sandbox import Sandbox
from tests.contract.conftest import ADA_ADDRESS, Entity, refusal
from tests.support.calendars import (
    EVENTS,
    HAVEL_ADDRESS,
    event_url,
    new_event,
    when,
)
from tests.support.meetings import (
    OUTSIDE,
    REVIEW,
    answers,
    invited,
    latest,
    theirs,
)

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("immutable")]

SHOWN = {
    "accept": ["busy"],
    "tentativelyAccept": ["tentative"],
    "decline": [],
}


async def test_an_invitation_arrives(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """Who attends gets the event, unanswered, and a request by mail."""
    made = await new_event(graph, EVENTS, REVIEW)

    [copy] = await invited(graph)
    request = latest(sandbox, ADA_ADDRESS, "Review")

    assert made["responseStatus"]["response"] == "organizer"
    assert copy["id"] != made["id"]
    assert copy["iCalUId"] == made["iCalUId"]
    assert (copy["isOrganizer"], copy["showAs"]) == (False, "tentative")
    assert copy["responseStatus"]["response"] == "notResponded"
    assert copy["organizer"] == made["organizer"]
    assert copy["body"] == made["body"]
    assert request["@odata.type"] == "#microsoft.graph.eventMessageRequest"
    assert request["meetingMessageType"] == "meetingRequest"
    assert request["meetingRequestType"] == "newMeetingRequest"
    assert request["startDateTime"] == made["start"]
    assert request["from"]["emailAddress"]["address"] == HAVEL_ADDRESS


@pytest.mark.parametrize(
    ("action", "response", "prefix"),
    [
        ("accept", "accepted", "Accepted"),
        ("tentativelyAccept", "tentativelyAccepted", "Tentative"),
        ("decline", "declined", "Declined"),
    ],
)
async def test_an_answer_reaches_the_organizer(
    sandbox: Sandbox,
    graph: httpx.AsyncClient,
    action: str,
    response: str,
    prefix: str,
) -> None:
    """The organizer sees each answer; a meeting declined is gone."""
    made = await new_event(graph, EVENTS, REVIEW)
    [copy] = await invited(graph)

    answer = await graph.post(
        f"{theirs(copy)}/{action}", json={"comment": "Fine"}
    )

    assert (answer.status_code, answer.content) == (202, b"")
    assert await answers(graph, made) == {
        ADA_ADDRESS: response,
        OUTSIDE: "none",
    }
    told = latest(sandbox, HAVEL_ADDRESS, f"{prefix}: Review")
    assert told["bodyPreview"] == "Fine"
    assert told["@odata.type"] == "#microsoft.graph.eventMessageResponse"
    left = await invited(graph)
    assert [one["showAs"] for one in left] == SHOWN[action]
    for one in left:
        assert one["responseStatus"]["response"] == response


async def test_an_answer_can_be_kept_quiet(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """Without a response only one's own calendar changes."""
    made = await new_event(graph, EVENTS, REVIEW)
    [copy] = await invited(graph)
    before = len(sandbox.mailbox(HAVEL_ADDRESS).messages)

    await graph.post(f"{theirs(copy)}/accept", json={"sendResponse": False})

    [mine] = await invited(graph)
    assert mine["responseStatus"]["response"] == "accepted"
    assert (await answers(graph, made))[ADA_ADDRESS] == "none"
    assert len(sandbox.mailbox(HAVEL_ADDRESS).messages) == before


async def test_a_new_time_is_proposed(graph: httpx.AsyncClient) -> None:
    """The organizer finds the proposal next to whoever made it."""
    made = await new_event(graph, EVENTS, REVIEW)
    [copy] = await invited(graph)
    slot = {
        "start": when("2031-06-03T09:00:00.0000000"),
        "end": when("2031-06-03T10:00:00.0000000"),
    }

    await graph.post(
        f"{theirs(copy)}/tentativelyAccept", json={"proposedNewTime": slot}
    )

    shown = (await graph.get(event_url(made))).json()
    assert shown["attendees"][0]["proposedNewTime"] == slot
    assert shown["start"] == made["start"]


@pytest.mark.parametrize(
    ("allowed", "body"),
    [
        (True, {"sendResponse": False}),
        (False, {}),
    ],
)
async def test_some_proposals_are_refused(
    graph: httpx.AsyncClient, body: Entity, *, allowed: bool
) -> None:
    """A proposal needs a response, and the organizer's leave."""
    closed = REVIEW | {"allowNewTimeProposals": allowed}
    made = await new_event(graph, EVENTS, closed)
    [copy] = await invited(graph)
    slot = {"start": made["start"], "end": made["end"]}

    answer = await graph.post(
        f"{theirs(copy)}/decline", json={"proposedNewTime": slot, **body}
    )

    assert refusal(answer) == (400, "ErrorInvalidRequest")
    assert len(await invited(graph)) == 1


@pytest.mark.parametrize(
    ("action", "code"),
    [
        ("accept", "ErrorCalendarIsOrganizerForAccept"),
        ("tentativelyAccept", "ErrorCalendarIsOrganizerForTentative"),
        ("decline", "ErrorCalendarIsOrganizerForDecline"),
    ],
)
async def test_organizers_do_not_answer_themselves(
    graph: httpx.AsyncClient, action: str, code: str
) -> None:
    """Who organizes a meeting cannot accept or decline it."""
    made = await new_event(graph, EVENTS, REVIEW)

    answer = await graph.post(f"{event_url(made)}/{action}", json={})

    assert refusal(answer) == (400, code)
