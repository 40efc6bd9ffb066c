"""Searching with filters and in other orders, over the whole service."""

import random
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from app.sandbox.odata.search import compile_search
from tests.support.service import Service

pytestmark = pytest.mark.anyio

ADA = "ada@contoso.example"
MESSAGES = f"/v1/mailboxes/{ADA}/messages"
LISTS = "/users/{mailbox}/messages"

Query = Mapping[str, str]
Entity = dict[str, Any]
Test = Callable[[Entity, str], bool]

# What each parameter means, said once more and without Graph's help.
MEANING: dict[str, Test] = {
    "from": lambda m, v: _address(m["from"]) == v,
    "to": lambda m, v: v in {_address(one) for one in m["toRecipients"]},
    "is_read": lambda m, v: m["isRead"] is (v == "true"),
    "is_flagged": lambda m, v: (
        (m["flag"]["flagStatus"] == "flagged") is (v == "true")
    ),
    "has_attachments": lambda m, v: m["hasAttachments"] is (v == "true"),
    "category": lambda m, v: (
        v.lower() in {one.lower() for one in m["categories"]}
    ),
    "importance": lambda m, v: m["importance"] == v,
    "since": lambda m, v: m["receivedDateTime"] >= v,
    "until": lambda m, v: m["receivedDateTime"] < v,
    "thread": lambda m, v: m["conversationId"] == v,
}
ORDERS: dict[str, Callable[[Entity], str]] = {
    "received_at": lambda m: str(m["receivedDateTime"]),
    "sent_at": lambda m: str(m["sentDateTime"]),
    "subject": lambda m: str(m["subject"] or "").casefold(),
    "from": lambda m: _name(m["from"]).casefold(),
}


def _address(person: Entity | None) -> str:
    found = person["emailAddress"].get("address") if person else None
    return str(found or "").lower()


def _name(person: Entity | None) -> str:
    return str(person["emailAddress"].get("name") or "") if person else ""


def expected(sandbox: Sandbox, query: Query) -> list[Entity]:
    """Look at every message by itself."""
    mailbox = sandbox.mailbox(ADA)
    folder = query.get("folder")
    every = mailbox.inside(folder) if folder else mailbox.messages
    words = query.get("query")
    said = compile_search(f'"{words}"') if words else None
    return [
        message
        for message in every
        if (said is None or said(mailbox.state.find(message["id"])))
        and all(
            test(message, query[name])
            for name, test in MEANING.items()
            if name in query
        )
    ]


async def walked(
    client: httpx.AsyncClient, query: Query, limit: int
) -> list[Entity]:
    """Follow the cursor to the end, over short and empty pages too."""
    found: list[Entity] = []
    params = {**query, "limit": str(limit)}
    while True:
        page = await client.get(MESSAGES, params=params)
        assert page.status_code == 200, page.text
        items = page.json()["items"]
        assert len(items) <= limit
        found += items
        cursor = page.json()["next_cursor"]
        if cursor is None:
            return found
        params["cursor"] = cursor


def drawn(sandbox: Sandbox, dice: random.Random) -> dict[str, str]:
    """Draw a query about a message that there is, mostly."""
    about = dice.choice(sandbox.mailbox(ADA).messages)
    values = {
        "from": _address(about["from"]) or ADA,
        # Not the owner, to whom more was sent than a search finds.
        "to": next(
            (
                _address(one)
                for one in about["toRecipients"]
                if _address(one) not in {"", ADA}
            ),
            "grace@contoso.example",
        ),
        "is_read": str(about["isRead"]).lower(),
        "is_flagged": str(about["flag"]["flagStatus"] == "flagged").lower(),
        "has_attachments": str(about["hasAttachments"]).lower(),
        "category": (about["categories"] or ["Blue category"])[0],
        "importance": about["importance"],
        "since": about["receivedDateTime"],
        "until": max(
            about["receivedDateTime"],
            dice.choice(sandbox.mailbox(ADA).messages)["receivedDateTime"],
        ),
        "thread": about["conversationId"],
    }
    names = dice.sample(sorted(values), dice.randint(1, 3))
    query = {name: values[name] for name in names}
    if dice.random() < 0.5:
        query["query"] = dice.choice(["roadmap", "order", "works", "invoice"])
    if dice.random() < 0.3:
        query["folder"] = "inbox"
    return query


