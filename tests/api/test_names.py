"""One mailbox under several names: one mailbox to limits and the cache."""

import asyncio

import httpx
import pytest

from app.sandbox import Sandbox
from app.sandbox.seeds.people import ADA

pytestmark = pytest.mark.anyio

ADDRESS = "ada@contoso.example"


async def names(client: httpx.AsyncClient) -> list[str]:
    """Return paths that lead to one mailbox, once the service knows it."""
    found = await client.get(f"/v1/mailboxes/{ADDRESS}")
    mailbox = found.json()
    return [
        f"/v1/mailboxes/{name}"
        for name in (ADDRESS, mailbox["id"], ADDRESS.upper())
    ]


async def test_permits_are_for_the_mailbox(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Four at a time, by however many names."""
    paths = await names(client)
    sandbox.settings.latency = 0.2
    answers = await asyncio.gather(
        *(
            client.get(
                f"{paths[number % 3]}/messages", params={"limit": number + 1}
            )
            for number in range(40)
        )
    )

    assert {answer.status_code for answer in answers} == {200}
    assert sandbox.peak(ADDRESS) <= 4
    assert sandbox.throttled == 0


async def test_a_write_is_seen_under_each_name(
    client: httpx.AsyncClient,
) -> None:
    """What is kept under one name is out of date for all."""
    address, by_id, _ = await names(client)
    listed = await client.get(f"{by_id}/messages", params={"limit": 1})
    [message] = listed.json()["items"]
    place = f"messages/{message['id']}"
    await client.get(f"{by_id}/{place}")
    await client.delete(f"{address}/{place}", params={"permanent": "true"})
    answer = await client.get(f"{by_id}/{place}")

    assert answer.status_code == 404


async def test_names_are_learnt_from_lists_too(
    client: httpx.AsyncClient,
) -> None:
    """What was read by id is found by address, without asking again."""
    listed = await client.get("/v1/mailboxes")
    ids = {box["address"]: box["id"] for box in listed.json()["items"]}
    by_id, by_address = (
        f"/v1/mailboxes/{name}/messages" for name in (ids[ADDRESS], ADDRESS)
    )
    page = (await client.get(by_id)).json()
    message = page["items"][0]["id"]
    await client.get(f"{by_id}/{message}")
    answer = await client.get(f"{by_address}/{message}")

    assert answer.headers["exchange-graph-calls"] == "0"


async def test_kept_pages_lead_on_under_each_name(
    client: httpx.AsyncClient,
) -> None:
    """A page given from the cache has a cursor that its reader can use."""
    for path in await names(client):
        page = await client.get(f"{path}/messages")
        cursor = {"cursor": page.json()["next_cursor"]}
        following = await client.get(f"{path}/messages", params=cursor)

        assert following.status_code == 200


async def test_cursors_outlast_what_is_learnt(
    client: httpx.AsyncClient,
) -> None:
    """Begun by id while nobody knew whose it was, gone on with afterwards."""
    path = f"/v1/mailboxes/{ADA.id}/messages"
    first = await client.get(path)
    await client.get(f"/v1/mailboxes/{ADA.id}")
    cursor = {"cursor": first.json()["next_cursor"]}
    second = await client.get(path, params=cursor)
    foreign = await client.get(
        f"/v1/mailboxes/{ADDRESS}/messages", params=cursor
    )

    assert second.status_code == 200
    assert foreign.json()["code"] == "invalid-cursor"


async def test_a_key_belongs_to_the_mailbox(client: httpx.AsyncClient) -> None:
    """However its address is spelled, the request is the same."""
    key = {"Idempotency-Key": "k"}
    answers = [
        await client.post(
            f"/v1/mailboxes/{name}/messages", json={}, headers=key
        )
        for name in (ADDRESS, ADDRESS.upper())
    ]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[1].headers["idempotent-replayed"] == "true"
