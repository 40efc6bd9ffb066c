"""Cases J: more requests than can be served, in virtual time."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

import pytest

from app.sandbox import Fault, Sandbox
from tests.support.service import Service, settings_for, started
from tests.support.visitor import Visitor

pytestmark = pytest.mark.anyio

MAILBOXES = [
    ("ada@contoso.example", "contoso"),
    ("grace@contoso.example", "contoso"),
    ("support@contoso.example", "contoso"),
    ("linus@fabrikam.example", "fabrikam"),
]
ADA = "ada@contoso.example"
MESSAGES = "/v1/mailboxes/{}/messages"
LATENCY = 0.5
AT_ONCE = 8


@pytest.fixture
async def small(tmp_path: Path, sandbox: Sandbox) -> AsyncIterator[Service]:
    """A service that serves a dozen requests at once."""
    sandbox.settings.latency = LATENCY
    settings = settings_for(tmp_path, limits={"requests_in_flight": AT_ONCE})
    async with started(settings, sandbox) as running:
        yield running


@dataclass
class Load:
    """Requests at random moments and mailboxes, and what came of them.

    ``served`` and ``refused`` are how long the answers took.
    """

    service: Service
    chance: random.Random = field(default_factory=lambda: random.Random(139))
    served: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    codes: Counter[str] = field(default_factory=Counter)

    async def one(self) -> None:
        """Make one request and note what comes of it."""
        clock = self.service.clock
        mailbox, tenant = self.chance.choice(MAILBOXES)
        began = clock.now()
        answer = await self.service.client.get(
            MESSAGES.format(mailbox),
            params={"limit": 1},
            headers={"Cache-Control": "no-cache", "Exchange-Tenant": tenant},
        )
        took = clock.now() - began
        if answer.status_code == 200:
            self.served.append(took)
            return
        self.codes[answer.json()["code"]] += 1
        if answer.json()["code"] == "service-overloaded":
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) >= 1
            self.refused.append(took)

    async def closed(self, workers: int, seconds: float) -> None:
        """Have so many callers who each wait for their answer."""
        ends = self.service.clock.now() + seconds

        async def work() -> None:
            while self.service.clock.now() < ends:
                await self.one()

        await asyncio.gather(*(work() for _ in range(workers)))

    async def open(self, rate: float, seconds: float) -> None:
        """Have callers come at a rate, whether others are served or not."""
        tasks = []
        ends = self.service.clock.now() + seconds
        while self.service.clock.now() < ends:
            tasks.append(asyncio.create_task(self.one()))
            await self.service.clock.sleep(self.chance.expovariate(rate))
        await asyncio.gather(*tasks)


def p99(took: list[float]) -> float:
    return quantiles(took, n=100)[98]


async def test_t139_overload_is_refused_and_the_rest_served(
    small: Service,
) -> None:
    """5 times the capacity: goodput and latency hold, refusals are prompt."""
    await small.client.get("/v1/mailboxes")
    seconds = 12
    usual = Load(small)
    await usual.closed(AT_ONCE, seconds)
    capacity = len(usual.served) / seconds
    overload = Load(small)
    await overload.open(5 * capacity, seconds)

    assert usual.refused == []
    assert len(overload.served) / seconds >= 0.8 * capacity
    assert p99(overload.served) < 2 * p99(usual.served)
    assert set(overload.codes) == {"service-overloaded"}
    assert len(overload.refused) > 2 * len(overload.served)
    assert max(overload.refused) < 0.01


async def test_t139_what_can_wait_is_refused_first(
    small: Service, sandbox: Sandbox
) -> None:
    """Nearly full: who walks through a list is refused, who looks is not."""
    page = await small.client.get(MESSAGES.format(ADA), params={"limit": 1})
    onward = f"limit=1&cursor={page.json()['next_cursor']}"
    sandbox.faults.add(Fault(route="/users/*", hang=True))
    waiting = [
        asyncio.create_task(
            small.client.get(f"/v1/mailboxes/m{number}@contoso.example")
        )
        for number in range(6)
    ]
    await small.clock.sleep(1)
    began = small.clock.now()
    walker = await small.client.get(f"{MESSAGES.format(ADA)}?{onward}")
    took = small.clock.now() - began
    looker = asyncio.create_task(
        small.client.get(MESSAGES.format(ADA), params={"limit": 2})
    )
    await small.clock.sleep(1)
    is_served = not looker.done()
    for task in (*waiting, looker):
        task.cancel()
    await asyncio.gather(*waiting, looker, return_exceptions=True)

    assert walker.status_code == 503
    assert walker.json()["code"] == "service-overloaded"
    assert 5 <= int(walker.headers["retry-after"]) <= 10
    assert took == 0
    assert is_served


@pytest.mark.long
async def test_t140_after_an_overload_all_is_as_before(
    small: Service, sandbox: Sandbox
) -> None:
    """Overload while Graph fails: one window later nothing is left of it."""
    await small.client.get("/v1/mailboxes")
    usual = Load(small)
    await usual.closed(AT_ONCE, 10)
    fault = sandbox.faults.add(
        Fault(route="/users/*", status=503, probability=0.3, seed=140)
    )
    overload = Load(small)
    await overload.open(5 * len(usual.served) / 10, 10)
    sandbox.faults.remove(fault)
    await small.clock.sleep(30)
    before = len(sandbox.calls)
    after = Load(small)
    await after.closed(AT_ONCE, 10)

    assert overload.codes["graph-unavailable"] > 0
    assert overload.codes["service-overloaded"] > 0
    assert not after.codes
    assert len(after.served) >= 0.95 * len(usual.served)
    assert p99(after.served) <= 1.1 * p99(usual.served)
    assert len(sandbox.calls) - before == len(after.served)


async def test_t141_nothing_is_done_for_who_has_left(
    service: Service, sandbox: Sandbox
) -> None:
    """Forty queue for a mailbox, thirty leave: Graph is asked for ten."""
    await service.client.get(MESSAGES.format(ADA))
    sandbox.settings.latency = 1.0
    visitors = [
        Visitor(service=service, path=f"{MESSAGES.format(ADA)}?limit={number}")
        for number in range(41, 81)
    ]
    before = len(sandbox.calls)
    visits = [visitor.visit() for visitor in visitors[:4]]
    await service.clock.sleep(0.1)
    visits += [visitor.visit() for visitor in visitors[4:]]
    await service.clock.sleep(0.4)
    leaving = [v for n, v in enumerate(visitors) if n >= 4 and n % 6 != 0]
    for visitor in leaving:
        visitor.leave()
    await asyncio.gather(*visits)
    staying = [v for v in visitors if v not in leaving]

    assert len(leaving) == 30
    assert {visitor.status for visitor in leaving} == {None}
    assert {visitor.status for visitor in staying} == {200}
    assert len(sandbox.calls) - before == len(staying)


async def test_t141_nothing_is_done_for_who_is_out_of_time(
    service: Service, sandbox: Sandbox
) -> None:
    """Forty queue, each for two seconds: then no call is begun any more."""
    await service.client.get(MESSAGES.format(ADA))
    sandbox.settings.latency = 1.0
    before, began = len(sandbox.calls), service.clock.now()
    answers = await asyncio.gather(
        *(
            service.client.get(
                MESSAGES.format(ADA),
                params={"limit": number},
                headers={"Prefer": "wait=2"},
            )
            for number in range(41, 81)
        )
    )
    took = service.clock.now() - began
    asked = len(sandbox.calls) - before
    await service.clock.sleep(60)
    codes = Counter(a.json().get("code", "served") for a in answers)

    assert took == pytest.approx(2, abs=0.05)
    assert codes["served"] >= 4
    assert set(codes) <= {"served", "deadline-exceeded", "graph-timeout"}
    assert asked <= 12
    assert len(sandbox.calls) - before == asked
