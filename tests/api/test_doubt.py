"""Writes of which Graph does not say what became of them."""

import asyncio
from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.support.network import Carry
from tests.support.service import Service

pytestmark = pytest.mark.anyio

ADDRESS = "ada@contoso.example"
ADA = f"/v1/mailboxes/{ADDRESS}"
MESSAGES = f"{ADA}/messages"
SENDS = f"{ADA}/sends"
MESSAGE = "/users/{mailbox}/messages/{id}"
MAIL: dict[str, Any] = {
    "to": [{"address": "grace@contoso.example"}],
    "subject": "In doubt",
}


def copies(sandbox: Sandbox) -> int:
    sent = sandbox.mailbox(ADDRESS).sent()
    return sum(message["subject"] == MAIL["subject"] for message in sent)


async def newest(client: httpx.AsyncClient) -> tuple[str, Any]:
    """Return the path of the newest message, and the message."""
    listed = await client.get(MESSAGES, params={"limit": 1})
    [message] = listed.json()["items"]
    path = f"{MESSAGES}/{message['id']}"
    return path, (await client.get(path)).json()


async def test_a_doubt_lasts_until_somebody_has_looked(
    service: Service, sandbox: Sandbox
) -> None:
    """A look that fails does not turn what may be sent into what is not."""
    sandbox.settings.transit = 40
    sandbox.settings.transit_as_draft = True
    sandbox.faults.add(
        Fault(route="*/send", status=504, after_work=True, times=1)
    )
    headers = {"Idempotency-Key": "k", "Prefer": "wait=12"}
    first = await service.client.post(SENDS, json=MAIL, headers=headers)
    service.network.down = True
    second = await service.client.post(SENDS, json=MAIL, headers=headers)
    other = {**MAIL, "subject": "Another"}
    reused = await service.client.post(SENDS, json=other, headers=headers)
    service.network.down = False
    await service.client.post(SENDS, json=MAIL, headers=headers)
    await service.clock.sleep(100)
    await service.client.get(MESSAGES)

    assert first.json()["outcome"] == second.json()["outcome"] == "unknown"
    assert reused.status_code == 422
    assert copies(sandbox) == 1


async def test_a_draft_that_comes_late_is_not_sent_too(
    service: Service, sandbox: Sandbox
) -> None:
    """Of two drafts of one request, the one that was sent counts."""
    late: list[asyncio.Task[httpx.Response]] = []

    async def slow(request: httpx.Request, carry: Carry) -> httpx.Response:
        is_draft = request.url.path.endswith("/messages")
        if request.method != "POST" or not is_draft or late:
            return await carry(request)

        async def after_a_while() -> httpx.Response:
            await service.clock.sleep(20)
            return await carry(request)

        late.append(asyncio.create_task(after_a_while()))
        return await asyncio.shield(late[0])

    service.network.between = slow
    sandbox.faults.add(
        Fault(route="*/send", hang=True, after_work=True, times=1)
    )
    headers = {"Idempotency-Key": "k", "Prefer": "wait=22"}
    first = await service.client.post(SENDS, json=MAIL, headers=headers)
    await late[0]
    await service.clock.sleep(100)

    assert first.status_code == 202
    assert first.json()["outcome"] == "unknown"
    assert copies(sandbox) == 1


async def test_a_draft_that_is_gone_was_sent(
    service: Service, sandbox: Sandbox
) -> None:
    """In transit it is nowhere; that is no reason to say it never was."""
    client = service.client
    draft = (await client.post(MESSAGES, json=MAIL)).json()
    sandbox.settings.transit = 60
    sandbox.faults.add(
        Fault(route="*/send", hang=True, after_work=True, times=1)
    )
    headers = {"Idempotency-Key": "k", "Prefer": "wait=5"}
    path = f"{MESSAGES}/{draft['id']}/send"
    first = await client.post(path, headers=headers)
    await service.clock.sleep(30)
    stages = [event["stage"] for event in service.events("send.advanced")]

    assert first.status_code == 202
    assert first.json()["outcome"] == "unknown"
    assert stages[-1] == "verifying"


async def test_a_proxy_s_404_proves_nothing(
    service: Service, sandbox: Sandbox
) -> None:
    """What Graph did not say itself does not make a mail sent."""
    sandbox.faults.add(Fault(route="*/send", reset="before", times=1))
    sandbox.faults.add(
        Fault(method="GET", route=MESSAGE, status=404, body="html")
    )
    answer = await service.client.post(SENDS, json=MAIL)

    assert answer.json()["outcome"] == "unknown"
    assert copies(sandbox) == 0


async def test_a_draft_that_cannot_be_looked_at_is_not_sent(
    service: Service, sandbox: Sandbox
) -> None:
    """Before it is sent, nothing is in doubt."""
    draft = (await service.client.post(MESSAGES, json=MAIL)).json()
    sandbox.faults.add(Fault(method="GET", route=MESSAGE, status=500))
    answer = await service.client.post(f"{MESSAGES}/{draft['id']}/send")

    assert answer.json()["outcome"] == "not_performed"
    assert copies(sandbox) == 0


