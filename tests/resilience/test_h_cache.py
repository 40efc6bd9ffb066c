"""Cases H: cache, stale answers, single flight."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.gateway.operations.mail import LIST_MESSAGES, UPDATE_MESSAGE
from app.models.context import CacheControl
from app.problems.errors import ExchangeError
from app.problems.failures import DeadlineExceeded
from app.problems.graph_failures import GraphCircuitOpen, GraphUnavailable
from app.problems.resources import ItemNotFound
from tests.support.gateway import Gateway, gateway
from tests.support.scripted import Answer, ScriptedGraph, Step

pytestmark = pytest.mark.anyio

DOWN = Answer(status=503, body=b"")
ONCE: dict[str, Any] = {"attempts": 1}


async def read(built: Gateway, **options: Any) -> Any:
    return await built.ask(LIST_MESSAGES, **options)


async def test_t114_a_fresh_answer_costs_nothing(tmp_path: Path) -> None:
    """Within its lifetime an answer is given again without asking."""
    graph = ScriptedGraph()
    async with gateway(tmp_path, graph) as built:
        first = await read(built)
        await built.parts.clock.sleep(29)
        second = await read(built)

    assert len(graph.heard) == 1
    assert first.body == second.body
    assert second.delivery.age == pytest.approx(29)
    assert second.delivery.status == "hit; ttl=1"


@pytest.mark.parametrize("warm", [False, True])
async def test_t114_fifty_ask_once(tmp_path: Path, *, warm: bool) -> None:
    """Fifty at once, nothing fresh: one request serves them all."""
    graph = ScriptedGraph(otherwise=Answer(after=0.1))
    async with gateway(tmp_path, graph) as built:
        if warm:
            await read(built)
            await built.parts.clock.sleep(31)
        asked_before = len(graph.heard)
        await asyncio.gather(*(read(built) for _ in range(50)))

    assert len(graph.heard) == asked_before + 1


@pytest.mark.parametrize(
    "step",
    [
        *[Answer(status=status, body=b"") for status in (500, 502, 503, 504)],
        httpx.ConnectError("refused"),
        httpx.ReadError("reset"),
        Answer(body=b"<html>", headers={"Content-Type": "text/html"}),
    ],
)
async def test_t116_a_stale_answer_stands_in(
    tmp_path: Path, step: Step
) -> None:
    """Graph fails: what was good a while ago is given, and marked."""
    graph = ScriptedGraph(Answer(), otherwise=step)
    async with gateway(tmp_path, graph, retry=ONCE) as built:
        first = await read(built)
        await built.parts.clock.sleep(3600)
        second = await read(built)

    assert second.body == first.body
    assert second.delivery.stale is True
    assert second.delivery.age == pytest.approx(3600, abs=1)
    assert second.delivery.status.startswith("fwd=stale")


@pytest.mark.parametrize("status", [400, 403, 404, 410, 412])
async def test_t117_final_errors_are_told(tmp_path: Path, status: int) -> None:
    """A stale answer does not hide that the thing is gone or denied."""
    graph = ScriptedGraph(Answer(), otherwise=Answer(status=status, body=b""))
    async with gateway(tmp_path, graph) as built:
        await read(built)
        await built.parts.clock.sleep(60)
        with pytest.raises(ExchangeError):
            await read(built)


async def test_t117_what_is_gone_is_forgotten(tmp_path: Path) -> None:
    """After a 404 the old answer is not given again."""
    graph = ScriptedGraph(
        Answer(), Answer(status=404, body=b""), otherwise=DOWN
    )
    async with gateway(tmp_path, graph, retry=ONCE) as built:
        await read(built)
        await built.parts.clock.sleep(60)
        with pytest.raises(ItemNotFound):
            await read(built)
        with pytest.raises(GraphUnavailable):
            await read(built)


async def test_t118_too_old_is_too_old(tmp_path: Path) -> None:
    """Past its time as a stand-in, the error is told."""
    graph = ScriptedGraph(Answer(), otherwise=DOWN)
    async with gateway(
        tmp_path, graph, retry=ONCE, cache={"stale": 100}
    ) as built:
        await read(built)
        await built.parts.clock.sleep(30 + 99)
        await read(built)
        await built.parts.clock.sleep(2)
        with pytest.raises(GraphUnavailable):
            await read(built)


async def test_t118_no_cache_never_gets_a_stale_answer(tmp_path: Path) -> None:
    """Who says no-cache is told the error."""
    graph = ScriptedGraph(Answer(), otherwise=DOWN)
    async with gateway(tmp_path, graph, retry=ONCE) as built:
        await read(built)
        with pytest.raises(GraphUnavailable):
            await read(built, cache=CacheControl(no_cache=True))


async def test_t119_an_open_circuit_serves_stale_at_once(
    tmp_path: Path,
) -> None:
    """With the breaker open nothing is asked and the stale answer given."""
    graph = ScriptedGraph(Answer(), otherwise=DOWN)
    async with gateway(tmp_path, graph, retry=ONCE) as built:
        await read(built)
        for number in range(20):
            with pytest.raises(ExchangeError):
                await built.send(mailbox=f"m{number}@contoso.example")
        with pytest.raises(GraphCircuitOpen):
            await built.send()
        # The answer outlives its freshness before the break is over.
        await built.parts.clock.sleep(3)
        asked_before = len(graph.heard)
        began = built.parts.clock.now()
        answer = await read(built, cache=CacheControl(max_age=0))
        took = built.parts.clock.now() - began

    assert len(graph.heard) == asked_before
    assert took == 0
    assert answer.delivery.stale is True
    assert answer.delivery.status.startswith("hit; ttl=0")
    assert answer.delivery.status.endswith("detail=circuit-open")


async def test_t119_an_empty_budget_serves_stale_at_once(
    tmp_path: Path,
) -> None:
    """With nothing left for retries the stale answer comes at once."""
    graph = ScriptedGraph(Answer(), otherwise=DOWN)
    async with gateway(
        tmp_path, graph, budget={"ratio": 0, "reserve": 0}
    ) as built:
        await read(built)
        await built.parts.clock.sleep(60)
        began = built.parts.clock.now()
        answer = await read(built)
        took = built.parts.clock.now() - began

    assert took == 0
    assert answer.delivery.stale is True
    assert len(graph.heard) == 2


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


async def test_t126_a_write_makes_reads_ask_again(tmp_path: Path) -> None:
    """After a write to the mailbox nothing older passes for fresh."""
    graph = ScriptedGraph(
        Answer(),
        Answer(body=b'{"id": "m1"}'),
        otherwise=Answer(),
    )
    async with gateway(tmp_path, graph) as built:
        await read(built)
        await built.ask(UPDATE_MESSAGE, body=b"{}")
        await read(built)
        await read(built)

    assert len(graph.heard) == 3


async def test_t126_a_slow_read_does_not_undo_a_write(tmp_path: Path) -> None:
    """A read that began before a write is not kept as fresh after it."""
    graph = ScriptedGraph(
        Answer(after=2), Answer(body=b'{"id": "m1"}'), otherwise=Answer()
    )
    async with gateway(tmp_path, graph) as built:
        slow = asyncio.create_task(read(built))
        await built.parts.clock.sleep(1)
        await built.ask(UPDATE_MESSAGE, body=b"{}")
        await slow
        await read(built)

    assert len(graph.heard) == 3
