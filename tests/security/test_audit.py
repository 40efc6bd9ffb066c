"""What is written down of who changed what."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.callers.caller import Caller
from app.callers.identity import Credentials, Identity, User, everybody
from app.callers.permissions import PERMISSIONS
from app.models.context import Assertion, InMailbox
from app.routers.guarded import GuardedRoute
from app.sandbox import Fault, Sandbox
from tests.support.callers import api_key
from tests.support.service import Service, settings_for, started
from tests.support.visitor import Visitor

pytestmark = pytest.mark.anyio

ADA = "/v1/mailboxes/ada@contoso.example"
LETTER = {"to": [{"address": "grace@contoso.example"}], "subject": "Lunch?"}
KEY = {"X-API-Key": "k"}
# They demand a role for more than reading, and only tell.
READS = {"get_send", "exchange", "status_stream", "get_state"}
READS |= {"list_errors", "get_outbox"}


def audited(service: Service, *, outbox: bool = False) -> list[dict[str, Any]]:
    """Return what requests have left; or what the outbox has."""
    return [
        event
        for event in service.events("audit")
        if event["operation"].startswith("outbox.") is outbox
    ]


@pytest.fixture
async def closed(tmp_path: Path, sandbox: Sandbox) -> AsyncIterator[Service]:
    """The service, for who has a key."""
    keys = [
        api_key("k"),
        api_key("poor", name="poor", roles=["mail.read"]),
        api_key("near", name="near", mailboxes=["grace@contoso.example"]),
    ]
    settings = settings_for(tmp_path, auth_mode="api_key", api_keys=keys)
    async with started(settings, sandbox) as service:
        yield service


@pytest.mark.parametrize("key", [None, "k"])
async def test_each_write_is_told_once_and_no_read(
    closed: Service, key: str | None
) -> None:
    """All operations, whether their callers are let in or not."""
    writes = {
        name
        for name, roles in PERMISSIONS.items()
        if any(not role.endswith(".read") for role in roles)
    }
    for route in closed.app.routes:
        if not isinstance(route, GuardedRoute) or not route.methods:
            continue
        [method] = route.methods
        if route.name == "status_stream" and key == "k":
            # It never ends.
            continue
        path = route.path.replace("{mailbox}", "ada@contoso.example")
        headers = {"X-Request-ID": route.name}
        if key is not None:
            headers["X-API-Key"] = key
        path = path.replace("{", "").replace("}", "")
        await closed.client.request(method, path, headers=headers)
    told = [(e["request_id"], e["operation"]) for e in audited(closed)]

    assert sorted(told) == sorted((n, n) for n in writes - READS)


async def test_it_tells_who_did_what(service: Service) -> None:
    """Once: what was made, and by which ids it can be found again."""
    headers = {"X-Request-ID": "r-1", "Idempotency-Key": "k-1"}
    for _ in range(2):
        made = await service.client.post(
            f"{ADA}/messages", json=LETTER, headers=headers
        )
    message = made.json()["id"]
    await service.client.delete(f"{ADA}/messages/{message}")
    first, again, gone = audited(service)
    [call] = service.events("http.access")[:1]

    assert first.pop("timestamp")
    mailbox = first.pop("mailbox_hash")
    assert first == {
        "level": "info",
        "event": "audit",
        "request_id": "r-1",
        "operation": "create_draft",
        "caller": "anybody",
        "tenant": "contoso",
        "made": message,
        "outcome": "performed",
        "status": 201,
    }
    assert call["request_id"] == "r-1"
    assert again["replayed"] is True
    assert again["made"] == message
    assert gone["target"] == [message]
    assert gone["mailbox_hash"] == mailbox
    assert gone["outcome"] == "performed"
    assert "ada@" not in service.log.getvalue()


async def test_a_person_is_told_by_a_hash(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """Beside the application that calls for that person."""
    person = User(
        object_id="7b1c2d3e-0000-4000-8000-00000000ada0",
        names=frozenset({"ada@contoso.example"}),
        assertion=Assertion(token="t" * 40, digest="d" * 64, expires_at=9e9),
    )

    async def authenticate(credentials: Credentials) -> Identity:
        anybody = await everybody(["contoso"])(credentials)
        return replace(anybody, caller=Caller("frontend"), user=person)

    async with started(
        settings_for(tmp_path), sandbox, authenticate=authenticate
    ) as service:
        await service.client.post(
            "/v1/mailboxes/grace@contoso.example/messages", json=LETTER
        )
        [told] = audited(service)
        log = service.log.getvalue()

    assert told["caller"] == "frontend"
    assert len(told["user"]) == 16
    assert told["code"] == "caller-forbidden"
    assert person.object_id not in log
    assert person.assertion.token not in log


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        pytest.param(
            {},
            {"status": 401, "code": "caller-unauthenticated"},
            marks=pytest.mark.attack(
                "A write without credentials",
                "401, and an audit event without a caller",
            ),
        ),
        pytest.param(
            {"X-API-Key": "poor"},
            {"status": 403, "code": "caller-forbidden", "caller": "poor"},
            marks=pytest.mark.attack(
                "A write without the role for it",
                "403, and an audit event that names the caller",
            ),
        ),
        pytest.param(
            {"X-API-Key": "near"},
            {"status": 403, "code": "caller-forbidden", "caller": "near"},
            marks=pytest.mark.attack(
                "A write to a mailbox that the caller may not use",
                "403, and an audit event with the mailbox's hash",
            ),
        ),
    ],
)
async def test_an_attempt_is_told_too(
    closed: Service, headers: dict[str, str], told: dict[str, Any]
) -> None:
    """Who was refused has left a trace, as clear as of what was done."""
    path = f"{ADA}/messages/AAk%2Fb=/move"
    body = {"folder_id": "archive"}
    await closed.client.post(path, json=body, headers=headers)
    await closed.client.post(path, json=body, headers=KEY)
    refused, done = audited(closed)

    assert {name: refused.get(name) for name in ("caller", *told)} == (
        {"caller": None} | told
    )
    assert refused["operation"] == done["operation"] == "move_message"
    assert refused["target"] == done["target"] == ["AAk/b="]
    assert refused["mailbox_hash"] == done["mailbox_hash"]
    assert refused["outcome"] == "not_performed"


@pytest.mark.attack(
    "An address, a line break and a forged event in place of an id",
    "An audit event with - in its place, on one line",
)
async def test_what_is_no_id_is_not_told(closed: Service) -> None:
    """A caller may put anything into a path, and fill the log with it."""
    for part in (
        "eve@contoso.example",
        "a%0A%7B%22event%22:%22audit%22%7D",
        "x" * 600,
    ):
        await closed.client.delete(f"{ADA}/messages/{part}", headers=KEY)

    assert [event["target"] for event in audited(closed)] == [["-"]] * 3
    assert "eve@" not in closed.log.getvalue()
    assert "xxxx" not in closed.log.getvalue()


async def test_a_caller_that_leaves_changes_nothing(service: Service) -> None:
    """The write goes on, and is told when it has ended."""
    service.sandbox.faults.add(Fault(delay=2, route="/users/*", times=1))
    visitor = Visitor(
        service=service, path=f"{ADA}/messages", method="POST", body=LETTER
    )
    visit = visitor.visit()
    await service.clock.sleep(1)
    visitor.leave()
    before = audited(service)
    await visit
    [told] = audited(service)

    assert before == []
    assert told["outcome"] == "performed"


@pytest.mark.parametrize("is_sent", [False, True], ids=["half", "whole"])
async def test_a_write_that_is_cut_off_is_told(
    service: Service, *, is_sent: bool
) -> None:
    """Nothing was done of half a request; of a whole one, nobody knows."""
    service.sandbox.faults.add(Fault(hang=True, route="/users/*"))
    visitor = Visitor(
        service=service,
        path=f"{ADA}/messages",
        method="POST",
        body=LETTER,
        is_whole=is_sent,
    )
    visit = visitor.visit()
    await service.clock.sleep(1)
    if is_sent:
        # As servers do with what has not ended when they must.
        visit.cancel()
    else:
        visitor.leave()
    await asyncio.gather(visit, return_exceptions=True)
    [told] = audited(service)

    assert told["outcome"] == ("unknown" if is_sent else "not_performed")
    assert told.get("status") == (None if is_sent else 499)


@pytest.mark.parametrize("calls", [0, 1])
async def test_what_nobody_thought_of_is_told(
    service: Service, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    """The answer is 500; if Graph was asked, nobody knows what was done."""

    async def broken(where: InMailbox, *_: object) -> None:
        where.context.costs.graph_calls = calls
        raise RuntimeError

    monkeypatch.setattr(service.state.drafts, "create_draft", broken)
    await service.client.post(f"{ADA}/messages", json=LETTER)
    [told] = audited(service)

    assert (told["status"], told["code"]) == (500, "internal-error")
    assert told["outcome"] == ("unknown" if calls else "not_performed")


async def test_what_the_outbox_does_is_told_by_its_id(
    service: Service,
) -> None:
    """202, later sent or taken back: tied to who handed it in."""
    sent = await service.client.post(
        f"{ADA}/sends", json=LETTER, headers={"Prefer": "respond-async"}
    )
    await service.clock.sleep(5)
    at = f"{service.sandbox.now.year + 1}-01-01T00:00:00Z"
    later = await service.client.post(
        f"{ADA}/sends", json=LETTER | {"send_at": at}
    )
    await service.client.delete(later.headers["location"])
    ended = audited(service, outbox=True)
    accepted = audited(service)

    assert [event["outcome"] for event in accepted[:1]] == ["accepted"]
    assert [e["operation"] for e in ended] == [
        "outbox.sent",
        "outbox.cancelled",
    ]
    assert ended[0]["target"] == [accepted[0]["made"]] == [sent.json()["id"]]
    assert ended[1]["target"] == accepted[-1]["target"]
    assert [event["outcome"] for event in ended] == [
        "performed",
        "not_performed",
    ]


@pytest.mark.attack(
    "Many messages are removed by one request that names them in its body",
    "An audit event with the id of each, and those that were left",
)
async def test_many_changes_are_told_by_their_ids(service: Service) -> None:
    """Those of which nobody could say that it was done are told apart."""
    ids = [
        service.sandbox.deliver("ada@contoso.example", subject="Lunch?")
        for _ in range(3)
    ]
    marked: dict[str, Any] = {"action": "update", "patch": {"is_read": True}}
    for items in (
        [{"id": ids[0], "action": "purge"}],
        [{"id": one, **marked} for one in ids],
    ):
        await service.client.post(
            f"{ADA}/messages/bulk", json={"items": items}
        )
    gone, done = audited(service)

    assert (gone["target"], gone.get("undone")) == (ids[:1], None)
    assert done["target"] == ids
    assert done["undone"] == ids[:1]
    assert (done["outcome"], done["status"]) == ("see_parts", 207)


async def test_operators_are_told_of_too(service: Service) -> None:
    """With the mailbox that they name in the body, as a hash."""
    body = {"tenant": "contoso", "mailbox": "Ada@contoso.example"}
    await service.client.post("/ops/cache/purge", json=body)
    await service.client.post(
        "/ops/cache/purge", json=body | {"tenant": "nobody"}
    )
    await service.client.post("/ops/breakers/contoso/mail-read/reset")
    purged, wrong, reset = audited(service)

    assert (purged["operation"], purged["tenant"]) == (
        "purge_cache",
        "contoso",
    )
    assert len(purged["mailbox_hash"]) == 16
    assert "tenant" not in wrong
    assert wrong["outcome"] == "not_performed"
    assert reset["target"] == ["mail-read"]
    assert reset["outcome"] == "performed"


async def test_it_is_one_line_of_json(service: Service) -> None:
    """What ships logs needs to know nothing else."""
    await service.client.post("/ops/tokens/contoso/drop")
    lines = service.log.getvalue().splitlines()

    assert [json.loads(line)["event"] for line in lines].count("audit") == 1