@pytest.mark.parametrize("wish", ["", "only-if-cached"])
async def test_a_change_is_not_answered_from_before(
    service: Service, sandbox: Sandbox, wish: str
) -> None:
    """What is kept from before the change is not what it led to."""
    path, before = await newest(service.client)
    fault = Fault(method="GET", route=MESSAGE, status=503)
    if not wish:
        sandbox.faults.add(fault)
    answer = await service.client.patch(
        path,
        json={"is_read": not before["is_read"]},
        headers={"Cache-Control": wish},
    )

    if wish:
        assert answer.json()["is_read"] is not before["is_read"]
    else:
        assert answer.status_code == 503
        assert answer.json()["outcome"] == "performed"


async def test_a_draft_that_cannot_be_read_back_is_made_once(
    service: Service, sandbox: Sandbox
) -> None:
    """Its key is kept: for the same request, and for no other."""
    headers = {"Idempotency-Key": "k"}
    fault = sandbox.faults.add(Fault(method="GET", route=MESSAGE, status=503))
    first = await service.client.post(MESSAGES, json=MAIL, headers=headers)
    sandbox.faults.remove(fault)
    other = {**MAIL, "subject": "Another"}
    reused = await service.client.post(MESSAGES, json=other, headers=headers)
    again = await service.client.post(MESSAGES, json=MAIL, headers=headers)
    drafts = await service.client.get(MESSAGES, params={"folder": "drafts"})

    assert first.json()["outcome"] == "performed"
    assert reused.status_code == 422
    assert again.status_code == 201
    found = [i for i in drafts.json()["items"] if i["subject"] == "In doubt"]
    assert len(found) == 1


async def test_what_was_sent_is_in_the_next_list(
    service: Service, sandbox: Sandbox
) -> None:
    """A list kept while the mail was on its way is not as good as new."""
    sandbox.settings.transit = 1
    query: dict[str, Any] = {"folder": "sent", "limit": 5}

    async def poll() -> None:
        for _ in range(9):
            await service.client.get(MESSAGES, params=query)
            await service.clock.sleep(0.1)

    polling = asyncio.create_task(poll())
    answer = await service.client.post(SENDS, json=MAIL)
    await polling
    listed = await service.client.get(MESSAGES, params=query)

    assert answer.json()["status"] == "sent"
    ids = [item["id"] for item in listed.json()["items"]]
    assert answer.json()["message_id"] in ids


async def test_a_delete_of_what_is_deleted_already(
    service: Service, sandbox: Sandbox
) -> None:
    """Lying in Deleted Items does not show that this request was done."""
    listed = await service.client.get(MESSAGES, params={"folder": "deleted"})
    message = listed.json()["items"][0]
    path = f"{MESSAGES}/{message['id']}"
    sandbox.faults.add(Fault(method="DELETE", reset="before", times=1))
    answer = await service.client.delete(path)
    found = await service.client.get(
        path, headers={"Cache-Control": "no-cache"}
    )

    assert answer.status_code == 204
    assert found.json()["folder_id"] != message["folder_id"]


async def test_a_delete_that_is_seen_to_have_been_done(
    service: Service, sandbox: Sandbox
) -> None:
    """In Deleted Items and touched just now: it is not taken further."""
    path, _ = await newest(service.client)
    sandbox.faults.add(
        Fault(method="DELETE", status=504, after_work=True, times=1)
    )
    answer = await service.client.delete(path)
    found = await service.client.get(
        path, headers={"Cache-Control": "no-cache"}
    )

    assert answer.status_code == 204
    assert found.status_code == 200


async def test_a_second_delete_that_finds_nothing(
    service: Service, sandbox: Sandbox
) -> None:
    """The first was slow, not lost: what was asked for is done."""
    path, _ = await newest(service.client)
    sandbox.faults.add(Fault(method="DELETE", status=504, times=1))
    sandbox.faults.add(
        Fault(method="DELETE", status=404, code="ErrorItemNotFound", nth=2)
    )
    answer = await service.client.delete(path)

    assert answer.status_code == 204


@pytest.mark.parametrize(
    "given", ["text/plain; name=ж", "text/html\r\nX-Evil: 1", "no type"]
)
async def test_a_sender_s_media_type_is_not_trusted(
    service: Service, given: str
) -> None:
    """It comes from strangers and ends up in a header."""
    client = service.client
    file = {"name": "a.txt", "content": "YWJj"}
    made = await client.post(MESSAGES, json={"attachments": [file]})
    attachment = made.json()["attachments"][0]["id"]

    async def forge(request: httpx.Request, carry: Carry) -> httpx.Response:
        answer = await carry(request)
        if not request.url.path.endswith(attachment):
            return answer
        await answer.aread()
        return httpx.Response(
            200, json={**answer.json(), "contentType": given}
        )

    service.network.between = forge
    path = f"{made.headers['location']}/attachments/{attachment}/content"
    answers = [await client.get(path) for _ in range(6)]

    assert {answer.content for answer in answers} == {b"abc"}
    assert answers[0].headers["content-type"] in {
        "text/plain",
        "application/octet-stream",
    }
    assert "x-evil" not in answers[0].headers
