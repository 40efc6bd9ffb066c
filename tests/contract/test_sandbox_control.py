"""The control API, for people and for tests in other processes."""

import httpx
import pytest

from app.sandbox import Sandbox
from tests.contract.conftest import (
    ADA,
    ADA_ADDRESS,
    GRACE_ADDRESS,
    Entity,
    person,
    refusal,
)

pytestmark = pytest.mark.anyio

FILE = {
    "@odata.type": "#microsoft.graph.fileAttachment",
    "name": "a.txt",
    "contentBytes": "aGk=",
}
EVERYTHING: Entity = {
    "mailbox": ADA_ADDRESS,
    "tenant": "contoso.example",
    "user": ADA_ADDRESS,
    "route": "/users/*",
    "method": "GET",
    "nth": 1,
    "times": 1,
    "probability": 0.5,
    "seed": 3,
    "status": 503,
    "code": "x",
    "message": "y",
    "retry_after": 3,
    "headers": {"a": "b"},
    "delay": 1.5,
    "hang": False,
    "reset": None,
    "after_work": True,
    "body": "html",
    "claims": None,
    "error": None,
    "aadsts": None,
}


async def test_the_overview_shows_it_all(
    sandbox: Sandbox, control: httpx.AsyncClient, graph: httpx.AsyncClient
) -> None:
    """Mailboxes, calls, refusals, faults and settings at a glance."""
    sandbox.limits.concurrency = 0
    await graph.get(f"{ADA}/messages")
    await control.post("/faults", json={"status": 503, "times": 2})

    overview = (await control.get("/")).json()

    boxes = {box["address"]: box for box in overview["mailboxes"]}
    ada = boxes[ADA_ADDRESS]
    assert len(boxes) == 4
    assert ada["messages"] == len(sandbox.mailbox(ADA_ADDRESS).messages)
    assert ada["sent"] == len(sandbox.mailbox(ADA_ADDRESS).sent())
    assert (ada["peak"], boxes[GRACE_ADDRESS]["peak"]) == (1, 0)
    assert (overview["calls"], overview["throttled"]) == (2, 1)
    assert overview["faults"][0]["id"] == "fault-1"
    assert overview["faults"][0]["fault"]["status"] == 503
    assert overview["settings"]["limits"]["requests"] == 10_000


async def test_faults_come_and_go(
    sandbox: Sandbox, control: httpx.AsyncClient
) -> None:
    """Faults are added, listed, lifted one by one and all at once."""
    added = [
        (await control.post("/faults", json={"status": 500})).json()["id"]
        for _ in range(3)
    ]

    listed = (await control.get("/faults")).json()["faults"]
    removed = await control.delete(f"/faults/{added[1]}")
    left = [name for name, _ in sandbox.faults.items()]
    again = await control.delete(f"/faults/{added[1]}")
    cleared = await control.delete("/faults")

    assert [fault["id"] for fault in listed] == added
    assert listed[0]["fired"] == 0
    assert removed.status_code == cleared.status_code == 204
    assert left == [added[0], added[2]]
    assert refusal(again) == (404, "SandboxControl")
    assert len(sandbox.faults) == 0


async def test_routes_are_listed(control: httpx.AsyncClient) -> None:
    """What a fault's route may be, Graph's and Entra ID's."""
    routes = (await control.get("/routes")).json()["routes"]

    assert "GET /users/{mailbox}/mailFolders/{folder}/messages" in routes
    assert "POST token" in routes
    assert len(set(routes)) == len(routes)


async def test_every_field_of_a_fault_can_be_given(
    sandbox: Sandbox, control: httpx.AsyncClient
) -> None:
    """The body of a fault has the names of `Fault`."""
    answer = await control.post("/faults", json=EVERYTHING)

    [added] = sandbox.faults
    listed = (await control.get("/faults")).json()["faults"][0]["fault"]
    assert answer.status_code == 201
    assert added.retry_after == 3
    assert listed == EVERYTHING


