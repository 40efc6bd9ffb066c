"""What is sent for users goes out with their rights, or not at all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.ledger.sends import SendLedger
from app.sandbox import Fault, Sandbox
from tests.security.delegated.people import (
    ADA,
    GRACE,
    ME,
    bearer,
    object_id,
    person,
)
from tests.support.issuing import entra_settings
from tests.support.ledger import Place
from tests.support.service import Service, started

pytestmark = pytest.mark.anyio

SENDS = f"{ME}/sends"
DOWN = Fault(route="/users/*", status=503)
CLAIMS = '{"access_token":{"polids":{"essential":true,"values":["9ab0"]}}}'
AT_ONCE = {"Prefer": "respond-async"}


def letter(subject: str = "Of Ada", **more: Any) -> dict[str, Any]:
    return {"to": [{"address": GRACE}], "subject": subject, **more}


def sent(sandbox: Sandbox) -> list[str]:
    """Return the subjects that were sent from Ada's mailbox in a test."""
    subjects = [m["subject"] for m in sandbox.mailbox(ADA).sent()]
    return [subject for subject in subjects if subject.startswith("Of ")]


def by_app(sandbox: Sandbox) -> list[str]:
    """Return what was asked of mailboxes with the app's own rights."""
    return [c.route for c in sandbox.calls if c.mailbox and c.user is None]


def later(service: Service, **spans: float) -> str:
    moment = service.clock.wall() + timedelta(**spans)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@asynccontextmanager
async def again(
    data_dir: Path, sandbox: Sandbox, url: str | None = None
) -> AsyncIterator[Service]:
    """Start the service once more on the same ledger."""
    outbox = {"give_up_after": 1500}
    settings = entra_settings(data_dir, outbox=outbox, database_url=url)
    async with started(settings, sandbox) as running:
        yield running


async def test_sent_with_the_users_rights(
    service: Service, sandbox: Sandbox
) -> None:
    """In every way there is; nothing of it is done with the app's."""
    client, ada = service.client, person(sandbox)
    question = sandbox.deliver(ADA, subject="Of Grace")
    draft = await client.post(f"{ME}/messages", json=letter(), headers=ada)
    answers = [
        await client.post(SENDS, json=letter(), headers=ada),
        await client.post(
            f"{ME}/messages/{draft.json()['id']}/send", headers=ada
        ),
        await client.post(
            f"{ME}/messages/{question}/reply", json={"send": True}, headers=ada
        ),
    ]

    assert [answer.json()["status"] for answer in answers] == ["sent"] * 3
    assert all(a.headers["location"].startswith(SENDS) for a in answers)
    assert by_app(sandbox) == []


async def test_what_was_promised_goes_out_after_an_outage(
    service: Service, sandbox: Sandbox
) -> None:
    """With the token that the user left here, in the order of hand-in."""
    client, ada = service.client, person(sandbox)
    fault = sandbox.faults.add(DOWN)
    places = [
        (
            await client.post(
                SENDS, json=letter(f"Of {n}"), headers=ada | AT_ONCE
            )
        ).headers["location"]
        for n in range(2)
    ]
    await service.clock.sleep(600)
    sandbox.faults.remove(fault)
    sandbox.settings.latency = 1
    await service.clock.sleep(120)
    ends = [await client.get(place, headers=ada) for place in places]

    assert [end.json()["status"] for end in ends] == ["sent", "sent"]
    assert sent(sandbox)[::-1] == ["Of 0", "Of 1"]
    assert by_app(sandbox) == []


@pytest.mark.attack(
    "What a user handed in, carried on when the user's token is gone",
    "it waits and is never sent with the rights of the app",
)
async def test_without_a_token_it_waits_for_the_user(
    tmp_path: Path, sandbox: Sandbox, database_url: str | None
) -> None:
    """A restart forgets tokens: it goes on, once, when the user is back."""
    async with again(tmp_path, sandbox, database_url) as service:
        fault = sandbox.faults.add(DOWN)
        ada = person(sandbox)
        headers = ada | AT_ONCE | {"Idempotency-Key": "one"}
        made = await service.client.post(SENDS, json=letter(), headers=headers)
        place = made.headers["location"]
        await service.clock.sleep(5)
    sandbox.faults.remove(fault)
    async with again(tmp_path, sandbox, database_url) as service:
        client = service.client
        await client.get(
            f"/v1/mailboxes/{ADA}/messages", headers=bearer(sandbox)
        )
        await client.get(f"{ME}/messages", headers=person(sandbox, GRACE))
        await service.clock.sleep(1000)
        waiting = await client.get(place, headers=ada)
        desk = await service.state.outbox_desk.counts()
        before = sent(sandbox)
        await client.get(f"{ME}/messages", headers=ada)
        await service.clock.sleep(5)
        end = await client.get(place, headers=ada)
        replayed = await client.post(SENDS, json=letter(), headers=headers)

    problem = waiting.json()["problem"]
    assert waiting.json()["status"] == "queued"
    assert problem["code"] == "caller-unauthenticated"
    assert "again" in problem["action"]
    assert desk is not None
    assert (desk["queued"], desk["oldest_due"]) == (1, None)
    assert before == []
    assert end.json()["status"] == "sent"
    assert sent(sandbox) == ["Of Ada"]
    assert replayed.headers["idempotent-replayed"] == "true"
    assert "/users/{mailbox}/messages/{id}/send" not in by_app(sandbox)


