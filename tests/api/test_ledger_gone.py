"""The ledger is gone: nothing is begun, and everything else goes on."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.sandbox import Sandbox
from tests.support.ledger import Place, no_file_beyond
from tests.support.metering import Metering
from tests.support.service import settings_for, started

pytestmark = pytest.mark.anyio

ADDRESS = "ada@contoso.example"
ADA = f"/v1/mailboxes/{ADDRESS}"
MAIL = {"to": [{"address": "grace@contoso.example"}], "subject": "Quartz"}
LUNCH = {
    "subject": "Lunch",
    "start": {"date_time": "2027-02-01T12:00:00", "time_zone": "UTC"},
    "end": {"date_time": "2027-02-01T13:00:00", "time_zone": "UTC"},
}
READS = ("messages", "contacts", "folders", "calendars", "categories")
_ONCE = {"$ref": "#/components/parameters/Idempotency-Key"}
KEY = {"Idempotency-Key": "k"}

Write = tuple[str, Any]


def _writes(document: dict[str, Any]) -> Iterator[Write]:
    """Yield all that is done once: each path, with the body of its example."""
    for path, operations in document["paths"].items():
        operation = operations.get("post", {})
        if _ONCE not in operation.get("parameters", ()):
            continue
        content = operation.get("requestBody", {}).get("content", {})
        yield path, content.get("application/json", {}).get("example")


async def _ids(client: httpx.AsyncClient) -> dict[str, str]:
    """Return what stands for the parameters in paths."""
    messages = await client.get(f"{ADA}/messages")
    event = await client.post(f"{ADA}/events", json=LUNCH)
    return {
        "mailbox": ADDRESS,
        "message": messages.json()["items"][0]["id"],
        "event": event.json()["id"],
    }


def _told(answer: httpx.Response) -> tuple[int, str, str, bool]:
    problem = answer.json()
    return (
        answer.status_code,
        problem.get("code"),
        problem.get("outcome"),
        "retry-after" in answer.headers,
    )


REFUSED = (503, "ledger-unavailable", "not_performed", True)


def _changes(sandbox: Sandbox) -> list[str]:
    """Return what Graph was asked to change."""
    return [
        f"{call.method} {call.route}"
        for call in sandbox.calls
        if call.method != "GET" and call.route not in {"token", "/$batch"}
    ]


def _health(answer: httpx.Response) -> tuple[int, str, Any]:
    health = answer.json()
    return (
        answer.status_code,
        health["status"],
        health["checks"]["ledger"][0].get("output"),
    )


WELL = (200, "pass", None)
DEGRADED = (200, "warn", "ledger-unavailable")


async def test_nothing_is_begun_that_cannot_be_written_down(
    place: Place, sandbox: Sandbox
) -> None:
    """Every POST that writes is refused and Graph asked for no change."""
    async with started(place.settings(), sandbox) as service:
        client = service.client
        ids = await _ids(client)
        writes = list(_writes(service.app.openapi()))
        before = await client.post(f"{ADA}/sends", json=MAIL, headers=KEY)
        # The ledger is taken to be there for a moment after it was.
        await service.clock.sleep(2)
        begun = _changes(sandbox)
        refused, read = {}, {}
        with place.away():
            for number, (path, body) in enumerate(writes):
                for key in ({}, {"Idempotency-Key": f"k{number}"}):
                    answer = await client.post(
                        path.format(**ids), json=body, headers=key
                    )
                    refused[path, *key] = _told(answer)
            for path in READS:
                answer = await client.get(f"{ADA}/{path}")
                read[path] = answer.status_code
            degraded = await client.get("/health/ready")
        changed = _changes(sandbox)
        again = await client.post(f"{ADA}/sends", json=MAIL, headers=KEY)
        new = await client.post(f"{ADA}/sends", json=MAIL)
        well = await client.get("/health/ready")

    assert len(writes) >= 19
    assert {what: how for what, how in refused.items() if how != REFUSED} == {}
    assert set(read.values()) == {200}
    assert changed == begun
    assert (_health(degraded), _health(well)) == (DEGRADED, WELL)
    assert (before.status_code, new.status_code) == (201, 201)
    assert again.headers["idempotent-replayed"] == "true"
    messages = sandbox.mailbox(ADDRESS).sent()
    assert [m["subject"] for m in messages].count("Quartz") == 2


async def test_it_starts_without_its_ledger(
    place: Place, sandbox: Sandbox
) -> None:
    """It reads from the start, and writes when the ledger has come."""
    place.hinder()
    async with started(place.settings(), sandbox) as service:
        client = service.client
        read = await client.get(f"{ADA}/messages")
        refused = await client.post(f"{ADA}/sends", json=MAIL, headers=KEY)
        degraded = await client.get("/health/ready")
        place.let_come()
        sent = await client.post(f"{ADA}/sends", json=MAIL, headers=KEY)
        well = await client.get("/health/ready")

    assert read.status_code == 200
    assert _told(refused) == REFUSED
    assert sent.status_code == 201
    assert (_health(degraded), _health(well)) == (DEGRADED, WELL)


async def test_a_full_disk_is_told(tmp_path: Path, sandbox: Sandbox) -> None:
    """What cannot be written down is not begun, and done when it can be."""
    async with started(settings_for(tmp_path), sandbox) as service:
        client = service.client
        await client.post(f"{ADA}/folders", json={"name": "Before"})
        begun = _changes(sandbox)
        with no_file_beyond(0):
            refused = await client.post(f"{ADA}/sends", json=MAIL, headers=KEY)
            read = await client.get(f"{ADA}/messages")
            degraded = await client.get("/health/ready")
        changed = _changes(sandbox)
        sent = await client.post(f"{ADA}/sends", json=MAIL, headers=KEY)
        well = await client.get("/health/ready")

    assert _told(refused) == REFUSED
    assert refused.json()["detail"].startswith("The storage of the ledger")
    assert changed == begun
    assert read.status_code == 200
    assert sent.status_code == 201
    assert (_health(degraded), _health(well)) == (DEGRADED, WELL)
    messages = sandbox.mailbox(ADDRESS).sent()
    assert [m["subject"] for m in messages].count("Quartz") == 1


async def test_what_waits_is_sent_when_the_ledger_is_back(
    place: Place, sandbox: Sandbox
) -> None:
    """Due while the ledger is gone: sent once, soon after it is there."""
    due = (sandbox.now + timedelta(seconds=60)).isoformat()
    metering = Metering()
    async with started(
        place.settings(), sandbox, providers=metering.providers
    ) as service:
        client, clock = service.client, service.clock
        queued = await client.post(
            f"{ADA}/sends", json={**MAIL, "send_at": due}
        )
        await clock.sleep(30)
        with place.away():
            await clock.sleep(3600)
            while_gone = sandbox.mailbox(ADDRESS).sent()
            gone = metering.value("exchange.ledger.available")
        await clock.sleep(30)
        back = metering.value("exchange.ledger.available")

    assert queued.status_code == 202
    assert "Quartz" not in [m["subject"] for m in while_gone]
    messages = sandbox.mailbox(ADDRESS).sent()
    assert [m["subject"] for m in messages].count("Quartz") == 1
    assert len(service.events("ledger.lost")) == 1
    assert len(service.events("ledger.back")) == 1
    assert (gone, back) == (0, 1)
