"""Cases F: the circuit breaker."""

import asyncio
import io
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.metrics import NoOpCounter, NoOpMeter

from app.gateway.calls import ScopeKey
from app.gateway.operations.directory import LIST_MAILBOXES
from app.gateway.policies.circuit import Circuit, State, Ticket
from app.gateway.policies.gates import LocalGates
from app.keyed import Keyed
from app.problems.errors import ExchangeError
from app.problems.failures import NoConnectionFree
from app.problems.graph_failures import GraphCircuitOpen, GraphUnavailable
from app.telemetry.logs import EventLog
from app.telemetry.recorder import Telemetry
from tests.support.breaker import (
    DOWN,
    LIMITS,
    ONCE,
    circuit_state,
    knock,
)
from tests.support.clocks import JumpingClock
from tests.support.gateway import gateway
from tests.support.scripted import Answer, Hang, Heard, ScriptedGraph

pytestmark = pytest.mark.anyio


async def test_t078_interleaved_failures_open_it(tmp_path: Path) -> None:
    """One success, four failures, over and over: it opens all the same."""
    numbers = count()

    def mostly_down(_heard: Heard) -> Answer:
        return Answer() if next(numbers) % 5 == 0 else DOWN

    graph = ScriptedGraph(otherwise=mostly_down)
    async with gateway(tmp_path, graph, retry=ONCE) as built:
        results = await knock(built, 30)
        state = circuit_state(built)

    assert state is State.OPEN
    assert isinstance(results[-1], GraphCircuitOpen)
    # Twenty calls are the fewest on which it may judge.
    assert len(graph.heard) == 20


async def test_t082_one_probe_for_a_hundred_callers(tmp_path: Path) -> None:
    """When the break is over, one call goes through and 99 are refused."""
    graph = ScriptedGraph(otherwise=DOWN)
    async with gateway(tmp_path, graph, retry=ONCE) as built:
        await knock(built, 20)
        await built.parts.clock.sleep(6.1)
        asked_before = len(graph.heard)
        graph.otherwise = Answer(after=0.2)
        results = await asyncio.gather(
            *(built.send(mailbox=f"m{n}@contoso.example") for n in range(100)),
            return_exceptions=True,
        )
        state = circuit_state(built)

    refused = [r for r in results if isinstance(r, GraphCircuitOpen)]
    assert len(graph.heard) == asked_before + 1
    assert len(refused) == 99
    assert all(error.retry_after for error in refused)
    assert state is State.CLOSED


async def test_t085_a_cancelled_probe_frees_the_way(tmp_path: Path) -> None:
    """A probe whose caller leaves decides nothing; the next one may try."""
    graph = ScriptedGraph(otherwise=DOWN)
    async with gateway(tmp_path, graph, retry=ONCE) as built:
        await knock(built, 20)
        await built.parts.clock.sleep(6.1)
        graph.otherwise = Answer(after=5)
        probe = asyncio.create_task(built.send())
        await built.parts.clock.sleep(1)
        probe.cancel()
        await asyncio.gather(probe, return_exceptions=True)
        during = circuit_state(built)
        await built.send()
        after = circuit_state(built)

    assert during is State.HALF_OPEN
    assert after is State.CLOSED


async def test_t090_cancellations_do_not_open_it(tmp_path: Path) -> None:
    """Fifty callers leave, one after the other: it stays closed."""
    graph = ScriptedGraph(otherwise=Hang)
    async with gateway(tmp_path, graph) as built:
        for number in range(50):
            leaving = asyncio.create_task(
                built.send(mailbox=f"m{number}@contoso.example")
            )
            await built.parts.clock.sleep(1)
            leaving.cancel()
            await asyncio.gather(leaving, return_exceptions=True)
        [(_, report)] = list(built.breaker.reports())

    assert len(graph.heard) == 50
    assert report.state is State.CLOSED
    assert (report.calls, report.failures) == (0, 0)


@pytest.mark.parametrize("status", [400, 403, 404, 409, 412])
@pytest.mark.long
async def test_t091_storms_of_refusals_do_not_open_it(
    tmp_path: Path, status: int
) -> None:
    """What callers do wrong says nothing about Graph."""
    graph = ScriptedGraph(otherwise=Answer(status=status, body=b""))
    async with gateway(tmp_path, graph) as built:
        results = await knock(built, 1000)
        state = circuit_state(built)

    assert all(isinstance(result, ExchangeError) for result in results)
    assert len(graph.heard) == 1000
    assert state is State.CLOSED


