"""Cases L: chaos, and a blackout with what comes after it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from app.sandbox import Fault, Sandbox
from app.sandbox.calls import Call
from app.telemetry.providers import Providers
from app.telemetry.signals.metrics import GRAPH_RETRIES
from tests.chaos.callers import MAILBOXES, Callers
from tests.chaos.invariants import (
    Attempt,
    Evidence,
    Times,
    attempts_of,
    begun_too_early,
    findings,
)
from tests.chaos.storm import storm
from tests.chaos.watching import Ops, complaints_in, held
from tests.support.network import Carry
from tests.support.service import Service, settings_for, started

pytestmark = pytest.mark.anyio

CALLS = 1000
SEED = 1
ADA = "/v1/mailboxes/ada@contoso.example"
MESSAGES = f"{ADA}/messages"
STRICT = {"Cache-Control": "no-cache"}
MAIL = {"to": [{"address": "noa@litware.example"}], "subject": "In the dark"}


class Timed:
    """Notes when each request began and ended, no two at the same moment."""

    def __init__(self) -> None:
        self.times: dict[str, Times] = {}
        self._stamps = 0

    async def __call__(
        self, request: httpx.Request, carry: Carry
    ) -> httpx.Response:
        began, has_answer = self._stamp(), False
        try:
            response = await carry(request)
            has_answer = True
        finally:
            name = request.headers.get("client-request-id", "")
            self.times[name] = Times(
                began=began, ended=self._stamp(), has_answer=has_answer
            )
        return response

    def _stamp(self) -> float:
        self._stamps += 1
        return asyncio.get_running_loop().time() + self._stamps * 1e-9


@asynccontextmanager
async def weather(
    data_dir: Path, sandbox: Sandbox
) -> AsyncIterator[tuple[Service, Timed, InMemoryMetricReader]]:
    """Start a service whose requests are timed and whose repeats counted."""
    timed, reader = Timed(), InMemoryMetricReader()
    meters = Providers(meters=MeterProvider([reader]))
    settings = settings_for(data_dir)
    async with started(settings, sandbox, providers=meters) as running:
        running.network.between = timed
        yield running, timed, reader


def counted(reader: InMemoryMetricReader, name: str) -> int:
    """Return how often something was counted, whatever its labels."""
    data = reader.get_metrics_data()
    return sum(
        int(getattr(point, "value", 0))
        for resource in (data.resource_metrics if data else ())
        for scope in resource.scope_metrics
        for metric in scope.metrics
        if metric.name == name
        for point in metric.data.data_points
    )


def recorded(sandbox: Sandbox) -> list[dict[str, Any]]:
    """Return what Graph was asked, as plain data."""
    return [
        {field.name: getattr(call, field.name) for field in fields(Call)}
        for call in sandbox.calls
        if call.path.startswith("/v1.0/")
    ]


async def ops(service: Service) -> dict[str, Any]:
    """Return what operators see."""
    shown: dict[str, Any] = (await service.client.get("/ops")).json()
    return shown


@pytest.mark.long
async def test_t151_a_storm(tmp_path: Path, sandbox: Sandbox) -> None:
    """1,000 mixed calls among faults: every invariant holds."""
    sandbox.settings.latency = 0.02
    async with weather(tmp_path, sandbox) as (service, timed, reader):
        callers = Callers(service.client, service.clock, SEED)
        await callers.learn()
        tasks = (await ops(service))["process"]["tasks"]
        for fault in storm(SEED, times=2.0):
            sandbox.faults.add(Fault(**fault))
        await callers.run(CALLS, workers=32)
        sandbox.faults.clear()
        # What was accepted is a promise, also what is answered by 202.
        await Ops(client=service.client, clock=service.clock).drained()
        await service.clock.sleep(30)
        left = held(await ops(service), tasks)
        calls = recorded(sandbox)
        evidence = Evidence(
            told=callers.told,
            sent=[
                message["subject"]
                for _, mailbox in MAILBOXES
                for message in sandbox.mailbox(mailbox).sent()
                if message["subject"].startswith("storm ")
            ],
            attempts=attempts_of(timed.times, calls, skew=0.0),
            retries=counted(reader, GRAPH_RETRIES.name),
            peak=max(sandbox.peak(mailbox) for _, mailbox in MAILBOXES),
            left=left,
            complaints=complaints_in(service.log.getvalue().splitlines()),
        )

    struck = sum(call["fault"] is not None for call in calls)
    assert struck > CALLS * 0.05
    assert evidence.retries > CALLS * 0.02
    assert len(evidence.sent) > CALLS * 0.05
    assert sum(call["retry_after"] is not None for call in calls) > 10
    assert [f for f in findings(evidence) if not f.holds] == []


def evidence_of(**changes: Any) -> Evidence:
    """Return evidence of a quiet day, but for what is given."""
    quiet = Evidence(told=[], sent=[], attempts=[], retries=0, peak=4)
    return replace(quiet, **changes)


def attempt(began: float, **changes: Any) -> Attempt:
    """Return a request that took a second."""
    quiet = Attempt(mailbox="ada", began=began, ended=began + 1)
    return replace(quiet, **changes)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        pytest.param("duplicates", {"sent": ["a", "b", "a"]}, id="twice"),
        pytest.param(
            "begun inside a Retry-After",
            {"attempts": [attempt(1, closed_until=5), attempt(4.9)]},
            id="early",
        ),
        pytest.param(
            "amplification",
            {"attempts": [attempt(n) for n in range(20)], "retries": 3},
            id="amplified",
        ),
        pytest.param("peak in flight per mailbox", {"peak": 5}, id="peak"),
        pytest.param("leaked permits", {"left": {"permits": 1}}, id="leak"),
        pytest.param("complaints in the log", {"complaints": 1}, id="log"),
    ],
)
def test_t151_what_is_broken_is_found(
    name: str, changes: dict[str, Any]
) -> None:
    """The judge of the storm is no rubber stamp."""
    broken = [f.name for f in findings(evidence_of(**changes)) if not f.holds]

    assert broken == [name]


def test_t151_what_was_on_the_wire_is_no_early_call() -> None:
    """Begun before the refusal came in, after its end, or for another."""
    refused = attempt(1, closed_until=5)
    others = [attempt(1.9), attempt(5), attempt(3, mailbox="grace")]

    assert begun_too_early([refused, *others]) == 0


async def test_t152_chaos_is_off_by_default(
    service: Service, sandbox: Sandbox
) -> None:
    """Without a fault in force nothing goes wrong, on any route."""
    callers = Callers(service.client, service.clock, seed=1)
    await callers.learn()
    await callers.run(100, workers=8)

    assert len(sandbox.faults) == 0
    assert {told.code for told in callers.told} == {None}
    assert all(call.fault is None for call in sandbox.calls)


async def test_t152_chaos_is_switched_by_tenant_and_route(
    service: Service, sandbox: Sandbox
) -> None:
    """At run time, for one tenant's one route, and off again."""
    linus = "/v1/mailboxes/linus@fabrikam.example"
    fabrikam = {"Exchange-Tenant": "fabrikam", **STRICT}

    async def asked() -> list[int]:
        answers = [
            await service.client.get(MESSAGES, headers=STRICT),
            await service.client.get(f"{linus}/messages", headers=fabrikam),
            await service.client.get(linus, headers=fabrikam),
        ]
        return [answer.status_code for answer in answers]

    before = await asked()
    fault = sandbox.faults.add(
        Fault(
            tenant="fabrikam.example",
            route="/users/{mailbox}/messages",
            status=500,
        )
    )
    during = await asked()
    sandbox.faults.remove(fault)
    after = await asked()

    assert before == after == [200, 200, 200]
    assert during == [200, 503, 200]


