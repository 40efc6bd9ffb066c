"""Cases D: timeouts, deadlines, cancellation."""

import asyncio
from pathlib import Path

import pytest

from app.gateway.policies.circuit import State
from app.problems.errors import ExchangeError
from app.problems.graph_failures import GraphTimeout
from tests.support.gateway import SEND_MAIL, gateway
from tests.support.scripted import Answer, Hang, ScriptedGraph

pytestmark = pytest.mark.anyio


async def test_t049_a_hanging_attempt_is_ended_and_repeated(
    tmp_path: Path,
) -> None:
    """Graph hangs once: ended after 10 seconds, repeated, answered."""
    graph = ScriptedGraph(Hang)
    async with gateway(tmp_path, graph) as built:
        await built.send()

    assert len(graph.heard) == 2
    assert 10 <= graph.times[1] <= 10.5
    assert graph.cancelled == 1


async def test_t049_the_total_is_never_exceeded(tmp_path: Path) -> None:
    """Graph hangs for ever: the caller knows at its deadline."""
    graph = ScriptedGraph(otherwise=Hang)
    async with gateway(tmp_path, graph) as built:
        began = built.parts.clock.now()
        with pytest.raises(GraphTimeout):
            await built.ask(seconds=25)
        took = built.parts.clock.now() - began

    assert took <= 25.05
    assert len(graph.heard) == 3
    assert graph.in_flight == 0


async def test_t049_a_hanging_write_is_not_repeated(tmp_path: Path) -> None:
    """What a hanging write did is unknown; it is sent once."""
    graph = ScriptedGraph(otherwise=Hang)
    async with gateway(tmp_path, graph) as built:
        with pytest.raises(GraphTimeout):
            await built.ask(SEND_MAIL)

    assert len(graph.heard) == 1


async def test_t050_the_attempt_keeps_to_the_deadline(tmp_path: Path) -> None:
    """With 1.2 seconds left an attempt gets 1.2 seconds."""
    graph = ScriptedGraph(otherwise=Hang)
    async with gateway(tmp_path, graph) as built:
        began = built.parts.clock.now()
        with pytest.raises(GraphTimeout):
            await built.send(seconds=1.2)
        took = built.parts.clock.now() - began

    assert took == pytest.approx(1.2, abs=0.001)


async def test_t053_cancellation_reaches_graph(tmp_path: Path) -> None:
    """A caller that leaves ends its request and gives its permit back."""
    graph = ScriptedGraph(Hang, otherwise=Answer(after=0.05))
    async with gateway(
        tmp_path, graph, limits={"mailbox_concurrency": 1}
    ) as built:
        leaving = asyncio.create_task(built.send())
        await built.parts.clock.sleep(1)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        cancelled = graph.cancelled
        began = built.parts.clock.now()
        await built.send()
        took = built.parts.clock.now() - began
        circuit = built.parts.circuits[built.call().health]

    assert cancelled == 1
    assert len(graph.heard) == 2
    assert took == pytest.approx(0.05, abs=0.001)
    assert circuit.state is State.CLOSED


async def test_t054_cancellation_ends_a_backoff(tmp_path: Path) -> None:
    """A caller that leaves while we wait to repeat: no further request."""
    graph = ScriptedGraph(Answer(status=429, headers={"Retry-After": "5"}))
    async with gateway(tmp_path, graph) as built:
        leaving = asyncio.create_task(built.send())
        await built.parts.clock.sleep(1)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        await built.parts.clock.sleep(60)

    assert len(graph.heard) == 1


async def test_t055_cancellation_is_never_swallowed(tmp_path: Path) -> None:
    """Fifty cancellations at all moments: each one is felt."""
    graph = ScriptedGraph(otherwise=Answer(status=503, body=b"", after=0.3))
    async with gateway(tmp_path, graph) as built:
        for number in range(50):
            task = asyncio.create_task(
                built.send(mailbox=f"m{number}@contoso.example")
            )
            await built.parts.clock.sleep(number * 0.02)
            was_running = task.cancel()
            outcome = await asyncio.gather(task, return_exceptions=True)
            expected = asyncio.CancelledError if was_running else ExchangeError
            assert isinstance(outcome[0], expected)

    assert graph.in_flight == 0