async def test_several_processes_of_which_one_has_the_token(
    tmp_path: Path, sandbox: Sandbox, database_url: str | None
) -> None:
    """That one carries it on, when it is due; the others let it be."""
    async with (
        again(tmp_path, sandbox, database_url) as one,
        again(tmp_path, sandbox, database_url) as service,
        again(tmp_path, sandbox, database_url) as another,
    ):
        client, ada = service.client, person(sandbox)
        fault = sandbox.faults.add(DOWN)
        made = await client.post(SENDS, json=letter(), headers=ada | AT_ONCE)
        await service.clock.sleep(300)
        sandbox.faults.remove(fault)
        await service.clock.sleep(61)
        end = await client.get(made.headers["location"], headers=ada)
        others = [each.events("send.deferred") for each in (one, another)]

    assert end.json()["status"] == "sent"
    assert sent(sandbox) == ["Of Ada"]
    assert others == [[], []]
    assert by_app(sandbox) == []


async def test_the_process_with_the_token_dies(
    place: Place, sandbox: Sandbox
) -> None:
    """Who is called by the user next sends it, once, as the claim ends."""
    async with again(place.data_dir, sandbox, place.url) as other:
        async with again(place.data_dir, sandbox, place.url) as service:
            fault = sandbox.faults.add(DOWN)
            ada = person(sandbox)
            made = await service.client.post(
                SENDS, json=letter(), headers=ada | AT_ONCE
            )
            await service.clock.sleep(20)
        where = made.headers["location"]
        sandbox.faults.remove(fault)
        async with place.database() as database:
            ledger = SendLedger(
                database, "dead", other.clock, capacity=9, tenants=["contoso"]
            )
            record = await ledger.find(where.rpartition("/")[2])
            assert record is not None
            await ledger.claim(record)
        called = await other.client.get(f"{ME}/messages", headers=ada)
        await other.clock.sleep(10)
        before = sent(sandbox)
        await other.clock.sleep(50)
        end = await other.client.get(where, headers=ada)

    assert called.status_code == 200
    assert before == []
    assert end.json()["status"] == "sent"
    assert sent(sandbox) == ["Of Ada"]
    assert by_app(sandbox) == []


