"""Many changes at once, over the whole service."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.support.service import Service

pytestmark = pytest.mark.anyio

ADDRESS = "ada@contoso.example"
MESSAGES = f"/v1/mailboxes/{ADDRESS}/messages"
BULK = f"{MESSAGES}/bulk"
MESSAGE = "/users/{mailbox}/messages/{id}"
READ = {"is_read": True}
ROUTES = {
    "update": ("PATCH", MESSAGE),
    "move": ("POST", f"{MESSAGE}/move"),
    "delete": ("DELETE", MESSAGE),
    "purge": ("POST", f"{MESSAGE}/permanentDelete"),
}
MORE: dict[str, dict[str, Any]] = {
    "update": {"patch": READ},
    "move": {"folder": "archive"},
    "delete": {},
    "purge": {},
}
FAULTS = [
    pytest.param(Fault(status=504, after_work=True), id="504 after"),
    pytest.param(Fault(status=504), id="504 before"),
    pytest.param(Fault(status=429, retry_after=2), id="429"),
    pytest.param(Fault(status=503, retry_after=2), id="503"),
    pytest.param(Fault(status=503, after_work=True), id="503 after"),
    pytest.param(Fault(status=500, after_work=True), id="500 after"),
    pytest.param(Fault(hang=True, after_work=True), id="hang after"),
]
WHOLE = [
    pytest.param(Fault(status=504, after_work=True), id="504 after"),
    pytest.param(Fault(reset="after"), id="reset after"),
    pytest.param(Fault(reset="before"), id="reset before"),
    pytest.param(Fault(status=429, retry_after=2), id="429"),
    pytest.param(Fault(status=503, retry_after=2), id="503"),
    pytest.param(Fault(hang=True, after_work=True), id="hang after"),
]


def change(message: str, action: str) -> dict[str, Any]:
    return {"id": message, "action": action, **MORE[action]}


def mail(sandbox: Sandbox, count: int) -> list[str]:
    """Deliver messages to Ada; return their ids."""
    return [
        sandbox.deliver(ADDRESS, subject=f"Bulk {number}")
        for number in range(count)
    ]


def place_of(sandbox: Sandbox, message: str) -> str | None:
    """Return the well-known name of where a message lies, None if nowhere."""
    for name in ("inbox", "archive", "deleteditems"):
        inside = sandbox.mailbox(ADDRESS).inside(name)
        if message in {one["id"] for one in inside}:
            return name
    return None


async def changed(
    client: httpx.AsyncClient,
    changes: Iterable[dict[str, Any]],
    **headers: str,
) -> list[dict[str, Any]]:
    """Make changes; return what is said of each."""
    answer = await client.post(
        BULK, json={"items": list(changes)}, headers=headers
    )
    assert answer.status_code == 207, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_a_hundred_changes(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Five requests to Graph, one after the other, none over a limit."""
    messages = mail(sandbox, 100)
    marks = {
        "is_read": True,
        "importance": "high",
        "categories": ["Aurora"],
        "flag": {"status": "flagged"},
    }
    asked = [
        {"id": message, "action": "update", "patch": marks}
        for message in messages
    ]
    sandbox.settings.latency = 0.1
    answer = await client.post(BULK, json={"items": asked})
    read = await client.get(f"{MESSAGES}/{messages[99]}")

    items = answer.json()["items"]
    assert answer.status_code == 207
    assert [item["id"] for item in items] == messages
    assert {(item["status"], item["problem"]) for item in items} == {
        (200, None)
    }
    assert read.json()["is_read"] is True
    assert read.json()["flag"]["status"] == "flagged"
    assert read.json()["importance"] == "high"
    assert read.json()["categories"] == ["Aurora"]
    assert answer.headers["exchange-graph-calls"] == "5"
    assert {call.status for call in sandbox.calls} == {200, 204}


