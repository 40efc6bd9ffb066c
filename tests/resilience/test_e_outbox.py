"""Cases E: what was accepted is sent, whatever happens meanwhile."""

from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.support.network import Carry
from tests.support.service import Service, settings_for, started

pytestmark = pytest.mark.anyio

HOUR = 3600.0
LANES = [f"{name}@contoso.example" for name in ("ada", "grace", "support")]
AT_ONCE = {"Prefer": "respond-async"}


class Meter:
    """Counts what is on its way to Graph, and when it set out."""

    def __init__(self, service: Service) -> None:
        self._clock = service.clock
        self.under_way: Counter[str] = Counter()
        self.most = 0
        self.times: list[float] = []
        service.network.between = self.carry

    async def carry(
        self, request: httpx.Request, carry: Carry
    ) -> httpx.Response:
        """Carry a request to Graph."""
        self.times.append(self._clock.now())
        self.under_way["all"] += 1
        self.most = max(self.most, self.under_way["all"])
        try:
            await self._clock.sleep(0.1)
            return await carry(request)
        finally:
            self.under_way["all"] -= 1


def mail(subject: str) -> dict[str, Any]:
    return {"to": [{"address": "grace@contoso.example"}], "subject": subject}


def subjects(sandbox: Sandbox, mailbox: str) -> list[str]:
    """Return what was sent in the drill, the oldest first."""
    sent = sandbox.mailbox(mailbox).sent()
    by_time = sorted(sent, key=lambda message: message["sentDateTime"])
    return [
        message["subject"]
        for message in by_time
        if message["subject"].startswith("Drill")
    ]


@pytest.mark.long
async def test_an_hour_of_outage_with_500_sends(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """All are sent once, in order, four at a time, and without a herd."""
    async with started(settings_for(tmp_path), sandbox) as service:
        service.network.down = True
        wanted: dict[str, list[str]] = {lane: [] for lane in LANES}
        for number in range(500):
            lane = LANES[number % len(LANES)]
            wanted[lane].append(f"Drill {number:03}")
            answer = await service.client.post(
                f"/v1/mailboxes/{lane}/sends",
                json=mail(wanted[lane][-1]),
                headers=AT_ONCE,
            )
            assert answer.status_code == 202
        await service.clock.sleep(HOUR)
        asked = len(service.network.requests)
        meter = Meter(service)
        service.network.down = False
        back = service.clock.now()
        while sum(len(subjects(sandbox, lane)) for lane in LANES) < 500:
            await service.clock.sleep(10)
            assert service.clock.now() < back + HOUR
        found = {lane: subjects(sandbox, lane) for lane in LANES}

    assert found == wanted
    assert meter.most <= 4
    # One try of each mailbox a minute, and what the breaker lets through.
    assert asked < 2 * 60 * len(LANES)
    first_second = [at for at in meter.times if at < min(meter.times) + 1.0]
    assert len(first_second) <= 4 * 10


async def test_a_doubt_in_some_mailboxes_does_not_stop_the_others(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """As many in doubt as may be carried on at once: another goes on."""
    *lanes, last = LANES
    sandbox.faults.add(Fault(route="*/send", hang=True, times=len(lanes)))
    settings = settings_for(tmp_path, outbox={"concurrency": 2})
    async with started(settings, sandbox) as service:
        for lane in lanes:
            await service.client.post(
                f"/v1/mailboxes/{lane}/sends",
                json=mail("Drill doubt"),
                headers=AT_ONCE,
            )
        await service.clock.sleep(20)
        await service.client.post(
            f"/v1/mailboxes/{last}/sends",
            json=mail("Drill last"),
            headers=AT_ONCE,
        )
        await service.clock.sleep(5)
        passed = subjects(sandbox, last)
        await service.clock.sleep(200)
        found = [subjects(sandbox, lane) for lane in lanes]

    assert passed == ["Drill last"]
    assert found == [["Drill doubt"]] * len(lanes)


async def test_what_has_ended_is_forgotten_in_its_time(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """How a send ended can be asked for as long as is set, and no longer."""
    settings = settings_for(tmp_path, ledger={"keep_sends": 3600})
    async with started(settings, sandbox) as service:
        done = await service.client.post(
            f"/v1/mailboxes/{LANES[0]}/sends", json=mail("Drill")
        )
        place = done.headers["location"]
        await service.clock.sleep(3000)
        known = await service.client.get(place)
        await service.clock.sleep(1800)
        forgotten = await service.client.get(place)

    assert known.json()["status"] == "sent"
    assert forgotten.status_code == 404
