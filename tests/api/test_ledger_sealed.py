"""What is in the ledger tells nothing to those who find it."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.support.ledger import Place
from tests.support.service import started

pytestmark = pytest.mark.anyio

ADA = "/v1/mailboxes/ada@contoso.example"
SEND = "/users/*/messages/*/send"
CANARIES = (
    b"ada@contoso.example",
    b"grace@contoso.example",
    b"nobody@contoso.example",
    b"canary",
    b"Canary",
)
MAIL = {
    "to": [{"address": "grace@contoso.example", "name": "Canary"}],
    "subject": "canary-subject",
    "body": {"content": "canary-body"},
}


async def _write_all_kinds(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> list[int]:
    """Let the ledger have something of everything that it keeps."""
    later = (sandbox.now + timedelta(days=1)).isoformat()
    asked: tuple[tuple[str, dict[str, Any]], ...] = (
        ("sends", MAIL),
        ("sends", {**MAIL, "send_at": later}),
        ("sends", {**MAIL, "subject": "canary refused"}),
        ("messages", MAIL),
        ("contacts", {"given_name": "canary"}),
        ("folders", {"name": "canary", "parent": "canary"}),
    )
    statuses = []
    for number, (path, body) in enumerate(asked):
        key = {"Idempotency-Key": f"canary-key-{number}"}
        if body.get("subject") == "canary refused":
            sandbox.faults.add(Fault(route=SEND, status=403, times=1))
        answer = await client.post(f"{ADA}/{path}", json=body, headers=key)
        statuses.append(answer.status_code)
    return statuses


async def test_names_and_contents_are_not_in_it(
    place: Place, sandbox: Sandbox
) -> None:
    """No address, no key, nothing that was written: in no row and no file."""
    async with started(place.settings(), sandbox) as service:
        statuses = await _write_all_kinds(service.client, sandbox)
        while_running = await place.contents()
    afterwards = await place.contents()

    assert statuses == [201, 202, 403, 201, 201, 404]
    assert len(while_running) > 1000
    assert [it for it in CANARIES if it in while_running + afterwards] == []
