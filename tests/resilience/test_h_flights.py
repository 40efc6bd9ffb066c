"""Cases H: many who ask for the same share one call."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from app.gateway.operations.mail import LIST_MESSAGES
from app.problems.errors import ExchangeError
from app.problems.failures import DeadlineExceeded
from app.problems.graph_failures import GraphCircuitOpen, GraphUnavailable
from tests.support.breaker import DOWN, knock
from tests.support.gateway import Gateway, gateway
from tests.support.scripted import Answer, ScriptedGraph

pytestmark = pytest.mark.anyio

ONCE: dict[str, Any] = {"attempts": 1}


async def read(built: Gateway, **options: Any) -> Any:
    return await built.ask(LIST_MESSAGES, **options)


async def test_t121_a_cancelled_leader_takes_nobody_along(
    tmp_path: Path,
) -> None:
    """Who began the flight leaves; the others get the answer, of one call."""
    graph = ScriptedGraph(otherwise=Answer(after=1))
    async with gateway(tmp_path, graph) as built:
        leader = asyncio.create_task(read(built))
        await built.parts.clock.sleep(0.1)
        followers = [asyncio.create_task(read(built)) for _ in range(5)]
        await built.parts.clock.sleep(0.1)
        leader.cancel()
        answers = await asyncio.gather(*followers)

    assert leader.cancelled()
    assert len(answers) == 5
    assert len(graph.heard) == 1


async def test_t121_a_cancelled_follower_takes_nobody_along(
    tmp_path: Path,
) -> None:
    """One follower leaves; the leader and the others are unaffected."""
    graph = ScriptedGraph(otherwise=Answer(after=1))
    async with gateway(tmp_path, graph) as built:
        tasks = [asyncio.create_task(read(built)) for _ in range(5)]
        await built.parts.clock.sleep(0.1)
        tasks[2].cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)

    assert isinstance(results[2], asyncio.CancelledError)
    assert not any(isinstance(results[n], BaseException) for n in (0, 1, 3, 4))
    assert len(graph.heard) == 1


async def test_t121_an_impatient_follower_leaves_alone(tmp_path: Path) -> None:
    """A follower with 30 ms is told so after 30 ms; the others wait on."""
    graph = ScriptedGraph(otherwise=Answer(after=1))
    async with gateway(tmp_path, graph) as built:
        leader = asyncio.create_task(read(built))
        await built.parts.clock.sleep(0.1)
        began = built.parts.clock.now()
        with pytest.raises(DeadlineExceeded):
            await read(built, seconds=0.03)
        took = built.parts.clock.now() - began
        await leader

    assert took == pytest.approx(0.03, abs=0.03)
    assert len(graph.heard) == 1


async def test_t121_a_patient_follower_is_not_cut_short(
    tmp_path: Path,
) -> None:
    """The flight has the time of the most patient, not of who began it."""
    graph = ScriptedGraph(otherwise=Answer(after=3))
    async with gateway(tmp_path, graph) as built:
        leader = asyncio.create_task(read(built, seconds=1))
        await built.parts.clock.sleep(0.1)
        follower = asyncio.create_task(read(built, seconds=30))
        results = await asyncio.gather(
            leader, follower, return_exceptions=True
        )

    assert isinstance(results[0], ExchangeError)
    assert not isinstance(results[1], BaseException)


async def test_t121_a_patient_follower_outlives_a_leader_in_the_queue(
    tmp_path: Path,
) -> None:
    """The leader's time ends before its turn; the follower has its own."""
    graph = ScriptedGraph(otherwise=Answer(after=3))
    async with gateway(tmp_path, graph) as built:
        busy = [asyncio.create_task(built.send()) for _ in range(4)]
        await built.parts.clock.sleep(0.1)
        leader = asyncio.create_task(read(built, seconds=1))
        await built.parts.clock.sleep(0.1)
        await read(built, seconds=30)
        with pytest.raises(DeadlineExceeded):
            await leader
        await asyncio.gather(*busy)

    assert len(graph.heard) == 5


async def test_t122_when_all_have_left_the_call_ends(tmp_path: Path) -> None:
    """With nobody left to wait, Graph is not kept busy."""
    graph = ScriptedGraph(otherwise=Answer(after=5))
    async with gateway(tmp_path, graph) as built:
        tasks = [asyncio.create_task(read(built)) for _ in range(3)]
        await built.parts.clock.sleep(0.1)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await built.parts.clock.sleep(0)

        in_flight = graph.in_flight

    assert graph.cancelled == 1
    assert in_flight == 0


async def test_t123_a_failed_leader_fails_all_at_once(tmp_path: Path) -> None:
    """All who wait are told the same error, after one request."""
    graph = ScriptedGraph(otherwise=Answer(status=503, body=b"", after=0.05))
    async with gateway(tmp_path, graph, retry=ONCE) as built:
        began = built.parts.clock.now()
        results = await asyncio.gather(
            *(read(built) for _ in range(20)), return_exceptions=True
        )
        took = built.parts.clock.now() - began

    assert all(isinstance(result, GraphUnavailable) for result in results)
    assert len(graph.heard) == 1
    assert took == pytest.approx(0.05, abs=0.01)


@pytest.mark.parametrize(
    "difference",
    [
        {"principal": "somebody-else"},
        {"tenant": "fabrikam"},
        {"representation": "text"},
        {"target": "/users/ada@contoso.example/messages?$top=2"},
        {"binding": "another list's cursors"},
        {"headers": {"Prefer": 'outlook.body-content-type="text"'}},
    ],
)
async def test_t124_nobody_joins_anothers_flight(
    tmp_path: Path, difference: dict[str, Any]
) -> None:
    """Another principal, tenant or form of the answer: another call."""
    graph = ScriptedGraph(otherwise=Answer(after=0.1))
    async with gateway(tmp_path, graph) as built:
        await asyncio.gather(read(built), read(built, **difference))
        await read(built, **difference)

    assert len(graph.heard) == 2


async def test_t121_a_probe_is_shared_like_any_call(tmp_path: Path) -> None:
    """Who asks what the probe asks has its answer, and is not refused."""
    graph = ScriptedGraph(otherwise=DOWN)
    async with gateway(tmp_path, graph, retry=ONCE) as built:
        await knock(built, 20)
        await built.parts.clock.sleep(6.1)
        graph.otherwise = Answer(after=1)
        asked_before = len(graph.heard)
        probe = asyncio.create_task(read(built))
        await built.parts.clock.sleep(0.1)
        follower = asyncio.create_task(read(built))
        with pytest.raises(GraphCircuitOpen):
            await read(built, mailbox="bob@contoso.example")
        await asyncio.gather(probe, follower)

    assert len(graph.heard) == asked_before + 1