async def test_t152_chaos_sits_innermost_and_is_told(
    service: Service, sandbox: Sandbox
) -> None:
    """Every policy meets the fault, and it is on record which one it was."""
    name = sandbox.faults.add(
        Fault(route="/users/*", status=429, retry_after=2, times=1)
    )
    answer = await service.client.get(MESSAGES)
    struck = [call.fault for call in sandbox.calls if call.fault]

    assert answer.status_code == 200
    assert answer.headers["exchange-graph-calls"] == "2"
    assert service.events("gate.closed")
    assert service.events("graph.call.recovered")
    assert struck == [name]
    assert sandbox.faults.fired(name) == 1


async def read_in_the_dark(
    service: Service, seconds: int
) -> tuple[list[httpx.Response], int]:
    """Read and fail for a while; return the reads, and probes of the breaker.

    One mailbox alone opens no breaker, so others are asked for as well.
    """
    reads, before = [], None
    for second in range(0, seconds, 2):
        reads.append(await service.client.get(MESSAGES))
        await service.client.get(
            f"/v1/mailboxes/m{second % 18}@contoso.example/messages"
        )
        if (
            before is None
            and (await ops(service))["breakers"][0]["state"] == "open"
        ):
            before = len(service.network.requests)
        await service.clock.sleep(2)
    assert before is not None
    return reads, len(service.network.requests) - before