async def test_who_never_comes_back_is_told_why(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """Given up in time, as failed: certainly not sent, and for this reason."""
    async with again(tmp_path, sandbox) as service:
        sandbox.faults.add(DOWN)
        headers = person(sandbox) | AT_ONCE
        made = await service.client.post(SENDS, json=letter(), headers=headers)
        place = made.headers["location"]
        await service.clock.sleep(5)
    sandbox.faults.clear()
    async with again(tmp_path, sandbox) as service:
        # Others than who had the token look after it every two minutes.
        await service.clock.sleep(1700)
        end = await service.client.get(place, headers=person(sandbox))

    assert end.json()["status"] == "failed"
    assert end.json()["outcome"] == "not_performed"
    assert end.json()["problem"]["code"] == "caller-unauthenticated"
    assert sent(sandbox) == []


async def test_a_user_who_waits_keeps_nobody_waiting(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """What the app sends from that mailbox does not stand behind it."""
    path = f"/v1/mailboxes/{object_id(sandbox, ADA)}/sends"
    async with again(tmp_path, sandbox) as service:
        fault = sandbox.faults.add(DOWN)
        headers = person(sandbox) | AT_ONCE
        await service.client.post(path, json=letter(), headers=headers)
        await service.clock.sleep(5)
    sandbox.faults.remove(fault)
    async with again(tmp_path, sandbox) as service:
        answer = await service.client.post(
            path, json=letter("Of the app"), headers=bearer(sandbox)
        )

    assert answer.json()["status"] == "sent"
    assert sent(sandbox) == ["Of the app"]


async def test_nothing_is_promised_beyond_the_users_token(
    service: Service, sandbox: Sandbox
) -> None:
    """Refused at once, and again when it is moved there; the app may."""
    client, ada = service.client, person(sandbox)
    soon, far = later(service, minutes=30), later(service, hours=2)
    refused = await client.post(SENDS, json=letter(send_at=far), headers=ada)
    made = await client.post(SENDS, json=letter(send_at=soon), headers=ada)
    place = made.headers["location"]
    moved = await client.patch(place, json={"send_at": far}, headers=ada)
    app = await client.post(
        f"/v1/mailboxes/{ADA}/sends",
        json=letter(send_at=far),
        headers=bearer(sandbox),
    )
    before = sent(sandbox)
    await service.clock.sleep(1900)
    end = await client.get(place, headers=ada)

    for answer in (refused, moved):
        assert (answer.status_code, answer.json()["code"]) == (
            501,
            "not-supported",
        )
        assert answer.json()["outcome"] == "not_performed"
    assert (made.status_code, app.status_code) == (202, 202)
    assert before == []
    assert end.json()["status"] == "sent"


@pytest.mark.parametrize("prefer", ["wait=20", "respond-async"])
async def test_a_key_goes_on_after_signing_in_again(
    service: Service, sandbox: Sandbox, prefer: str
) -> None:
    """A demand for claims is told at once, and never what a key is for."""
    client = service.client
    sandbox.faults.add(
        Fault(route="token", user=ADA, aadsts=50076, claims=CLAIMS, times=1)
    )
    headers = {"Idempotency-Key": "one", "Prefer": prefer}
    refused = await client.post(
        SENDS, json=letter(), headers=person(sandbox) | headers
    )
    ada = person(sandbox)
    made = await client.post(SENDS, json=letter(), headers=ada | headers)
    await service.clock.sleep(30)
    end = await client.get(made.headers["location"], headers=ada)

    assert (refused.status_code, refused.json()["code"]) == (
        401,
        "claims-required",
    )
    assert refused.json()["outcome"] == "not_performed"
    assert made.status_code in {201, 202}
    assert "idempotent-replayed" not in made.headers
    assert end.json()["status"] == "sent"
    assert sent(sandbox) == ["Of Ada"]


async def test_changes_in_bulk_go_on_after_signing_in_again(
    service: Service, sandbox: Sandbox
) -> None:
    """A whole that is half done is no answer to keep: the rest follows."""
    client, key = service.client, {"Idempotency-Key": "bulk"}
    ids = [sandbox.deliver(ADA, subject=f"Of {n}") for n in range(3)]
    items = [
        {"id": one, "action": "update", "patch": {"is_read": True}}
        for one in ids
    ]
    sandbox.faults.add(
        Fault(route="/users/*", method="PATCH", nth=2, claims=CLAIMS)
    )
    sandbox.faults.add(
        Fault(route="token", user=ADA, aadsts=50076, claims=CLAIMS, nth=2)
    )
    refused = await client.post(
        f"{ME}/messages/bulk",
        json={"items": items},
        headers=person(sandbox) | key,
    )
    done = await client.post(
        f"{ME}/messages/bulk",
        json={"items": items},
        headers=person(sandbox) | key,
    )

    assert (refused.status_code, refused.json()["code"]) == (
        401,
        "claims-required",
    )
    assert refused.json()["outcome"] != "performed"
    assert "claims=" in refused.headers["www-authenticate"]
    assert done.status_code == 207
    assert {item["status"] for item in done.json()["items"]} == {200}


@pytest.mark.attack(
    "Whoever reads the log, the ledger or a problem looks for users' tokens",
    "neither the user's own nor the one for Graph is in there",
)
async def test_tokens_are_told_nowhere(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """Not even of a send that waits, nor of one that failed."""
    async with again(tmp_path, sandbox) as service:
        client, ada = service.client, person(sandbox)
        await client.post(SENDS, json=letter(), headers=ada)
        sandbox.faults.add(DOWN)
        answers = [
            await client.post(SENDS, json=letter(), headers=ada | AT_ONCE),
            await client.get(f"{ME}/messages", headers=ada),
        ]
        sandbox.faults.add(Fault(route="token", user=ADA, aadsts=500133))
        other = person(sandbox)
        answers.append(await client.get(f"{ME}/messages", headers=other))
        shown = [request.headers for request in service.network.requests]
        log = service.log.getvalue()
        states = repr(service.state)
    tokens = {each.get("Authorization") for each in (*shown, ada, other)}
    secrets = [text.removeprefix("Bearer ") for text in tokens if text]
    told = [log, states, *(f"{one.headers}{one.text}" for one in answers)]
    ledger = _contents(tmp_path)

    assert len(secrets) == 3
    assert ledger
    for secret in secrets:
        assert not any(secret in text for text in told)
        assert secret.encode() not in ledger


def _contents(data_dir: Path) -> bytes:
    """Return all bytes that the ledger has written."""
    return b"".join(f.read_bytes() for f in data_dir.glob("ledger.db*"))
