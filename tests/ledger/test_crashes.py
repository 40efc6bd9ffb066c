"""What a process that is killed leaves to who goes on: each kind of work."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.support.killing import killed
from tests.support.service import settings_for, started

pytestmark = pytest.mark.anyio

ADA = "/v1/mailboxes/ada@contoso.example"
USER = "/users/{mailbox}"
MESSAGE = f"{USER}/messages/{{id}}"
EVENT = f"{USER}/events/{{id}}"
KEY = {"Idempotency-Key": "k"}
NINE = {"date_time": "2027-02-01T09:00:00", "time_zone": "Europe/Berlin"}
TEN = {"date_time": "2027-02-01T10:00:00", "time_zone": "Europe/Berlin"}
MEETING = {
    "subject": "Quartz",
    "start": NINE,
    "end": TEN,
    "attendees": [{"address": "grace@contoso.example"}],
}

Prepare = Callable[[httpx.AsyncClient], Awaitable[str]]


async def mailbox(_client: httpx.AsyncClient) -> str:
    """Return the place of a mailbox."""
    return ADA


async def message(client: httpx.AsyncClient) -> str:
    """Return the place of a message."""
    listed = await client.get(f"{ADA}/messages", params={"limit": 1})
    return f"{ADA}/messages/{listed.json()['items'][0]['id']}"


async def draft(client: httpx.AsyncClient) -> str:
    """Return the place of a draft."""
    made = await client.post(f"{ADA}/messages", json={"subject": "Quartz"})
    return f"{ADA}/messages/{made.json()['id']}"


async def meeting(client: httpx.AsyncClient) -> str:
    """Return the place of a meeting."""
    made = await client.post(f"{ADA}/events", json=MEETING)
    return f"{ADA}/events/{made.json()['id']}"


@dataclass(frozen=True)
class Deed:
    """Something to do: where, with what, and what Graph is asked for it.

    ``again`` is how often Graph may be asked for what it knows is done.
    """

    place: Prepare
    path: str
    body: dict[str, Any]
    route: str
    again: int = 0


FILE = {"name": "a.txt", "content_type": "text/plain", "content": "YWJj"}
RULE = {
    "name": "Quartz",
    "conditions": {"sender_contains": ["billing"]},
    "actions": {"mark_as_read": True},
}
DEEDS = {
    "draft": Deed(mailbox, "/messages", {"subject": "x"}, f"{USER}/messages"),
    "contact": Deed(
        mailbox, "/contacts", {"given_name": "Quartz"}, f"{USER}/contacts"
    ),
    "calendar": Deed(
        mailbox, "/calendars", {"name": "Quartz"}, f"{USER}/calendars"
    ),
    "category": Deed(
        mailbox,
        "/categories",
        {"name": "Quartz", "color": "preset3"},
        f"{USER}/outlook/masterCategories",
    ),
    "rule": Deed(
        mailbox, "/rules", RULE, f"{USER}/mailFolders/*/messageRules"
    ),
    "folder": Deed(
        mailbox,
        "/folders",
        {"name": "Quartz"},
        f"{USER}/mailFolders/*/childFolders",
    ),
    "event": Deed(mailbox, "/events", MEETING, f"{USER}/events", again=1),
    "copy": Deed(message, "/copy", {"folder": "archive"}, f"{MESSAGE}/copy"),
    "move": Deed(message, "/move", {"folder": "archive"}, f"{MESSAGE}/move"),
    "attachment": Deed(draft, "/attachments", FILE, f"{MESSAGE}/attachments"),
    "forwarding": Deed(
        meeting,
        "/forward",
        {"to": [{"address": "support@contoso.example"}]},
        f"{EVENT}/forward",
    ),
    "cancellation": Deed(meeting, "/cancel", {}, f"{EVENT}/cancel"),
}


@pytest.mark.parametrize("is_done", [True, False], ids=["done", "not done"])
@pytest.mark.parametrize("what", DEEDS)
async def test_who_goes_on_finds_out_before_it_acts(
    tmp_path: Path, sandbox: Sandbox, what: str, *, is_done: bool
) -> None:
    """Killed while Graph was asked: done once, whether it was done or not.

    Only passing an invitation on is not seen to be undone, so that it is
    left in doubt rather than done a second time.
    """
    deed, settings = DEEDS[what], settings_for(tmp_path)
    hang = Fault(
        method="POST",
        route=deed.route,
        hang=True,
        after_work=is_done,
        times=1,
    )
    async with killed(settings, sandbox) as one:
        place = await deed.place(one.client) + deed.path
        fault = sandbox.faults.add(hang)
        ask = one.client.post(place, json=deed.body, headers=KEY)
        asking = asyncio.create_task(ask)
        await one.clock.sleep(3)
        assert sandbox.faults.fired(fault) == 1
        before = len(sandbox.calls)
    async with started(settings, sandbox) as two:
        answer = await two.client.post(place, json=deed.body, headers=KEY)
        again = await two.client.post(place, json=deed.body, headers=KEY)
    asked = sum(
        call.method == "POST" and fnmatch(call.route or "", deed.route)
        for call in sandbox.calls[before:]
    )

    assert asking.cancelled()
    if what == "forwarding" and not is_done:
        assert answer.json()["outcome"] == "unknown"
        assert asked == 0
        return
    assert answer.is_success, answer.text
    assert again.headers["Idempotent-Replayed"] == "true"
    assert asked == (deed.again if is_done else 1)


async def test_what_was_not_noted_was_not_begun(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """Killed before it acted: nothing is in doubt after that."""
    deed, settings = DEEDS["attachment"], settings_for(tmp_path)
    async with killed(settings, sandbox) as one:
        place = await deed.place(one.client) + deed.path
        hang = Fault(method="GET", route=MESSAGE, hang=True)
        fault = sandbox.faults.add(hang)
        ask = one.client.post(place, json=deed.body, headers=KEY)
        asking = asyncio.create_task(ask)
        await one.clock.sleep(3)
        sandbox.faults.remove(fault)
    async with started(settings, sandbox) as two:
        two.network.down = True
        refused = await two.client.post(
            place, json=deed.body, headers={**KEY, "Prefer": "wait=5"}
        )
        two.network.down = False
        await two.clock.sleep(60)
        answer = await two.client.post(place, json=deed.body, headers=KEY)

    assert asking.cancelled()
    assert refused.json()["outcome"] == "not_performed"
    assert answer.status_code == 201


async def test_an_answer_given_before_is_not_this_one(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """Accepted long ago, and killed when asked for again: not done yet."""
    settings = settings_for(tmp_path)
    accept = {"response": "accept"}
    grace = ADA.replace("ada", "grace")
    async with killed(settings, sandbox) as one:
        await meeting(one.client)
        window = {"start": "2027-02-01", "end": "2027-02-08"}
        listed = await one.client.get(f"{grace}/events", params=window)
        [theirs] = [
            event["id"]
            for event in listed.json()["items"]
            if event["subject"] == "Quartz"
        ]
        place = f"{grace}/events/{theirs}/respond"
        earlier = await one.client.post(place, json=accept)
        assert earlier.status_code == 200
        await one.clock.sleep(600)
        sandbox.faults.add(
            Fault(method="POST", route=f"{EVENT}/accept", hang=True, times=1)
        )
        ask = one.client.post(place, json=accept, headers=KEY)
        asking = asyncio.create_task(ask)
        await one.clock.sleep(3)
        before = len(sandbox.calls)
    async with started(settings, sandbox) as two:
        answer = await two.client.post(place, json=accept, headers=KEY)
    asked = [call.path for call in sandbox.calls[before:]]

    assert asking.cancelled()
    assert answer.status_code == 200
    assert sum(path.endswith("/accept") for path in asked) == 1
    assert answer.json()["attempts"] == 1


async def test_changes_in_bulk_are_gone_on_with(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """Killed when all were made: nothing is moved or deleted further."""
    settings = settings_for(tmp_path)
    async with killed(settings, sandbox) as one:
        listed = await one.client.get(f"{ADA}/messages", params={"limit": 3})
        first, second, third = (i["id"] for i in listed.json()["items"])
        items = [
            {"id": first, "action": "move", "folder": "archive"},
            {"id": second, "action": "delete"},
            {"id": third, "action": "update", "patch": {"is_read": True}},
        ]
        place = f"{ADA}/messages/bulk"
        fault = sandbox.faults.add(
            # The first one looks for the folders.
            Fault(route="/$batch", hang=True, after_work=True, nth=2)
        )
        ask = one.client.post(place, json={"items": items}, headers=KEY)
        asking = asyncio.create_task(ask)
        await one.clock.sleep(3)
        assert sandbox.faults.fired(fault) == 1
        before = len(sandbox.calls)
    async with started(settings, sandbox) as two:
        answer = await two.client.post(
            place, json={"items": items}, headers=KEY
        )
        deleted = await two.client.get(f"{ADA}/messages/{second}")
    writes = [
        call.method
        for call in sandbox.calls[before:]
        if call.method != "GET" and call.route not in {"token", "/$batch"}
    ]

    assert asking.cancelled()
    told = [item["status"] for item in answer.json()["items"]]
    assert told == [200, 204, 200]
    assert deleted.status_code == 200
    assert writes == ["PATCH"]