async def test_calls_are_listed(
    control: httpx.AsyncClient, graph: httpx.AsyncClient
) -> None:
    """The latest calls, as many as asked for."""
    for number in range(3):
        await graph.get(f"{ADA}/messages?$top={number + 1}")

    calls = (await control.get("/calls?limit=2")).json()["calls"]
    default = (await control.get("/calls")).json()["calls"]

    assert [call["query"] for call in calls] == ["$top=2", "$top=3"]
    assert calls[0]["route"] == "/users/{mailbox}/messages"
    assert calls[0]["status"] == 200
    assert len(default) == 4
    assert default[0]["form"]["grant_type"] == "client_credentials"


async def test_mail_is_delivered_and_seen(
    sandbox: Sandbox, control: httpx.AsyncClient
) -> None:
    """A message can be put anywhere, with anything."""
    url = f"/mailboxes/{ADA_ADDRESS}/messages"

    plain = await control.post(url, json={})
    full = await control.post(
        url,
        json={
            "folder": "aurora",
            "subject": "Hello",
            "from": person("x@y.example"),
            "receivedDateTime": "2026-01-02T03:04:05+01:00",
            "body": {"contentType": "html", "content": "<b>Hi</b>"},
            "attachments": [FILE],
            "internetMessageHeaders": [{"name": "List-Id", "value": "l"}],
        },
    )

    box = sandbox.mailbox(ADA_ADDRESS)
    [message] = [m for m in box.inside("aurora") if m["subject"] == "Hello"]
    assert plain.status_code == full.status_code == 201
    assert box.inside("inbox")[0]["id"] == plain.json()["id"]
    assert message["id"] == full.json()["id"]
    assert message["receivedDateTime"] == "2026-01-02T02:04:05Z"
    assert message["sender"] == person("x@y.example")
    assert message["hasAttachments"]
    assert box.message(message["id"]) == message


async def test_sent_mail_is_listed(
    sandbox: Sandbox, control: httpx.AsyncClient
) -> None:
    """What is in Sent Items can be seen without a token."""
    answer = await control.get("/mailboxes/ada.marlow@contoso.example/sent")

    sent = sandbox.mailbox(ADA_ADDRESS).sent()
    assert answer.json()["messages"] == sent


async def test_settings_are_changed_in_part(
    sandbox: Sandbox, control: httpx.AsyncClient
) -> None:
    """What is not named stays as it is."""
    answer = await control.post(
        "/settings",
        json={
            "latency": 1,
            "transit_as_draft": True,
            "limits": {"concurrency": 2},
            "tokens": {"refresh_in": 10},
        },
    )

    shown = (await control.get("/settings")).json()
    assert answer.json() == shown
    assert sandbox.settings.latency == 1.0
    assert sandbox.settings.transit_as_draft
    assert sandbox.limits.concurrency == 2
    assert sandbox.tokens.refresh_in == 10
    assert shown["transit"] == 0.0
    assert shown["limits"]["requests"] == 10_000
    assert shown["tokens"]["expires_in"] == 3599
    await control.post("/settings", json={"tokens": {"refresh_in": None}})
    await control.post("/settings", json={"transit": 2.5})
    after = sandbox.settings, sandbox.tokens

    assert after[0].transit == 2.5
    assert after[1].refresh_in is None


async def test_tokens_are_revoked(
    control: httpx.AsyncClient, graph: httpx.AsyncClient
) -> None:
    """All tokens can be made worthless."""
    answer = await control.post("/tokens/revoke")

    assert answer.status_code == 204
    assert (await graph.get(ADA)).status_code == 401


async def test_a_reset_returns_to_the_start(
    sandbox: Sandbox, control: httpx.AsyncClient, graph: httpx.AsyncClient
) -> None:
    """Mail, settings, faults and records are as new; tokens stay good."""
    before = (await control.get("/")).json()
    await control.post(
        "/settings",
        json={
            "latency": 9,
            "limits": {"concurrency": 1},
            "tokens": {"expires_in": 9, "refresh_in": 5},
        },
    )
    await control.post("/faults", json={"status": 503})
    sandbox.deliver(ADA_ADDRESS)
    await graph.get(f"{ADA}/messages")

    answer = await control.post("/reset")

    after = (await control.get("/")).json()
    assert answer.status_code == 204
    assert after == before | {"calls": 0}
    assert sandbox.calls == []
    assert (await graph.get(f"{ADA}/messages")).status_code == 200
