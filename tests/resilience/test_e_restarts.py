"""Cases E: what was begun when the process ended is ended by the next."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from app.sandbox import Fault, Sandbox
from tests.support.ledger import Place
from tests.support.service import started

pytestmark = pytest.mark.anyio

ADDRESS = "ada@contoso.example"
SENDS = f"/v1/mailboxes/{ADDRESS}/sends"
MAIL: dict[str, Any] = {
    "to": [{"address": "grace@contoso.example"}],
    "subject": "Over a restart",
}


def copies(sandbox: Sandbox) -> int:
    sent = sandbox.mailbox(ADDRESS).sent()
    return [m["subject"] for m in sent].count(MAIL["subject"])


def drafts(sandbox: Sandbox) -> int:
    there = sandbox.mailbox(ADDRESS).inside("drafts")
    return [m["subject"] for m in there].count(MAIL["subject"])


@pytest.mark.parametrize("after", [0.5, 1.5, 2.5, 3.5, 4.5, 6.5])
async def test_stopping_cuts_no_send_in_two(
    place: Place, sandbox: Sandbox, after: float
) -> None:
    """Told to stop in the middle: answered, and ended by the next process."""
    sandbox.settings.latency = 1.0
    async with started(place.settings(), sandbox) as service:
        sending = asyncio.create_task(service.client.post(SENDS, json=MAIL))
        await service.clock.sleep(after)
    answer = await sending
    async with started(place.settings(), sandbox) as service:
        await service.clock.sleep(30)

    assert answer.status_code in {201, 202}
    assert copies(sandbox) == 1
    assert drafts(sandbox) == 0


@pytest.mark.parametrize("route", ["/users/{mailbox}/messages", "*/send"])
async def test_what_hangs_is_found_out_about_by_the_next(
    place: Place, sandbox: Sandbox, route: str
) -> None:
    """Stopped while Graph did it and did not say so: done once."""
    sandbox.faults.add(
        Fault(method="POST", route=route, hang=True, after_work=True, times=1)
    )
    async with started(place.settings(), sandbox) as service:
        sending = asyncio.create_task(service.client.post(SENDS, json=MAIL))
        await service.clock.sleep(3)
    answer = await sending
    async with started(place.settings(), sandbox) as service:
        await service.clock.sleep(120)

    assert answer.status_code in {201, 202}
    assert copies(sandbox) == 1
    assert drafts(sandbox) == 0


async def test_what_is_scheduled_outlasts_restarts(
    place: Place, sandbox: Sandbox
) -> None:
    """Due while no process runs: sent by the next one that does."""
    async with started(place.settings(), sandbox) as service:
        due = service.clock.wall() + timedelta(hours=1)
        mail = {**MAIL, "send_at": due.isoformat()}
        answer = await service.client.post(SENDS, json=mail)
        await service.clock.sleep(1800)
        early = copies(sandbox)
    async with started(place.settings(), sandbox) as service:
        await service.clock.sleep(1790)
        before = copies(sandbox)
        await service.clock.sleep(60)

    assert answer.status_code == 202
    assert answer.json()["status"] == "queued"
    assert [early, before, copies(sandbox)] == [0, 0, 1]
