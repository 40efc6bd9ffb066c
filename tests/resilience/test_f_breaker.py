"""Cases F: the circuit breaker."""

import asyncio
from itertools import count
from pathlib import Path

import pytest

from app.gateway.policies.circuit import State
from app.problems.errors import ExchangeError
from app.problems.graph_failures import GraphCircuitOpen
from tests.support.gateway import Gateway, gateway
from tests.support.scripted import Answer, Heard, ScriptedGraph

pytestmark = pytest.mark.anyio

DOWN = Answer(status=503, body=b"")
ONCE = {"attempts": 1}


async def knock(
    built: Gateway, calls: int, tenant: str = "contoso"
) -> list[object]:
    """Make calls for as many mailboxes, one after the other."""
    return [
        (
            await asyncio.gather(
                built.send(mailbox=f"m{n}@{tenant}.example", tenant=tenant),
                return_exceptions=True,
            )
        )[0]
        for n in range(calls)
    ]


def circuit_state(built: Gateway, tenant: str = "contoso") -> State:
    return built.parts.circuits[built.call(tenant=tenant).health].state


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


@pytest.mark.parametrize("status", [400, 403, 404, 409, 412])
async def test_t091_storms_of_refusals_do_not_open_it(
    tmp_path: Path, status: int
) -> None:
    """What callers do wrong says nothing about Graph."""
    graph = ScriptedGraph(otherwise=Answer(status=status, body=b""))
    async with gateway(tmp_path, graph) as built:
        results = await knock(built, 100)
        state = circuit_state(built)

    assert all(isinstance(result, ExchangeError) for result in results)
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
