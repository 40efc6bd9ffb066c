"""Meetings of the sandbox that change, end, or reach others."""

import httpx
import pytest

from app.sandbox import Sandbox
from tests.contract.conftest import ADA_ADDRESS, Entity, refusal
from tests.support.calendars import (
    EVENTS,
    VIEW,
    event_url,
    names,
    new_event,
    seen,
    when,
)
from tests.support.meetings import (
    DAILY,
    OUTSIDE,
    REVIEW,
    WINDOW,
    answers,
    invited,
    latest,
    theirs,
)

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("immutable")]


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
    await new_event(graph, EVENTS, DAILY)
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


async def test_days_stay_as_they_were_left(
    graph: httpx.AsyncClient,
) -> None:
    """A change of a series keeps what one did with single days of it."""
    made = await new_event(graph, EVENTS, DAILY)
    days = await invited(graph)
    mine = await seen(graph, VIEW, *WINDOW)
    quiet = {"sendResponse": False}
    await graph.post(f"{theirs(days[1])}/accept", json=quiet)
    await graph.post(f"{theirs(days[2])}/decline", json=quiet)
    late = {
        "start": when("2031-06-03T15:00:00"),
        "end": when("2031-06-03T16:00:00"),
    }

    await graph.patch(event_url(made), json={"subject": "Renamed"})
    renamed = await invited(graph)
    await graph.patch(event_url(mine[1]), json=late)
    moved = await invited(graph)
    await graph.patch(
        event_url(made), json={"end": when("2031-06-02T10:30:00")}
    )
    anew = await invited(graph)

    assert names(renamed)[:3] == ["Renamed"] * 3
    assert [one["responseStatus"]["response"] for one in renamed[:3]] == [
        "notResponded",
        "accepted",
        "notResponded",
    ]
    assert len(renamed) == len(days) - 1
    assert moved[1]["start"] == when("2031-06-03T15:00:00.0000000")
    assert moved[1]["responseStatus"]["response"] == "notResponded"
    assert len(anew) == len(days)
    assert {one["type"] for one in anew} == {"occurrence"}


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
