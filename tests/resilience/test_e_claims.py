"""Cases E: sends that were taken over meanwhile, and dates that are set."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.support.clocks import JumpingClock
from tests.support.network import Carry
from tests.support.service import settings_for, started

pytestmark = pytest.mark.anyio

ADDRESS = "ada@contoso.example"
SENDS = f"/v1/mailboxes/{ADDRESS}/sends"


def mail(subject: str) -> dict[str, Any]:
    return {"to": [{"address": "noa@litware.example"}], "subject": subject}


def sent(sandbox: Sandbox) -> list[str]:
    """Return what was sent by these tests, the oldest first."""
    messages = sandbox.mailbox(ADDRESS).sent()
    subjects = [message["subject"] for message in reversed(messages)]
    return [s for s in subjects if s.startswith("Claim")]


async def write(data_dir: Path, statement: str) -> None:
    """Change the ledger, as another process does."""

    def change() -> None:
        with closing(sqlite3.connect(data_dir / "ledger.db")) as ledger:
            ledger.execute(statement)
            ledger.commit()

    await asyncio.to_thread(change)


async def test_a_refusal_is_not_told_of_what_somebody_else_has(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """Taken over by a process that may yet send it: it goes on."""
    fault = sandbox.faults.add(
        Fault(route="*/send", status=403, code="ErrorAccessDenied", times=1)
    )

    async def take_over(request: httpx.Request, go: Carry) -> httpx.Response:
        response = await go(request)
        if response.status_code == 403:
            await write(tmp_path, "UPDATE sends SET claim = 9, owner = 'two'")
        return response

    async with started(settings_for(tmp_path), sandbox) as service:
        service.network.between = take_over
        told = await service.client.post(SENDS, json=mail("Claim"))
        await service.clock.sleep(120)
        end = await service.client.get(told.headers["location"])

    assert sandbox.faults.fired(fault) == 1
    assert told.status_code == 202
    assert end.json()["status"] == "sent"
    assert sent(sandbox) == ["Claim"]


@pytest.mark.parametrize("hours", [-1, 1])
async def test_t157_what_is_due_does_not_wait_for_a_date(
    tmp_path: Path, sandbox: Sandbox, hours: int
) -> None:
    """Set an hour off in an outage: all is sent, in order, when it ends."""
    clock = JumpingClock()
    subjects = [f"Claim {number}" for number in range(3)]
    async with started(settings_for(tmp_path), sandbox, clock) as service:
        service.network.down = True
        for subject in subjects:
            await service.client.post(
                SENDS,
                json=mail(subject),
                headers={"Prefer": "respond-async"},
            )
        await service.clock.sleep(10)
        clock.ahead = timedelta(hours=hours)
        await service.clock.sleep(10)
        sandbox.settings.latency = 1  # Else all is sent in the same second.
        service.network.down = False
        await service.clock.sleep(180)

    assert sent(sandbox) == subjects


async def test_a_request_on_its_way_is_waited_for_whatever_the_date(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """A process with another date takes over: only one asks to send."""
    clock = JumpingClock()

    async def slowly(request: httpx.Request, go: Carry) -> httpx.Response:
        if request.url.path.endswith("/send"):
            await clock.sleep(9)
        return await go(request)

    settings = settings_for(tmp_path)
    other = JumpingClock()
    other.ahead = timedelta(hours=1)
    async with (
        started(settings, sandbox, clock) as one,
        started(settings, sandbox, other),
    ):
        one.network.between = slowly
        answer = await one.client.post(SENDS, json=mail("Claim"))
        await clock.sleep(120)
        asked = [c.at for c in sandbox.calls if c.path.endswith("/send")]

    assert answer.status_code in {201, 202}
    assert len(asked) == 1
    assert sent(sandbox) == ["Claim"]


async def test_a_row_of_another_release_stops_nothing(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """A word that nobody knows here: looked for, then sent like the rest."""
    async with started(settings_for(tmp_path), sandbox) as service:
        service.network.down = True
        for subject in ("Claim 0", "Claim 1"):
            await service.client.post(
                SENDS,
                json=mail(subject),
                headers={"Prefer": "respond-async"},
            )
        await service.clock.sleep(5)
        await write(tmp_path, "UPDATE sends SET before = 'perhaps'")
        sandbox.settings.latency = 1
        service.network.down = False
        await service.clock.sleep(180)

    assert sent(sandbox) == ["Claim 0", "Claim 1"]
