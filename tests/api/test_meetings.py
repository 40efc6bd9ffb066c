"""Answering, cancelling and forwarding invitations."""

from typing import Any, NamedTuple

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.support.service import Service

pytestmark = pytest.mark.anyio

ADA = "/v1/mailboxes/ada@contoso.example/events"
GRACE = "/v1/mailboxes/grace@contoso.example/events"
WINDOW = {"start": "2027-02-01", "end": "2027-02-08", "query": "quartz"}
NINE = {"date_time": "2027-02-01T09:00:00", "time_zone": "Europe/Berlin"}
TEN = {"date_time": "2027-02-01T10:00:00", "time_zone": "Europe/Berlin"}
LIVE = {"Cache-Control": "no-cache"}
ACTIONS = "/users/{mailbox}/events/{id}/*"
ONE = "/users/{mailbox}/events/{id}"
LATER = {
    "start": {**NINE, "date_time": "2027-02-01T14:00:00"},
    "end": {**NINE, "date_time": "2027-02-01T15:00:00"},
}


async def invited(
    client: httpx.AsyncClient, **members: Any
) -> tuple[str, str]:
    """Invite Grace; return the event's place at Ada's and at hers."""
    body = {
        "subject": "Quartz",
        "start": NINE,
        "end": TEN,
        "attendees": [{"address": "grace@contoso.example"}],
        **members,
    }
    answer = await client.post(ADA, json=body)
    assert answer.status_code == 201, answer.text
    [theirs, *_] = await seen(client, GRACE)
    return f"{ADA}/{answer.json()['id']}", f"{GRACE}/{theirs['id']}"


async def seen(client: httpx.AsyncClient, where: str) -> list[dict[str, Any]]:
    """Return what is in a calendar now."""
    answer = await client.get(where, params=WINDOW, headers=LIVE)
    found: list[dict[str, Any]] = answer.raise_for_status().json()["items"]
    return found


async def grace_s_answer(client: httpx.AsyncClient, place: str) -> Any:
    """Return what Ada knows of Grace."""
    answer = await client.get(place, headers=LIVE)
    return answer.raise_for_status().json()["attendees"][0]


def asked(sandbox: Sandbox, action: str) -> int:
    """Return how often Graph was asked for an action."""
    return sum(call.path.endswith(f"/{action}") for call in sandbox.calls)


@pytest.mark.parametrize(
    ("response", "reply"),
    [("accept", "accepted"), ("tentative", "tentative")],
)
async def test_an_invitation_is_answered(
    client: httpx.AsyncClient, response: str, reply: str
) -> None:
    """Both sides see it."""
    mine, theirs = await invited(client)
    before = (await client.get(theirs)).json()
    answer = await client.post(
        f"{theirs}/respond", json={"response": response, "comment": "Fine."}
    )
    after = (await client.get(theirs)).json()

    assert before["my_response"] == "not_responded"
    assert answer.status_code == 200
    assert answer.json() == {
        "event_id": before["id"],
        "action": response,
        "outcome": "performed",
        "attempts": 1,
    }
    assert after["my_response"] == reply
    assert (await grace_s_answer(client, mine))["response"] == reply


async def test_another_time_is_proposed(client: httpx.AsyncClient) -> None:
    """The organizer sees who would rather meet when."""
    mine, theirs = await invited(client)
    await client.post(
        f"{theirs}/respond",
        json={"response": "tentative", "proposed": LATER},
    )

    assert (await grace_s_answer(client, mine))["proposed"] == LATER


async def test_nobody_is_told_of_a_quiet_answer(
    client: httpx.AsyncClient,
) -> None:
    """The answer stays in the own calendar."""
    mine, theirs = await invited(client)
    await client.post(
        f"{theirs}/respond",
        json={"response": "accept", "send_response": False},
    )

    assert (await client.get(theirs)).json()["my_response"] == "accepted"
    assert (await grace_s_answer(client, mine))["response"] == "none"


async def test_what_is_declined_leaves_the_calendar(
    client: httpx.AsyncClient,
) -> None:
    """The organizer keeps it, and sees why."""
    mine, theirs = await invited(client)
    answer = await client.post(
        f"{theirs}/respond", json={"response": "decline"}
    )

    assert answer.status_code == 200
    assert await seen(client, GRACE) == []
    assert (await grace_s_answer(client, mine))["response"] == "declined"


