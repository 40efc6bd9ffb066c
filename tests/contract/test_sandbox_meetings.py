"""Meetings of the sandbox: invitations, answers, cancellations."""

from urllib.parse import quote

import httpx
import pytest

from app.sandbox import Sandbox
from tests.contract.conftest import (
    ADA,
    ADA_ADDRESS,
    Entity,
    refusal,
)
from tests.support.calendars import (
    EVENTS,
    HAVEL_ADDRESS,
    VIEW,
    event,
    event_url,
    names,
    new_event,
    rule,
    seen,
    when,
)

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("immutable")]

OUTSIDE = "tomasz.wilk@northwind.example"
SHOWN = {
    "accept": ["busy"],
    "tentativelyAccept": ["tentative"],
    "decline": [],
}
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
WEEKLY = REVIEW | {"recurrence": rule("2031-06-02", "daily")}


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


async def test_a_meeting_is_called_off(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """Only the organizer can; the others keep it, marked as cancelled."""
    made = await new_event(graph, EVENTS, REVIEW)
    [copy] = await invited(graph)

    refused = await graph.post(f"{theirs(copy)}/cancel", json={})
    answer = await graph.post(
        f"{event_url(made)}/cancel", json={"Comment": "Sorry"}
    )

    assert refusal(refused) == (400, "ErrorCalendarIsNotOrganizer")
    assert (answer.status_code, answer.content) == (202, b"")
    assert (await graph.get(event_url(made))).status_code == 404
    [left] = await invited(graph)
    assert (left["isCancelled"], left["subject"]) == (True, "Canceled: Review")
    told = latest(sandbox, ADA_ADDRESS, "Canceled: Review")
    assert told["meetingMessageType"] == "meetingCancelled"
    late = await graph.post(f"{theirs(copy)}/accept", json={})
    assert refusal(late) == (400, "ErrorCalendarIsCancelledForAccept")


async def test_a_change_reaches_all(graph: httpx.AsyncClient) -> None:
    """Another time asks anew; one's own settings are kept."""
    made = await new_event(graph, EVENTS, REVIEW)
    [copy] = await invited(graph)
    await graph.post(f"{theirs(copy)}/accept", json={})
    await graph.patch(theirs(copy), json={"categories": ["Mine"]})

    await graph.patch(event_url(made), json={"subject": "Review 2"})
    [renamed] = await invited(graph)
    await graph.patch(
        event_url(made), json={"end": when("2031-06-02T11:00:00")}
    )
    [moved] = await invited(graph)

    assert renamed["subject"] == "Review 2"
    assert renamed["responseStatus"]["response"] == "accepted"
    assert renamed["categories"] == moved["categories"] == ["Mine"]
    assert moved["end"] == when("2031-06-02T11:00:00.0000000")
    assert moved["responseStatus"]["response"] == "notResponded"
    await graph.patch(event_url(made), json={"attendees": []})
    [dropped] = await invited(graph)
    assert dropped["isCancelled"] is True


async def test_one_occurrence_is_changed_for_all(
    graph: httpx.AsyncClient,
) -> None:
    """Moving, cancelling and answering reach one day of a series."""
    await new_event(graph, EVENTS, WEEKLY)
    mine = await seen(graph, VIEW, *WINDOW)
    days = await invited(graph)
    late = {
        "start": when("2031-06-03T15:00:00"),
        "end": when("2031-06-03T16:00:00"),
    }

    await graph.patch(event_url(mine[1]), json=late)
    await graph.post(f"{event_url(mine[2])}/cancel", json={})
    await graph.post(f"{theirs(days[3])}/accept", json={})
    await graph.post(f"{theirs(days[4])}/decline", json={})

    after = await invited(graph)
    assert after[1]["start"] == when("2031-06-03T15:00:00.0000000")
    assert [one["type"] for one in after[:4]] == [
        "occurrence",
        "exception",
        "exception",
        "exception",
    ]
    assert names(after)[2] == "Canceled: Review"
    assert after[3]["responseStatus"]["response"] == "accepted"
    assert after[4]["start"]["dateTime"].startswith("2031-06-07")
    assert await answers(graph, mine[3]) == {
        ADA_ADDRESS: "accepted",
        OUTSIDE: "none",
    }
    assert (await answers(graph, mine[0]))[ADA_ADDRESS] == "none"
    assert (await graph.get(event_url(mine[2]))).status_code == 404


async def test_an_invitation_is_passed_on(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """Who is forwarded a meeting is invited, and the organizer knows."""
    made = await new_event(graph, EVENTS, REVIEW)
    [copy] = await invited(graph)
    support = {"emailAddress": {"address": "support@contoso.example"}}

    answer = await graph.post(
        f"{theirs(copy)}/forward",
        json={"ToRecipients": [support], "Comment": "For you"},
    )
    nobody = await graph.post(f"{theirs(copy)}/forward", json={})

    assert (answer.status_code, answer.content) == (202, b"")
    assert refusal(nobody) == (400, "ErrorInvalidRecipients")
    assert set(await answers(graph, made)) == {
        ADA_ADDRESS,
        OUTSIDE,
        "support@contoso.example",
    }
    found = await seen(
        graph, "/users/support@contoso.example/calendarView", *WINDOW
    )
    assert names(found).count("Review") == 1
    assert latest(sandbox, "support@contoso.example", "Review")


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("accept", {"colour": "red"}),
        ("accept", {"proposedNewTime": None}),
        ("decline", {"sendResponse": "no"}),
        ("decline", {"proposedNewTime": {"start": "noon"}}),
        ("cancel", {"comment": 5}),
        ("forward", {"toRecipients": "ada"}),
    ],
)
async def test_wrong_actions_are_refused(
    graph: httpx.AsyncClient, action: str, body: Entity
) -> None:
    """What an action does not take is 400."""
    made = await new_event(graph, EVENTS, REVIEW)

    answer = await graph.post(f"{event_url(made)}/{action}", json=body)

    assert refusal(answer) == (400, "UnableToDeserializePostBody")