async def test_t092_throttling_closes_gates_not_the_circuit(
    tmp_path: Path,
) -> None:
    """A storm of 429 shuts each mailbox's gate; the breaker stays closed."""
    refusal = Answer(status=429, body=b"", headers={"Retry-After": "40"})
    graph = ScriptedGraph(otherwise=refusal)
    async with gateway(tmp_path, graph) as built:
        await knock(built, 100)
        state = circuit_state(built)
        closed = len(list(built.parts.gates.closed()))

    assert state is State.CLOSED
    assert closed == 100


async def test_t078_what_belongs_to_no_mailbox_is_not_capped(
    tmp_path: Path,
) -> None:
    """The directory as a whole fails: that is no one mailbox's trouble."""
    graph = ScriptedGraph(otherwise=Answer(status=500, body=b""))
    listing = replace(LIST_MAILBOXES, fresh=0.0, stale=0.0)
    async with gateway(tmp_path, graph, retry={"attempts": 1}) as built:
        for _ in range(100):
            with pytest.raises(ExchangeError):
                await built.ask(listing, mailbox=None)

    assert len(graph.heard) == 20


async def test_t093_a_full_pool_is_nobodys_failure(tmp_path: Path) -> None:
    """No connection free: our own doing, whichever tenant it hits."""
    graph = ScriptedGraph(otherwise=httpx.PoolTimeout("full"))
    async with gateway(tmp_path, graph, retry={"attempts": 1}) as built:
        for number in range(100):
            with pytest.raises(NoConnectionFree):
                await built.send(mailbox=f"m{number}@contoso.example")
        states = [state for _, state in built.breaker.states()]

    assert len(graph.heard) == 100
    assert states == [State.CLOSED]


async def test_t093_tenants_do_not_share_their_fate(tmp_path: Path) -> None:
    """One tenant's outage refuses nothing to the other."""

    def one_is_down(heard: Heard) -> Answer:
        return DOWN if "@contoso" in heard.url else Answer()

    graph = ScriptedGraph(otherwise=one_is_down)
    async with gateway(tmp_path, graph, retry=ONCE) as built:
        down = await knock(built, 40)
        well = await knock(built, 40, tenant="fabrikam")
        states = circuit_state(built), circuit_state(built, "fabrikam")

    assert isinstance(down[-1], GraphCircuitOpen)
    assert not any(isinstance(result, Exception) for result in well)
    assert states == (State.OPEN, State.CLOSED)


async def test_t093_a_broken_mailbox_does_not_open_it(tmp_path: Path) -> None:
    """However often one mailbox fails, others are served."""

    def one_is_broken(heard: Heard) -> Answer:
        return DOWN if "broken@" in heard.url else Answer()

    graph = ScriptedGraph(otherwise=one_is_broken)
    async with gateway(tmp_path, graph, retry=ONCE) as built:
        for _ in range(200):
            await asyncio.gather(
                built.send(mailbox="broken@contoso.example"),
                return_exceptions=True,
            )
        await built.send(mailbox="well@contoso.example")
        state = circuit_state(built)

    assert state is State.CLOSED


@pytest.mark.long
async def test_t094_many_mailboxes_share_few_circuits(tmp_path: Path) -> None:
    """A circuit for each tenant and workload, however many mailboxes."""
    graph = ScriptedGraph(otherwise=Answer(status=404, body=b""))
    async with gateway(tmp_path, graph) as built:
        await knock(built, 3000)
        await knock(built, 10, tenant="fabrikam")
        sizes = len(built.parts.circuits), len(built.parts.budgets)

    assert sizes == (2, 2)


def test_t094_the_maps_are_bounded() -> None:
    """100,000 tenants in a day: few are kept, and an open one always."""
    now = 0.0
    circuits: Keyed[str, Circuit] = Keyed(
        lambda _: Circuit(LIMITS), now=lambda: now, most=1000
    )
    broken = circuits["broken"]
    isolated = circuits["isolated"]
    isolated.isolate()
    for number in range(20):
        leave = broken.admit(now)
        assert isinstance(leave, Ticket)
        broken.failed(leave, now, f"m{number}")
    sizes: set[int] = set()
    for number in range(100_000):
        now += 86_400 / 100_000
        circuit = circuits[f"t{number}"]
        leave = circuit.admit(now)
        assert isinstance(leave, Ticket)
        circuit.succeeded(leave, now)
        sizes.add(len(circuits))

    # Soft by the two that must not be forgotten.
    assert max(sizes) <= 1002
    assert circuits.peek("broken") is broken
    assert circuits.peek("isolated") is isolated