async def test_a_cancelled_meeting_leaves_the_calendar(
    client: httpx.AsyncClient,
) -> None:
    """That of its organizer; others see that it was cancelled."""
    mine, theirs = await invited(client)
    refused = await client.post(f"{theirs}/cancel", json={})
    answer = await client.post(f"{mine}/cancel", json={"comment": "Ill."})
    again = await client.post(f"{mine}/cancel", json={})
    late = await client.post(f"{theirs}/respond", json={"response": "accept"})

    assert refused.status_code == 409
    assert answer.json()["outcome"] == "performed"
    assert await seen(client, ADA) == []
    assert (await client.get(theirs, headers=LIVE)).json()["is_cancelled"]
    assert again.status_code == 404
    assert late.status_code == 409


async def test_an_invitation_is_forwarded(client: httpx.AsyncClient) -> None:
    """Whoever it went to is invited as well."""
    mine, theirs = await invited(client)
    answer = await client.post(
        f"{theirs}/forward",
        json={"to": [{"address": "support@contoso.example"}]},
    )
    event = (await client.get(mine, headers=LIVE)).json()

    assert answer.json()["action"] == "forward"
    assert [who["address"] for who in event["attendees"]] == [
        "grace@contoso.example",
        "support@contoso.example",
    ]


@pytest.mark.parametrize(
    ("action", "body", "pointer"),
    [
        ("respond", {}, "#/body/response"),
        ("respond", {"response": "maybe"}, "#/body/response"),
        (
            "respond",
            {"response": "accept", "proposed": LATER},
            "#/body/proposed",
        ),
        (
            "respond",
            {
                "response": "decline",
                "proposed": {"start": TEN, "end": NINE},
            },
            "#/body/proposed/end",
        ),
        ("respond", {"response": "accept", "comment": "\0"}, "#/body/comment"),
        ("cancel", {"reason": "x"}, "#/body/reason"),
        ("forward", {"to": []}, "#/body/to"),
        ("forward", {"to": [{"address": "x"}]}, "#/body/to/0/address"),
    ],
)
async def test_wrong_input_does_nothing(
    client: httpx.AsyncClient,
    sandbox: Sandbox,
    action: str,
    body: dict[str, Any],
    pointer: str,
) -> None:
    """It is pointed at, and Graph is not asked to."""
    answer = await client.post(f"{ADA}/AAMk=/{action}", json=body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert not sandbox.calls


async def test_organizers_do_not_answer_themselves(
    client: httpx.AsyncClient,
) -> None:
    """Nor can anybody propose what is not wanted, or answer what is not."""
    mine, theirs = await invited(client, allows_proposals=False)
    own = await client.post(f"{mine}/respond", json={"response": "accept"})
    proposal = await client.post(
        f"{theirs}/respond",
        json={"response": "tentative", "proposed": LATER},
    )
    nowhere = await client.post(
        f"{ADA}/AAMkNone=/respond", json={"response": "accept"}
    )

    assert own.status_code == 409
    assert own.json()["outcome"] == "not_performed"
    assert proposal.status_code == 409
    assert proposal.json()["outcome"] == "not_performed"
    assert nowhere.status_code == 404


class Deed(NamedTuple):
    """Something done with an event of Ada's, or with Grace's copy of it."""

    whose: int
    action: str
    body: dict[str, Any]
    asked_for: str


DEEDS = [
    Deed(1, "respond", {"response": "accept"}, "accept"),
    Deed(1, "respond", {"response": "decline"}, "decline"),
    Deed(0, "cancel", {}, "cancel"),
    Deed(
        0,
        "forward",
        {"to": [{"address": "support@contoso.example"}]},
        "forward",
    ),
]


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.asked_for)
@pytest.mark.parametrize(
    "fault",
    [{"status": 504, "after_work": True}, {"reset": "after"}],
    ids=["504", "reset"],
)
async def test_what_was_done_unseen_is_seen(
    client: httpx.AsyncClient,
    sandbox: Sandbox,
    deed: Deed,
    fault: dict[str, Any],
) -> None:
    """The event shows it, so that Graph is not asked a second time."""
    event = (await invited(client))[deed.whose]
    sandbox.faults.add(Fault(method="POST", route=ACTIONS, **fault))
    answer = await client.post(f"{event}/{deed.action}", json=deed.body)

    assert answer.status_code == 200, answer.text
    assert answer.json()["outcome"] == "performed"
    assert asked(sandbox, deed.asked_for) == 1