@pytest.mark.parametrize("seed", range(6))
async def test_a_walk_finds_what_there_is(
    client: httpx.AsyncClient, sandbox: Sandbox, seed: int
) -> None:
    """Ten queries each: nothing lost or repeated, in the order asked for."""
    dice = random.Random(seed)
    found_any = 0
    for _ in range(10):
        query = drawn(sandbox, dice)
        wanted = expected(sandbox, query)
        sort = dice.choice([*ORDERS, *(f"-{name}" for name in ORDERS)])
        found = await walked(
            client, {**query, "sort": sort}, dice.randint(1, 40)
        )
        found_any += bool(found)

        ids = [one["id"] for one in found]
        assert sorted(ids) == sorted(one["id"] for one in wanted), query
        by_id = {one["id"]: one for one in wanted}
        keys = [ORDERS[sort.lstrip("-")](by_id[one]) for one in ids]
        assert keys == sorted(keys, reverse=sort.startswith("-")), query
    assert found_any > 2


async def test_rare_finds_are_reached(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Far down in what is found; an answer costs a few pages at most."""
    for number in range(600):
        sandbox.deliver(
            ADA,
            subject=f"Needle {number}",
            isRead=number % 200 > 0,
            importance="high",
        )
    params = {"query": "needle", "is_read": "false", "limit": "1"}
    found = await walked(client, params, 1)
    first = await client.get(MESSAGES, params=params)

    # Exchange finds no more than 250 of them.
    assert [one["subject"] for one in found] == ["Needle 0", "Needle 200"]
    assert int(first.headers["exchange-graph-calls"]) <= 4


async def test_what_comes_meanwhile_repeats_nothing(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """New mail shifts the pages, but not where the walk goes on."""
    for number in range(30):
        sandbox.deliver(ADA, subject=f"Shift {number}", isRead=False)
    params = {"query": "shift", "is_read": "false", "limit": "10"}
    live = {"Cache-Control": "no-cache"}
    first = (await client.get(MESSAGES, params=params, headers=live)).json()
    for _ in range(3):
        sandbox.deliver(ADA, subject="Shift anew", isRead=False)
    params["cursor"] = first["next_cursor"]
    second = (await client.get(MESSAGES, params=params, headers=live)).json()

    ids = [one["id"] for one in (*first["items"], *second["items"])]
    assert len(set(ids)) == len(ids) == 20


async def test_a_cursor_is_good_for_its_query(
    client: httpx.AsyncClient,
) -> None:
    """What is looked at here counts as much as what Graph is asked."""
    params = {"query": "roadmap", "is_read": "true", "limit": "1"}
    page = (await client.get(MESSAGES, params=params)).json()
    params["cursor"] = page["next_cursor"]
    other = await client.get(MESSAGES, params={**params, "is_read": "false"})
    sorted_ = await client.get(MESSAGES, params={**params, "sort": "subject"})
    plain = await client.get(
        MESSAGES, params={"limit": "1", "cursor": page["next_cursor"]}
    )

    assert page["next_cursor"]
    for answer in (other, sorted_, plain):
        assert answer.json()["code"] == "invalid-cursor"


async def test_what_graph_cannot_combine_is_looked_at_here(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """If it refuses a filter, all messages are walked through instead."""
    query = {"folder": "inbox", "is_read": "false", "has_attachments": "true"}
    wanted = expected(sandbox, query)
    refused = sandbox.faults.add(
        Fault(
            route="/users/{mailbox}/mailFolders/{folder}/messages",
            status=400,
            code="InefficientFilter",
            nth=1,
        )
    )
    found = await walked(client, query, 7)

    assert sandbox.faults.fired(refused) == 1
    assert [one["id"] for one in found] == [one["id"] for one in wanted]


async def test_what_cannot_be_walked_is_refused(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Graph's refusal is told if there is no other way."""
    sandbox.faults.add(
        Fault(route=LISTS, status=400, code="InefficientFilter")
    )
    answer = await client.get(
        MESSAGES, params={"is_read": "true", "sort": "subject"}
    )

    assert answer.status_code == 422
    assert answer.json()["code"] == "query-too-complex"


async def test_old_answers_stand_in(
    service: Service, sandbox: Sandbox
) -> None:
    """While Graph fails, what was found before is given, and marked."""
    params = {"query": "roadmap", "is_read": "true"}
    before = await service.client.get(MESSAGES, params=params)
    sandbox.faults.add(Fault(route=LISTS, status=503))
    await service.clock.sleep(600)
    after = await service.client.get(MESSAGES, params=params)

    assert after.json() == before.json()
    assert after.headers["exchange-freshness"] == "stale"