async def test_each_kind_of_change(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Each does what it would do by itself, and says so."""
    messages = mail(sandbox, 4)
    items = await changed(client, map(change, messages, ROUTES))

    assert [item["action"] for item in items] == list(ROUTES)
    assert [item["status"] for item in items] == [200, 200, 204, 204]
    assert [place_of(sandbox, message) for message in messages] == [
        "inbox",
        "archive",
        "deleteditems",
        None,
    ]
    listed = await client.get(MESSAGES, params={"folder": "inbox", "limit": 1})
    assert listed.json()["items"][0]["id"] == messages[0]


async def test_changes_of_one_message_are_made_in_their_order(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Marked, moved, marked again and deleted: the last word holds."""
    one, other = mail(sandbox, 2)
    items = await changed(
        client,
        [
            change(one, "update"),
            change(one, "move"),
            change(other, "move"),
            {"id": one, "action": "update", "patch": {"is_read": False}},
            change(other, "purge"),
            change(other, "update"),
            change(one, "delete"),
        ],
    )
    read = await client.get(f"{MESSAGES}/{one}")

    statuses = [item["status"] for item in items]
    assert statuses == [200, 200, 200, 200, 204, 404, 204]
    assert items[5]["problem"]["code"] == "item-not-found"
    assert read.json()["is_read"] is False
    assert place_of(sandbox, one) == "deleteditems"


@pytest.mark.parametrize("action", ROUTES)
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_part_that_fails_is_made_once(
    client: httpx.AsyncClient, sandbox: Sandbox, action: str, fault: Fault
) -> None:
    """What fails in passing is repeated by itself, or found to be done."""
    messages = mail(sandbox, 5)
    method, route = ROUTES[action]
    struck = replace(fault, method=method, route=route, nth=3)
    sandbox.faults.add(struck)
    items = await changed(
        client,
        [change(message, action) for message in messages],
        Prefer="wait=110",
    )

    done = 204 if action in {"delete", "purge"} else 200
    assert [item["status"] for item in items] == [done] * 5
    expected = {"move": "archive", "delete": "deleteditems", "purge": None}
    places = {place_of(sandbox, message) for message in messages}
    assert places == {expected.get(action, "inbox")}
    again = [call for call in sandbox.calls if call.route == route]
    assert len(again) <= 10


@pytest.mark.parametrize("fault", WHOLE)
async def test_a_request_that_fails_as_a_whole(
    client: httpx.AsyncClient, sandbox: Sandbox, fault: Fault
) -> None:
    """Nothing is done twice of what one lost answer left open."""
    messages = mail(sandbox, 8)
    sandbox.faults.add(replace(fault, route="/$batch", nth=2))
    await client.get(f"/v1/mailboxes/{ADDRESS}/folders/inbox")
    actions = [*ROUTES, *ROUTES]
    items = await changed(
        client, map(change, messages, actions), Prefer="wait=110"
    )

    assert [item["problem"] for item in items] == [None] * 8
    assert [place_of(sandbox, message) for message in messages] == [
        *("inbox", "archive", "deleteditems", None),
        *("inbox", "archive", "deleteditems", None),
    ]


async def test_each_failure_is_told_by_itself(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Refused, gone, unknown, in doubt and fine, all in one answer."""
    messages = mail(sandbox, 4)
    sandbox.faults.add(Fault(method="DELETE", route=MESSAGE, status=409))
    sandbox.faults.add(
        Fault(method="POST", route=f"{MESSAGE}/permanentDelete", status=504)
    )
    items = await changed(
        client,
        [
            change(messages[0], "update"),
            change("AAMkAD=", "update"),
            change(messages[1], "delete"),
            change(messages[2], "purge"),
            {**change(messages[3], "move"), "folder": "AQMkAAAA="},
            {**change(messages[3], "move"), "folder": "clutter"},
        ],
    )

    problems = [item["problem"] or {} for item in items]
    assert [item["status"] for item in items] == [200, 404, 409, 504, 404, 404]
    assert [one.get("outcome") for one in problems] == [
        None,
        "not_performed",
        "not_performed",
        "unknown",
        "not_performed",
        "not_performed",
    ]
    assert problems[3]["retryable"] is False
    assert problems[3]["attempts"] == 1
    assert [place_of(sandbox, one) for one in messages] == ["inbox"] * 4


async def test_what_fails_in_passing_goes_again_by_itself(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Among items throttled, busy and gone, what succeeded is left alone."""
    messages = mail(sandbox, 4)
    for nth, status in ((2, 429), (4, 503)):
        sandbox.faults.add(
            Fault(
                method="PATCH",
                route=MESSAGE,
                status=status,
                retry_after=2,
                nth=nth,
            )
        )
    asked = [change(message, "update") for message in messages]
    asked.insert(1, change("AAMkAD=", "update"))
    items = await changed(client, asked)

    assert [item["status"] for item in items] == [200, 404, 200, 200, 200]
    made = [c.path for c in sandbox.calls if c.status in {200, 204}]
    patched = [path for path in made if "messages" in path]
    assert len(patched) == len(set(patched)) == 4


async def test_what_is_throttled_for_long_is_told_until_when(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """What was done before stays done; the rest was not performed."""
    messages = mail(sandbox, 30)
    sandbox.faults.add(
        Fault(
            method="PATCH",
            route=MESSAGE,
            status=429,
            retry_after=900,
            nth=25,
        )
    )
    items = await changed(
        client, [change(message, "update") for message in messages]
    )

    problems = [item["problem"] for item in items]
    assert problems[:20] == [None] * 20
    assert problems[25]["code"] == "graph-throttled"
    assert {one["outcome"] for one in problems if one} == {"not_performed"}
    assert problems[25]["retry_after"] >= 800
    assert problems[25]["retryable"] is True


async def test_what_there_is_no_time_for_is_not_performed(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """When time runs out in the middle, each item says what is true of it."""
    messages = mail(sandbox, 60)
    sandbox.settings.latency = 0.5
    items = await changed(
        client,
        [change(message, "move") for message in messages],
        Prefer="wait=4",
    )

    told = {
        item["id"]: (item["problem"] or {"outcome": "performed"})["outcome"]
        for item in items
    }
    moved = {one for one in messages if place_of(sandbox, one) == "archive"}
    performed = {one for one in told if told[one] == "performed"}
    untouched = {one for one in told if told[one] == "not_performed"}
    assert 20 <= len(performed) < 60
    assert untouched
    assert performed <= moved
    assert not untouched & moved
    assert all(
        item["problem"] is None or item["status"] in {503, 504}
        for item in items
    )


async def test_one_batch_is_in_flight_for_a_mailbox(
    service: Service, sandbox: Sandbox
) -> None:
    """Two callers at once do not go over what Graph allows."""
    messages = mail(sandbox, 80)
    sandbox.settings.latency = 0.2
    halves = (messages[:40], messages[40:])
    ended = await asyncio.gather(
        *(
            changed(
                service.client, [change(message, "move") for message in half]
            )
            for half in halves
        )
    )

    assert {item["status"] for items in ended for item in items} == {200}
    assert {call.status for call in sandbox.calls} <= {200, 201, 204}


async def test_a_key_stands_for_all(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """The same request has the same answer, failures included."""
    [message] = mail(sandbox, 1)
    asked = [change(message, "delete"), change("AAMkAD=", "delete")]
    first = await changed(client, asked, **{"Idempotency-Key": "k"})
    second = await changed(client, asked, **{"Idempotency-Key": "k"})
    other = await client.post(
        BULK, json={"items": asked[:1]}, headers={"Idempotency-Key": "k"}
    )

    assert first == second
    assert place_of(sandbox, message) == "deleteditems"
    assert other.json()["code"] == "idempotency-key-reused"


async def test_what_fails_for_all_is_a_problem_of_the_request(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """No mailbox, no service: that is no list of a hundred problems."""
    [message] = mail(sandbox, 1)
    asked = {"items": [change(message, "delete")]}
    nobody = await client.post(BULK.replace("ada@", "nobody@"), json=asked)
    sandbox.faults.add(Fault(route="/$batch", status=429, retry_after=900))
    keyed = {"Idempotency-Key": "k"}
    throttled = await client.post(BULK, json=asked, headers=keyed)

    assert nobody.json()["code"] == "mailbox-not-found"
    assert throttled.status_code == 503
    assert throttled.json()["code"] == "graph-throttled"
    assert throttled.json()["outcome"] == "not_performed"
    assert place_of(sandbox, message) == "inbox"


@pytest.mark.parametrize(
    ("items", "pointer"),
    [
        ([], "#/body/items"),
        ([change("AAMk=", "delete")] * 101, "#/body/items"),
        ([{"id": "AAMk="}], "#/body/items/0/action"),
        ([{"id": "a b", "action": "delete"}], "#/body/items/0/id"),
        ([{"id": "AAMk=", "action": "copy"}], "#/body/items/0/action"),
        ([{"id": "AAMk=", "action": "move"}], "#/body/items/0"),
        ([{"id": "AAMk=", "action": "update"}], "#/body/items/0"),
        (
            [{"id": "AAMk=", "action": "delete", "folder": "inbox"}],
            "#/body/items/0",
        ),
        (
            [{"id": "AAMk=", "action": "update", "patch": {}}],
            "#/body/items/0/patch",
        ),
        (
            [{"id": "AAMk=", "action": "update", "patch": {"subject": "x"}}],
            "#/body/items/0/patch/subject",
        ),
        (
            [change("AAMk=", "delete"), {**change("A=", "purge"), "if": 1}],
            "#/body/items/1/if",
        ),
    ],
)
async def test_wrong_input_changes_nothing(
    client: httpx.AsyncClient, sandbox: Sandbox, items: Any, pointer: str
) -> None:
    """One item that is wrong spoils all, before anything is done."""
    answer = await client.post(BULK, json={"items": items})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert sandbox.calls == []