async def test_t094_gates_are_bounded_too(tmp_path: Path) -> None:
    """100,000 mailboxes paused for a minute each: those of now are kept."""
    async with gateway(tmp_path, ScriptedGraph()) as built:
        clock = built.parts.clock
        gates = LocalGates(clock, most=1000)
        always = ScopeKey("contoso", "always")
        await gates.close(always, 90_000)
        for number in range(100_000):
            await clock.sleep(0.864)
            await gates.close(ScopeKey("contoso", f"m{number}"), 60)
        left = await gates.closed_for(always)
        known = len(gates)

    assert known <= 1000
    assert left == pytest.approx(90_000 - 86_400)


@pytest.mark.parametrize("jump", [-1, 1])
async def test_t096_the_date_has_no_say(tmp_path: Path, jump: int) -> None:
    """The clock on the wall is set an hour off: the break is as long."""
    clock = JumpingClock()
    graph = ScriptedGraph(otherwise=DOWN)
    async with gateway(tmp_path, graph, clock=clock, retry=ONCE) as built:
        await knock(built, 20)
        [(_, before)] = list(built.breaker.reports())
        clock.ahead = timedelta(hours=jump)
        [(_, after)] = list(built.breaker.reports())
        await clock.sleep(before.opens_in - 0.01)
        [refused] = await knock(built, 1)
        graph.otherwise = Answer()
        await clock.sleep(0.02)
        [served] = await knock(built, 1)

    assert before.opens_in == after.opens_in == pytest.approx(5, rel=0.2)
    assert isinstance(refused, GraphCircuitOpen)
    assert not isinstance(served, Exception)


async def test_t098_an_open_breaker_ends_the_retries(tmp_path: Path) -> None:
    """It sees each attempt; once it opens, the call is over at once."""
    graph = ScriptedGraph(otherwise=DOWN)
    async with gateway(
        tmp_path,
        graph,
        retry={"attempts": 10, "base_delay": 0.1, "max_delay": 0.1},
        budget={"reserve": 1000},
        breaker={"minimum_calls": 7},
    ) as built:
        results = await knock(built, 3)
        [(_, report)] = list(built.breaker.reports())
        sent = len(graph.heard)

    # Of one mailbox five failures count, so that two are needed for seven.
    assert sent == 10 + 2
    assert isinstance(results[0], GraphUnavailable)
    assert isinstance(results[1], GraphCircuitOpen)
    assert results[1].attempts == 2
    assert isinstance(results[2], GraphCircuitOpen)
    assert results[2].attempts == 0
    assert report.state is State.OPEN


async def test_t099_a_listener_that_fails_does_no_harm(
    tmp_path: Path,
) -> None:
    """Neither log nor metrics can be written: calls end as they would."""

    class Broken(io.StringIO):
        def write(self, _text: str, /) -> int:
            raise OSError("no space left on device")

    class Refusing(NoOpMeter):
        def create_counter(self, *_: Any, **__: Any) -> Any:
            return RefusingCounter("x")

    class RefusingCounter(NoOpCounter):
        def add(self, *_: Any, **__: Any) -> None:
            raise RuntimeError("the collector is gone")

    telemetry = Telemetry(EventLog(Broken()), meter=Refusing("tests"))
    graph = ScriptedGraph(otherwise=DOWN)
    async with gateway(
        tmp_path, graph, retry=ONCE, telemetry=telemetry
    ) as built:
        results = await knock(built, 21)
        opened = circuit_state(built)
        await built.parts.clock.sleep(6.1)
        graph.otherwise = Answer()
        [served] = await knock(built, 1)
        closed = circuit_state(built)

    assert {type(result) for result in results[:20]} == {GraphUnavailable}
    assert isinstance(results[20], GraphCircuitOpen)
    assert not isinstance(served, Exception)
    assert (opened, closed) == (State.OPEN, State.CLOSED)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_t100_answers_that_are_failures_count(
    tmp_path: Path, status: int
) -> None:
    """Graph's own 5xx come as answers, not as exceptions: they count."""
    graph = ScriptedGraph(otherwise=Answer(status=status, body=b""))
    async with gateway(tmp_path, graph, retry=ONCE) as built:
        await knock(built, 20)
        state = circuit_state(built)

    assert state is State.OPEN
