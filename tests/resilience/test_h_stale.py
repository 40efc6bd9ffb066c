"""Cases H: stale answers, and errors that none may hide."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.gateway.operations.entry import Operation, Way
from app.gateway.operations.folders import LIST_FOLDERS
from app.gateway.operations.mail import LIST_MESSAGES
from app.models.context import CacheControl
from app.problems.errors import ExchangeError
from app.problems.failures import NotInCache
from app.problems.graph_failures import GraphCircuitOpen, GraphUnavailable
from app.problems.resources import ItemNotFound, MailboxAccessDenied
from tests.support.gateway import Gateway, gateway
from tests.support.scripted import Answer, ScriptedGraph, Step

pytestmark = pytest.mark.anyio

DOWN = Answer(status=503, body=b"")
ONCE: dict[str, Any] = {"attempts": 1}
# Past freshness and revalidation; only a stand-in is left.
LONG = 3600.0


async def read(
    built: Gateway, operation: Operation = LIST_MESSAGES, **options: Any
) -> Any:
    return await built.ask(operation, **options)


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
        await built.parts.clock.sleep(LONG)
        second = await read(built)

    assert second.body == first.body
    assert second.delivery.stale is True
    assert second.delivery.age == pytest.approx(3600, abs=1)
    assert second.delivery.status.startswith("fwd=stale")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 412])
async def test_t117_final_errors_are_told(tmp_path: Path, status: int) -> None:
    """A stale answer does not hide that the thing is gone or denied."""
    graph = ScriptedGraph(Answer(), otherwise=Answer(status=status, body=b""))
    async with gateway(tmp_path, graph) as built:
        await read(built)
        await built.parts.clock.sleep(LONG)
        with pytest.raises(ExchangeError):
            await read(built)


async def test_t117_what_is_gone_is_forgotten(tmp_path: Path) -> None:
    """After a 404 the old answer is not given again."""
    graph = ScriptedGraph(
        Answer(), Answer(status=404, body=b""), otherwise=DOWN
    )
    async with gateway(tmp_path, graph, retry=ONCE) as built:
        await read(built)
        await built.parts.clock.sleep(LONG)
        with pytest.raises(ItemNotFound):
            await read(built)
        with pytest.raises(GraphUnavailable):
            await read(built)


async def test_t117_who_is_denied_keeps_nothing(tmp_path: Path) -> None:
    """A 403 purges all that was fetched of the mailbox with these rights."""
    graph = ScriptedGraph()
    async with gateway(tmp_path, graph) as built:
        for options in (
            {},
            {"operation": LIST_FOLDERS},
            {"principal": "somebody-else"},
            {"mailbox": "grace@contoso.example"},
            {"tenant": "fabrikam"},
        ):
            await read(built, **options)
        graph.otherwise = Answer(status=403, body=b"")
        with pytest.raises(MailboxAccessDenied):
            await read(built, cache=CacheControl(no_cache=True))
        graph.otherwise = DOWN
        for options in ({}, {"operation": LIST_FOLDERS}):
            with pytest.raises(GraphUnavailable):
                await read(built, **options)

        assert len(built.parts.store) == 3


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


async def test_t118_some_answers_are_never_stale(tmp_path: Path) -> None:
    """An operation may lack the way of stale answers: its error is told."""
    never_stale = replace(LIST_MESSAGES, fallback=(Way.FRESH, Way.GRAPH))
    graph = ScriptedGraph(Answer(), otherwise=DOWN)
    async with gateway(tmp_path, graph, retry=ONCE) as built:
        await read(built, never_stale)
        await built.parts.clock.sleep(20)
        fresh = await read(built, never_stale)
        await built.parts.clock.sleep(11)
        for _ in range(2):
            # Nothing could be given meanwhile, so there is no pause either.
            with pytest.raises(GraphUnavailable):
                await read(built, never_stale)
        with pytest.raises(NotInCache) as caught:
            await read(
                built, never_stale, cache=CacheControl(only_if_cached=True)
            )

    assert fresh.delivery.stale is False
    assert caught.value.status == 504


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
        await built.parts.clock.sleep(LONG)
        began = built.parts.clock.now()
        answer = await read(built)
        took = built.parts.clock.now() - began

    assert took == 0
    assert answer.delivery.stale is True
    assert len(graph.heard) == 2


async def test_t119_an_open_breaker_puts_nothing_off(tmp_path: Path) -> None:
    """What the breaker refused is asked as soon as that closes."""
    graph = ScriptedGraph(Answer(), otherwise=DOWN)
    async with gateway(tmp_path, graph, retry=ONCE) as built:
        await read(built)
        for number in range(20):
            with pytest.raises(ExchangeError):
                await built.send(mailbox=f"m{number}@contoso.example")
        await built.parts.clock.sleep(3)
        refused = [
            await read(built, cache=CacheControl(max_age=0)) for _ in range(9)
        ]
        asked_before = len(graph.heard)
        graph.otherwise = Answer()
        await built.parts.clock.sleep(60)
        await read(built)
        await built.parts.clock.sleep(0.1)
        back = await read(built)

    assert all(answer.delivery.stale for answer in refused)
    assert len(graph.heard) == asked_before + 1
    assert back.delivery.stale is False
