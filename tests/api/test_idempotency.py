"""Idempotency keys, over the whole service."""

import asyncio
from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.support.service import Service

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database_url")]

SENDS = "/v1/mailboxes/ada@contoso.example/sends"
MAIL: dict[str, Any] = {
    "to": [{"address": "grace@contoso.example"}],
    "subject": "Keyed",
}


def sent(sandbox: Sandbox) -> int:
    messages = sandbox.mailbox("ada@contoso.example").sent()
    return [m["subject"] for m in messages].count("Keyed")


async def test_the_answer_is_replayed(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Same key, same body: the same answer, and nothing is sent again."""
    headers = {"Idempotency-Key": '"a-key"'}
    first = await client.post(SENDS, json=MAIL, headers=headers)
    calls = len(sandbox.calls)
    second = await client.post(
        SENDS, json=MAIL, headers={"Idempotency-Key": "a-key"}
    )

    assert second.status_code == first.status_code == 201
    assert second.content == first.content
    assert second.headers["location"] == first.headers["location"]
    assert second.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert len(sandbox.calls) == calls
    assert sent(sandbox) == 1


async def test_a_hundred_at_once_send_once(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """100 concurrent requests with one key: one effect, one answer."""
    sandbox.settings.latency = 0.2
    headers = {"Idempotency-Key": "all-at-once"}
    answers = await asyncio.gather(
        *(client.post(SENDS, json=MAIL, headers=headers) for _ in range(100))
    )

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sent(sandbox) == 1


async def test_another_body_is_refused(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Same key, another body or path: 422, and nothing is done."""
    headers = {"Idempotency-Key": "mine"}
    await client.post(SENDS, json=MAIL, headers=headers)
    other_body = await client.post(
        SENDS, json={**MAIL, "subject": "Other"}, headers=headers
    )
    other_path = await client.post(
        SENDS.replace("/sends", "/messages"), json=MAIL, headers=headers
    )

    assert other_body.status_code == other_path.status_code == 422
    assert other_body.json()["code"] == "idempotency-key-reused"
    assert sent(sandbox) == 1


async def test_tenants_have_keys_of_their_own(
    client: httpx.AsyncClient,
) -> None:
    """The same key in another tenant is another key."""
    headers = {"Idempotency-Key": "shared"}
    mine = await client.post(SENDS, json=MAIL, headers=headers)
    theirs = await client.post(
        "/v1/mailboxes/linus@fabrikam.example/sends",
        json=MAIL,
        headers={**headers, "Exchange-Tenant": "fabrikam"},
    )

    assert mine.status_code == theirs.status_code == 201
    assert "idempotent-replayed" not in theirs.headers


async def test_who_waits_too_long_is_told(
    service: Service, sandbox: Sandbox
) -> None:
    """A second request with little time: 409, come back; then the answer."""
    sandbox.settings.latency = 2.0
    headers = {"Idempotency-Key": "slow"}
    first = asyncio.create_task(
        service.client.post(SENDS, json=MAIL, headers=headers)
    )
    await service.clock.sleep(0.5)
    second = await service.client.post(
        SENDS, json=MAIL, headers={**headers, "Prefer": "wait=1"}
    )
    done = await first
    third = await service.client.post(SENDS, json=MAIL, headers=headers)

    assert second.status_code == 409
    assert second.json()["code"] == "idempotency-key-in-use"
    assert second.headers["retry-after"] == "1"
    assert done.status_code == 201
    assert third.content == done.content


async def test_a_final_refusal_is_kept(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """What Exchange refuses for good is refused again without asking."""
    mail = {**MAIL, "to": [{"address": "x@invalid.example"}]}
    headers = {"Idempotency-Key": "bad"}
    first = await client.post(SENDS, json=mail, headers=headers)
    calls = len(sandbox.calls)
    second = await client.post(SENDS, json=mail, headers=headers)

    assert first.status_code == second.status_code == 422
    assert first.json()["code"] == "recipients-rejected"
    assert first.json()["outcome"] == "not_performed"
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert len(sandbox.calls) == calls


async def test_a_refused_message_leaves_no_draft(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """What could not be sent does not lie about in Drafts."""
    mailbox = sandbox.mailbox("ada@contoso.example")
    drafts = len(mailbox.inside("drafts"))
    await client.post(
        SENDS, json={**MAIL, "to": [{"address": "x@invalid.example"}]}
    )

    assert len(mailbox.inside("drafts")) == drafts


async def test_invalid_input_burns_no_key(client: httpx.AsyncClient) -> None:
    """A request that never began leaves its key unused."""
    headers = {"Idempotency-Key": "precious"}
    refused = await client.post(SENDS, json={"to": []}, headers=headers)
    answer = await client.post(SENDS, json=MAIL, headers=headers)

    assert refused.status_code == 422
    assert answer.status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, '""', "tab\there"])
async def test_a_malformed_key_is_refused(
    client: httpx.AsyncClient, sandbox: Sandbox, key: str
) -> None:
    """A key is 1 to 255 visible ASCII characters."""
    answer = await client.post(
        SENDS, json=MAIL, headers={"Idempotency-Key": key}
    )

    assert answer.status_code == 400
    assert answer.json()["code"] == "malformed-request"
    assert sent(sandbox) == 0


async def test_a_caller_that_leaves_changes_nothing(
    service: Service, sandbox: Sandbox
) -> None:
    """The work goes on when the caller is gone; the key finds its answer."""
    sandbox.settings.latency = 1.0
    headers = {"Idempotency-Key": "impatient"}
    leaving = asyncio.create_task(
        service.client.post(SENDS, json=MAIL, headers=headers)
    )
    await service.clock.sleep(1.5)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    answer = await service.client.post(SENDS, json=MAIL, headers=headers)

    assert answer.status_code == 201
    assert answer.headers["idempotent-replayed"] == "true"
    assert sent(sandbox) == 1


async def test_drafts_are_written_once(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """A draft that Graph made without saying so is found, not made again."""
    mailbox = sandbox.mailbox("ada@contoso.example")
    before = len(mailbox.inside("drafts"))
    sandbox.faults.add(
        Fault(
            method="POST",
            route="/users/{mailbox}/messages",
            reset="after",
            times=1,
        )
    )
    answer = await client.post(
        SENDS.replace("/sends", "/messages"), json={"subject": "Once"}
    )

    assert answer.status_code == 201
    assert len(mailbox.inside("drafts")) == before + 1
