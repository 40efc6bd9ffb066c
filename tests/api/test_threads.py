"""Threads, over the whole service."""

from collections import defaultdict
from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.support.service import Service

pytestmark = pytest.mark.anyio

ADA = "ada@contoso.example"
PLACE = f"/v1/mailboxes/{ADA}"
THREADS = f"{PLACE}/threads"

Entity = dict[str, Any]


def expected(sandbox: Sandbox, folder: str | None) -> list[str]:
    """Return the ids of all threads, by their newest message there."""
    mailbox = sandbox.mailbox(ADA)
    listed = mailbox.inside(folder) if folder else mailbox.messages
    return list(dict.fromkeys(one["conversationId"] for one in listed))


def messages_by_thread(sandbox: Sandbox) -> dict[str, list[Entity]]:
    """Return the messages of each thread, the newest first."""
    found = defaultdict(list)
    for message in sandbox.mailbox(ADA).messages:
        found[message["conversationId"]].append(message)
    return found


async def walked(
    client: httpx.AsyncClient, limit: int, **query: str
) -> list[Entity]:
    """Follow the cursor to the end."""
    found: list[Entity] = []
    params = {**query, "limit": str(limit)}
    while True:
        page = await client.get(THREADS, params=params)
        assert page.status_code == 200, page.text
        items = page.json()["items"]
        assert len(items) <= limit
        found += items
        cursor = page.json()["next_cursor"]
        if cursor is None:
            return found
        params["cursor"] = cursor


@pytest.mark.parametrize(
    ("limit", "query"), [(37, {}), (100, {}), (7, {"folder": "inbox"})]
)
async def test_each_thread_is_listed_once(
    client: httpx.AsyncClient,
    sandbox: Sandbox,
    limit: int,
    query: dict[str, str],
) -> None:
    """Where its newest message is, with what all its messages add up to."""
    found = await walked(client, limit, **query)
    messages = messages_by_thread(sandbox)

    assert [one["id"] for one in found] == expected(
        sandbox, query.get("folder")
    )
    for thread in found:
        of_it = messages[thread["id"]]
        assert thread["message_count"] == len(of_it)
        assert thread["unread_count"] == sum(
            not one["isRead"] for one in of_it
        )
        assert thread["last_message"]["id"] == of_it[0]["id"]
        assert not thread["is_partial"]
    assert any(one["message_count"] > 3 for one in found)


async def test_a_page_costs_few_requests(client: httpx.AsyncClient) -> None:
    """Twenty threads are looked at in one request."""
    page = await client.get(THREADS, params={"limit": "20"})

    assert len(page.json()["items"]) == 20
    assert int(page.headers["exchange-graph-calls"]) <= 4


async def test_a_thread_is_shown_whole(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Its messages from whatever folders, the oldest first."""
    thread, messages = max(
        messages_by_thread(sandbox).items(), key=lambda pair: len(pair[1])
    )
    answer = await client.get(f"{THREADS}/{thread}")
    known = await client.get(
        f"{THREADS}/{thread}",
        headers={"If-None-Match": answer.headers["etag"]},
    )
    found = answer.json()

    assert [one["id"] for one in found["messages"]] == [
        one["id"] for one in reversed(messages)
    ]
    assert found["subject"] == found["messages"][0]["subject"]
    assert found["last_message"] == found["messages"][-1]
    people = {one["address"] for one in found["participants"]}
    assert found["messages"][0]["from"]["address"] in people
    assert len(people) == len(found["participants"]) > 1
    assert known.status_code == 304


@pytest.mark.parametrize(
    ("thread", "status"),
    [("AAQkNobody=", 404), ("it's", 422), ("a%20or%20b", 422)],
)
async def test_there_is_no_such_thread(
    client: httpx.AsyncClient, thread: str, status: int
) -> None:
    """An id of nothing finds nothing; what is no id is none."""
    answer = await client.get(f"{THREADS}/{thread}")

    assert answer.status_code == status
    if status == 404:
        assert answer.json()["resource"] == "thread"


async def test_odd_ids_do_no_harm(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Whatever Exchange calls a thread, it is taken as it is."""
    odd = "AAQk+/'x' or isRead eq true"
    sandbox.deliver(ADA, subject="Odd", conversationId=odd)
    page = await client.get(THREADS, params={"limit": "1"})

    assert [one["id"] for one in page.json()["items"]] == [odd]
    assert page.json()["items"][0]["message_count"] == 1


async def test_what_comes_meanwhile_hides_no_thread(
    service: Service, sandbox: Sandbox
) -> None:
    """The list may be older than the look at its threads."""
    first = (await service.client.get(THREADS, params={"limit": "5"})).json()
    last = first["items"][-1]
    await service.clock.sleep(5)
    sandbox.deliver(
        ADA, subject="Anew", conversationId=last["id"], isRead=False
    )
    again = (await service.client.get(THREADS, params={"limit": "6"})).json()
    rest = (
        await service.client.get(
            THREADS, params={"limit": "5", "cursor": first["next_cursor"]}
        )
    ).json()

    assert last["id"] in {one["id"] for one in again["items"]}
    ids = [one["id"] for one in (*first["items"], *rest["items"])]
    assert len(ids) == len(set(ids)) == 10


async def test_old_answers_stand_in(
    service: Service, sandbox: Sandbox
) -> None:
    """While Graph fails, what was found before is given, and marked."""
    before = await service.client.get(THREADS)
    one = f"{THREADS}/{before.json()['items'][0]['id']}"
    whole = await service.client.get(one)
    sandbox.faults.add(Fault(status=503))
    await service.clock.sleep(3600)
    after = await service.client.get(THREADS)
    still = await service.client.get(one)

    assert (after.json(), still.json()) == (before.json(), whole.json())
    assert after.headers["exchange-freshness"] == "stale"
    assert still.headers["exchange-freshness"] == "stale"


async def test_cursors_are_of_one_list(client: httpx.AsyncClient) -> None:
    """One of threads is none of messages, nor of another folder."""
    page = await client.get(THREADS, params={"limit": "2"})
    cursor = page.json()["next_cursor"]
    for place, more in (
        (f"{PLACE}/messages", {}),
        (THREADS, {"folder": "inbox"}),
    ):
        answer = await client.get(
            place, params={"limit": "2", "cursor": cursor, **more}
        )
        assert answer.json()["code"] == "invalid-cursor"