@pytest.mark.parametrize("deed", DEEDS[:3], ids=lambda deed: deed.asked_for)
async def test_what_was_seen_not_to_be_done_is_done(
    client: httpx.AsyncClient, sandbox: Sandbox, deed: Deed
) -> None:
    """The event shows nothing, so that Graph is asked once more."""
    event = (await invited(client))[deed.whose]
    sandbox.faults.add(
        Fault(method="POST", route=ACTIONS, reset="before", times=1)
    )
    answer = await client.post(f"{event}/{deed.action}", json=deed.body)

    assert answer.status_code == 200, answer.text
    assert answer.json()["attempts"] == 2
    assert asked(sandbox, deed.asked_for) == 2


async def test_an_invitation_is_not_forwarded_twice(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """That it does not show is no proof; not even with its key."""
    mine, _ = await invited(client)
    body = {"to": [{"address": "support@contoso.example"}]}
    headers = {"Idempotency-Key": "k"}
    sandbox.faults.add(
        Fault(method="POST", route=ACTIONS, reset="before", times=1)
    )
    first = await client.post(f"{mine}/forward", json=body, headers=headers)
    second = await client.post(f"{mine}/forward", json=body, headers=headers)

    assert first.json()["outcome"] == second.json()["outcome"] == "unknown"
    assert asked(sandbox, "forward") == 1


async def test_an_answer_given_before_proves_nothing(
    service: Service, sandbox: Sandbox
) -> None:
    """The same answer, with another comment, is seen not to be new."""
    client = service.client
    _, theirs = await invited(client)
    body = {"response": "accept"}
    await client.post(f"{theirs}/respond", json=body)
    await service.clock.sleep(120)
    sandbox.faults.add(Fault(method="POST", route=ACTIONS, reset="before"))
    answer = await client.post(
        f"{theirs}/respond", json={**body, "comment": "Really."}
    )

    assert (await client.get(theirs)).json()["my_response"] == "accepted"
    assert answer.json()["outcome"] == "unknown"
    assert asked(sandbox, "accept") == 3


async def test_a_doubt_lasts_until_somebody_can_look(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """And then the key's answer is the one that the event shows."""
    _, theirs = await invited(client)
    headers = {"Idempotency-Key": "k"}
    body = {"response": "accept"}
    fault = sandbox.faults.add(
        Fault(method="POST", route=ACTIONS, status=504, after_work=True)
    )
    look = sandbox.faults.add(Fault(method="GET", route=ONE, status=500))
    first = await client.post(f"{theirs}/respond", json=body, headers=headers)
    second = await client.post(f"{theirs}/respond", json=body, headers=headers)
    sandbox.faults.remove(look)
    third = await client.post(f"{theirs}/respond", json=body, headers=headers)
    sandbox.faults.remove(fault)
    fourth = await client.post(f"{theirs}/respond", json=body, headers=headers)

    assert first.json()["outcome"] == second.json()["outcome"] == "unknown"
    assert third.json()["outcome"] == "performed"
    assert third.json()["attempts"] == 0
    assert fourth.headers["idempotent-replayed"] == "true"
    assert asked(sandbox, "accept") == 1


@pytest.mark.parametrize(("status", "more"), [(429, 2), (503, 2)])
async def test_refusals_are_waited_out(
    client: httpx.AsyncClient, sandbox: Sandbox, status: int, more: int
) -> None:
    """What was certainly not done is asked for again, and done once."""
    mine, _ = await invited(client)
    sandbox.faults.add(
        Fault(
            method="POST",
            route=ACTIONS,
            status=status,
            retry_after=more,
            times=1,
        )
    )
    answer = await client.post(
        f"{mine}/forward",
        json={"to": [{"address": "support@contoso.example"}]},
    )

    assert answer.status_code == 200
    assert answer.json()["attempts"] == 1
    assert asked(sandbox, "forward") == 2