async def test_t153_five_minutes_of_blackout(service: Service) -> None:
    """Reads stale, sends queued, one probe for each break."""
    await service.client.get(MESSAGES)
    await service.clock.sleep(40)
    service.network.down = True
    reads, probes = await read_in_the_dark(service, 300)
    write = await service.client.post(f"{ADA}/sends", json=MAIL)
    breaks = len(service.events("breaker.half_opened"))

    assert {read.status_code for read in reads} == {200}
    assert {r.headers["exchange-freshness"] for r in reads} == {"stale"}
    assert max(read.elapsed.total_seconds() for read in reads) < 30
    assert write.status_code == 202
    assert write.json()["status"] == "queued"
    assert write.json()["outcome"] == "not_performed"
    assert 3 <= breaks <= 8
    assert probes == breaks


@pytest.mark.long
async def test_t153_recovery_without_a_herd(
    service: Service, sandbox: Sandbox
) -> None:
    """Graph is back: one probe, then all, within the break and 5 s."""
    sandbox.settings.latency = 0.05
    await service.client.get(MESSAGES)
    key = {"Idempotency-Key": "in-the-dark", "Exchange-Tenant": "fabrikam"}
    linus = "/v1/mailboxes/linus@fabrikam.example/sends"
    service.network.down = True
    await read_in_the_dark(service, 300)
    queued = await service.client.post(linus, json=MAIL, headers=key)
    service.network.down = False
    [reading, *_] = (await ops(service))["breakers"]
    began, seen = service.clock.now(), len(service.network.requests)
    rounds: list[list[httpx.Response]] = []
    await service.clock.sleep(max(0.0, reading["opens_in"] - 2))
    while not rounds or rounds[-1][0].status_code != 200:
        rounds.append(
            await asyncio.gather(
                *(
                    service.client.get(MESSAGES, headers=STRICT)
                    for _ in range(50)
                )
            )
        )
        await service.clock.sleep(0.5)
    took = service.clock.now() - began
    *_, last = rounds
    probes = [a for a in last if a.headers["exchange-graph-calls"] != "0"]
    everybody = await asyncio.gather(
        *(service.client.get(MESSAGES, headers=STRICT) for _ in range(50))
    )
    again = await service.client.post(linus, json=MAIL, headers=key)
    await service.clock.sleep(70)
    subjects = [
        m["subject"] for m in sandbox.mailbox("linus@fabrikam.example").sent()
    ]

    assert took <= reading["opens_in"] + 5
    assert len(probes) == 1
    assert all(a.headers["retry-after"] for a in last if a not in probes)
    assert {answer.status_code for answer in everybody} == {200}
    assert len(service.network.requests) - seen <= 1 + 50 + 6
    assert sandbox.peak("ada@contoso.example") <= 4
    assert sandbox.throttled == 0
    assert queued.status_code == again.status_code == 202
    assert subjects.count("In the dark") == 1


def test_t153_the_log_is_read_as_it_is_written() -> None:
    """What counts as a complaint of the service."""
    lines = [
        json.dumps({"event": "http.access"}),
        json.dumps({"event": "http.failed"}),
        "Task exception was never retrieved",
        "Traceback (most recent call last):",
    ]

    assert complaints_in(lines) == 2
