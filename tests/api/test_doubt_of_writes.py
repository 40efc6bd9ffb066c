"""Doubts about what was written before, and what each write makes of them."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.support.network import Carry
from tests.support.service import Service

pytestmark = pytest.mark.anyio

ADDRESS = "ada@contoso.example"
ADA = f"/v1/mailboxes/{ADDRESS}"
USER = "/users/{mailbox}"
KEY = {"Idempotency-Key": "k", "Prefer": "wait=10"}
NINE = {"date_time": "2027-02-01T09:00:00", "time_zone": "Europe/Berlin"}
TEN = {"date_time": "2027-02-01T10:00:00", "time_zone": "Europe/Berlin"}
# What can be made: where, of what, and which requests of Graph's make it.
MAKING: dict[str, tuple[str, dict[str, Any], str]] = {
    "rules": (
        "rules",
        {
            "name": "Quartz",
            "conditions": {"sender_contains": ["billing"]},
            "actions": {"mark_as_read": True},
        },
        f"{USER}/mailFolders/*/messageRules",
    ),
    "categories": (
        "categories",
        {"name": "Quartz", "color": "preset3"},
        f"{USER}/outlook/masterCategories",
    ),
    "calendars": ("calendars", {"name": "Quartz"}, f"{USER}/calendars"),
    "contacts": ("contacts", {"given_name": "Quartz"}, f"{USER}/contacts"),
    "contact folders": (
        "contact-folders",
        {"name": "Quartz"},
        f"{USER}/contactFolders",
    ),
    "folders": (
        "folders",
        {"name": "Quartz"},
        f"{USER}/mailFolders/*/childFolders",
    ),
    "events": (
        "events",
        {"subject": "Quartz", "start": NINE, "end": TEN},
        f"{USER}/events",
    ),
    "drafts": ("messages", {"subject": "Quartz"}, f"{USER}/messages"),
}


def made(sandbox: Sandbox, route: str) -> int:
    """Return how often Graph made something at a route."""
    last = route.rpartition("/")[2]
    return sum(
        call.method == "POST" and call.path.endswith(f"/{last}")
        for call in sandbox.calls
    )


@pytest.mark.parametrize("what", MAKING)
async def test_a_doubt_is_not_settled_by_a_request_that_could_not_look(
    service: Service, sandbox: Sandbox, what: str
) -> None:
    """Made without an answer, then refused, then asked for once more: one."""
    path, body, route = MAKING[what]
    place = f"{ADA}/{path}"
    await service.client.get(f"{ADA}/overview")

    async def lost(request: httpx.Request, carry: Carry) -> httpx.Response:
        answer = await carry(request)
        if request.method == "POST" and answer.status_code == 201:
            service.network.down = True
            raise httpx.ReadError("reset")
        return answer

    service.network.between = lost
    first = await service.client.post(place, json=body, headers=KEY)
    service.network.between = None
    second = await service.client.post(place, json=body, headers=KEY)
    service.network.down = False
    await service.clock.sleep(120)
    before = made(sandbox, route)
    third = await service.client.post(place, json=body, headers=KEY)

    assert first.json()["outcome"] != "not_performed"
    assert second.json()["outcome"] != "not_performed"
    assert third.status_code == 201, third.text
    # Of events Graph knows the key itself.
    assert made(sandbox, route) == before + (what == "events")


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize(
    "what",
    [
        ("rules", {"name": "x"}),
        ("categories", {"color": "preset4"}),
        ("calendars", {"name": "x"}),
        ("contact-folders", {"name": "x"}),
        ("folders", {"name": "x"}),
    ],
    ids=lambda what: what[0],
)
async def test_a_condition_that_cannot_be_checked_changes_nothing(
    service: Service,
    sandbox: Sandbox,
    what: tuple[str, dict[str, Any]],
    method: str,
) -> None:
    """A look that ends in a 504 has changed nothing, and that is told."""
    listed = what[0].replace("-", " ")
    path, body, _ = MAKING[listed]
    one = await service.client.post(f"{ADA}/{path}", json=body)
    await service.client.get(f"{ADA}/folders/inbox")
    sandbox.faults.add(Fault(method="GET", route="*/{*}", status=504))
    answer = await service.client.request(
        method,
        one.headers["location"],
        headers={"If-Match": one.headers["etag"]},
        json=what[1] if method == "PATCH" else None,
    )
    sandbox.faults.clear()

    assert answer.status_code in {503, 504}
    assert answer.json()["outcome"] == "not_performed"


async def test_a_message_that_could_not_be_looked_at_is_copied_later(
    service: Service, sandbox: Sandbox
) -> None:
    """An older copy is not the one that a failed request has made."""
    message = sandbox.deliver(ADDRESS, subject="Quartz")
    copy = f"{ADA}/messages/{message}/copy"
    older = await service.client.post(copy, json={"folder": "archive"})
    fault = sandbox.faults.add(
        Fault(method="GET", route=f"{USER}/messages/{{id}}", status=504)
    )
    first = await service.client.post(
        copy, json={"folder": "archive"}, headers=KEY
    )
    sandbox.faults.remove(fault)
    second = await service.client.post(
        copy, json={"folder": "archive"}, headers=KEY
    )

    assert first.json()["outcome"] == "not_performed"
    assert second.status_code == 201
    assert second.json()["id"] != older.json()["id"]


async def draft_with(client: httpx.AsyncClient, content: str) -> str:
    """Make a draft with a file; return where its attachments are."""
    draft = await client.post(f"{ADA}/messages", json={"subject": "Quartz"})
    place = f"{draft.headers['location']}/attachments"
    await client.post(place, json={"name": "plan.txt", "content": content})
    return place


async def test_a_file_that_was_refused_is_attached_later(
    service: Service, sandbox: Sandbox
) -> None:
    """Another one by its name is not what a failed request has attached."""
    place = await draft_with(service.client, "b2xk")
    route = f"{USER}/messages/{{id}}/attachments"
    fault = sandbox.faults.add(
        Fault(method="POST", route=route, status=503, retry_after=99)
    )
    file = {"name": "plan.txt", "content": "bmV3"}
    first = await service.client.post(place, json=file, headers=KEY)
    sandbox.faults.remove(fault)
    await service.clock.sleep(100)
    second = await service.client.post(place, json=file, headers=KEY)
    listed = await service.client.get(place)

    assert first.json()["outcome"] == "not_performed"
    assert second.status_code == 201
    assert len(listed.json()["items"]) == 2


@pytest.mark.parametrize(
    "faults",
    [
        pytest.param([Fault(hang=True, after_work=True)], id="time runs out"),
        pytest.param(
            [Fault(status=504, nth=1), Fault(status=429, nth=2)],
            id="the second is refused",
        ),
    ],
)
async def test_a_file_that_nobody_knows_of_is_in_doubt(
    service: Service, sandbox: Sandbox, faults: list[Fault]
) -> None:
    """What became of the first request is open, whatever came after it."""
    place = await draft_with(service.client, "b2xk")
    route = f"{USER}/messages/{{id}}/attachments"
    for fault in faults:
        sandbox.faults.add(
            replace(fault, method="POST", route=route, retry_after=99)
        )
    answer = await service.client.post(
        place,
        json={"name": "a.txt", "content": "bmV3"},
        headers={"Prefer": "wait=9"},
    )

    assert answer.json()["outcome"] == "unknown"


@pytest.mark.parametrize(
    ("action", "folder", "body"),
    [
        ("copy", "archive", {"folder": "archive"}),
        ("reply", "drafts", {"body": {"content": "x"}, "send": False}),
    ],
)
async def test_what_is_late_is_not_made_twice(
    service: Service,
    sandbox: Sandbox,
    action: str,
    folder: str,
    body: dict[str, Any],
) -> None:
    """Without the time to look for as long as it may take, none is made."""
    message = sandbox.deliver(ADDRESS, subject="Quartz")
    await service.client.get(f"{ADA}/folders/inbox")
    late: list[asyncio.Task[httpx.Response]] = []

    async def slow(request: httpx.Request, carry: Carry) -> httpx.Response:
        if request.method != "POST" or late:
            return await carry(request)

        async def after_a_while() -> httpx.Response:
            await service.clock.sleep(20)
            return await carry(request)

        late.append(asyncio.create_task(after_a_while()))
        return await asyncio.shield(late[0])

    service.network.between = slow
    answer = await service.client.post(
        f"{ADA}/messages/{message}/{action}",
        json=body,
        headers={"Prefer": "wait=12"},
    )
    await asyncio.gather(*late)
    inside = sandbox.mailbox(ADDRESS).inside(folder)

    assert answer.json()["outcome"] == "unknown"
    assert sum("Quartz" in one["subject"] for one in inside) == 1


@pytest.mark.parametrize(
    "what", ["contacts", "contact folders", "drafts", "attachments"]
)
async def test_a_proxy_s_404_is_no_proof_that_something_was_removed(
    service: Service, sandbox: Sandbox, what: str
) -> None:
    """Only Graph's own word is: what a proxy says leaves it open."""
    client = service.client
    if what == "attachments":
        place = await draft_with(client, "b2xk")
        one = f"{place}/{(await client.get(place)).json()['items'][0]['id']}"
    else:
        path, body, _ = MAKING[what]
        made_one = await client.post(f"{ADA}/{path}", json=body)
        one = made_one.headers["location"]
    sandbox.faults.add(Fault(method="DELETE", status=504, nth=1))
    sandbox.faults.add(Fault(method="DELETE", status=404, body="html", nth=2))
    answer = await client.delete(one)
    still = await client.get(one)

    assert still.status_code == 200
    assert answer.json()["outcome"] == "unknown"


async def test_a_day_that_another_changes_meanwhile_is_not_put_back(
    service: Service,
) -> None:
    """Who moves the first day of an event does not undo another last day."""
    days = {"start": {"date": "2027-02-01"}, "end": {"date": "2027-02-02"}}
    event = await service.client.post(
        f"{ADA}/events", json={"subject": "Quartz", **days}
    )
    place = event.headers["location"]
    others: list[httpx.Response] = []
    longer = {"end": {"date": "2027-02-09"}}

    async def between(request: httpx.Request, carry: Carry) -> httpx.Response:
        if request.method == "PATCH" and not others:
            service.network.between = None
            others.append(await service.client.patch(place, json=longer))
        return await carry(request)

    service.network.between = between
    earlier = {"start": {"date": "2027-01-31"}}
    answer = await service.client.patch(place, json=earlier)

    assert [other.status_code for other in others] == [200]
    assert answer.status_code == 200
    assert answer.json()["start"] == earlier["start"]
    assert answer.json()["end"] == longer["end"]


async def test_a_name_that_the_lost_request_took_is_no_proof(
    service: Service, sandbox: Sandbox
) -> None:
    """It comes late, the second is refused for it, and nobody can look."""
    await service.client.get(f"{ADA}/overview")
    has_looked = False

    async def between(request: httpx.Request, carry: Carry) -> httpx.Response:
        nonlocal has_looked
        if request.method == "GET":
            has_looked = True
        elif not has_looked:
            raise httpx.ReadError("reset")
        else:
            await carry(request)
            sandbox.faults.add(Fault(method="GET", status=503))
        return await carry(request)

    service.network.between = between
    answer = await service.client.post(
        f"{ADA}/folders", json={"name": "Quartz"}
    )

    assert answer.json()["outcome"] == "unknown"
