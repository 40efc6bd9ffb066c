"""Cases C: the retry budget."""

import asyncio
import random
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.gateway.policies.budget import RetryBudget
from app.problems.errors import ExchangeError
from app.problems.graph_failures import GraphFailed, GraphUnavailable
from tests.support.gateway import Gateway, events, gateway
from tests.support.metering import Metering
from tests.support.scripted import Answer, Heard, ScriptedGraph

pytestmark = pytest.mark.anyio

DOWN = Answer(status=503, body=b"")
NO_BREAKER = {"minimum_calls": 10_000_000}
"""Out of the way: it would stop requests altogether."""


def budget(built: Gateway, tenant: str = "contoso") -> RetryBudget:
    return built.parts.budgets[built.call(tenant=tenant).health]


async def fails(built: Gateway, **options: Any) -> ExchangeError:
    """Make a call that fails, and return its error."""
    with pytest.raises(ExchangeError) as caught:
        await built.send(**options)
    return caught.value


@pytest.mark.parametrize("ratio", [0.1, 0.2])
@pytest.mark.long
async def test_t038_an_outage_is_not_made_worse(
    tmp_path: Path, ratio: float
) -> None:
    """Total outage, 10,000 calls: requests stay within the budget."""
    calls, reserve = 10_000, 3
    graph = ScriptedGraph(otherwise=DOWN)
    async with gateway(
        tmp_path,
        graph,
        retry={"attempts": 4},
        budget={"ratio": ratio, "reserve": reserve},
        breaker=NO_BREAKER,
    ) as built:
        for number in range(calls):
            with pytest.raises(GraphFailed):
                await built.send(mailbox=f"m{number % 500}@contoso.example")

    assert len(graph.heard) <= calls * (1 + ratio) + reserve
    assert len(graph.heard) > calls * (1 + ratio / 2)


async def test_t038_without_a_budget_it_would_be_fourfold(
    tmp_path: Path,
) -> None:
    """The same with a budget that covers everything, to compare."""
    graph = ScriptedGraph(otherwise=DOWN)
    async with gateway(
        tmp_path,
        graph,
        retry={"attempts": 4},
        budget={"ratio": 1.0, "reserve": 1000},
        breaker=NO_BREAKER,
    ) as built:
        for number in range(300):
            with pytest.raises(GraphFailed):
                await built.send(mailbox=f"m{number}@contoso.example")
        remaining = budget(built).remaining

    assert len(graph.heard) == 4 * 300
    assert remaining > 0


@pytest.mark.long
async def test_t039_single_failures_are_healed(tmp_path: Path) -> None:
    """5 % of requests fail at random: hardly any caller sees it."""
    chance = random.Random(39)

    def sometimes_down(_heard: Heard) -> Answer:
        return DOWN if chance.random() < 0.05 else Answer()

    calls = 10_000
    graph = ScriptedGraph(otherwise=sometimes_down)
    async with gateway(
        tmp_path, graph, retry={"attempts": 4}, breaker=NO_BREAKER
    ) as built:
        failed = 0
        for number in range(calls):
            mailbox = f"m{number % 500}@contoso.example"
            result = await asyncio.gather(
                built.send(mailbox=mailbox), return_exceptions=True
            )
            failed += isinstance(result[0], ExchangeError)

    assert failed / calls < 0.0005
    assert 1.045 < len(graph.heard) / calls <= 1.06


async def test_t040_an_empty_budget_ends_it_at_once(tmp_path: Path) -> None:
    """Nothing left: the error itself, at once, marked and counted."""
    metering = Metering()
    graph = ScriptedGraph(otherwise=DOWN)
    async with gateway(
        tmp_path,
        graph,
        budget={"reserve": 2, "ratio": 0.0},
        telemetry=metering.telemetry,
    ) as built:
        first = await fails(built)
        before = built.parts.clock.now()
        error = await fails(built)
        took = built.parts.clock.now() - before
    counted = metering.value("exchange.budget.exhausted")

    assert isinstance(error, GraphUnavailable)
    assert error.upstream is not None
    assert error.upstream.status == 503
    assert (first.attempts, error.attempts) == (3, 1)
    assert (first.budget_exhausted, error.budget_exhausted) == (False, True)
    assert took == 0
    assert counted == 1


async def test_t040_it_is_told_in_the_log(tmp_path: Path) -> None:
    """The log line of the call says why it was not repeated."""
    graph = ScriptedGraph(otherwise=DOWN)
    async with gateway(
        tmp_path, graph, budget={"reserve": 0, "ratio": 0.0}
    ) as built:
        with pytest.raises(GraphUnavailable):
            await built.ask()
        lines = events(built.log, "graph.call.failed")

    assert [line.get("budget_exhausted") for line in lines] == [True]


@pytest.mark.parametrize("ratio", [0.1, 0.2])
@pytest.mark.long
async def test_t041_retries_that_wait_count(
    tmp_path: Path, ratio: float
) -> None:
    """1,000 fail at once and all want to repeat: a few of them sleep."""
    graph = ScriptedGraph(otherwise=Answer(status=503, body=b"", after=0.1))
    async with gateway(
        tmp_path,
        graph,
        budget={"ratio": ratio},
        retry={"base_delay": 10},
        breaker=NO_BREAKER,
        limits={"tenant_concurrency": 1000},
    ) as built:
        calls = [
            asyncio.create_task(built.send(mailbox=f"m{n}@contoso.example"))
            for n in range(1000)
        ]
        await built.parts.clock.sleep(0.1001)
        asleep = sum(not call.done() for call in calls)
        await asyncio.gather(*calls, return_exceptions=True)

    assert 0 < asleep <= max(3, 1000 * ratio)
    assert len(graph.heard) <= 1000 + max(3, 1000 * ratio)


async def test_t042_a_quiet_time_restores_the_reserve(tmp_path: Path) -> None:
    """Used up; ten minutes later a single failure is repeated again."""
    graph = ScriptedGraph(otherwise=DOWN)
    async with gateway(tmp_path, graph, budget={"ratio": 0.0}) as built:
        for _ in range(3):
            await fails(built)
        emptied = await fails(built)
        await built.parts.clock.sleep(600)
        graph.steps = [DOWN]
        graph.otherwise = Answer()
        reply = await built.send()

    assert emptied.budget_exhausted
    assert reply.status == 200


@pytest.mark.parametrize("status", [400, 403, 404, 409, 412, 501])
async def test_t043_what_is_not_repeated_costs_nothing(
    tmp_path: Path, status: int
) -> None:
    """Errors that no repeat would cure leave the budget as it was."""
    graph = ScriptedGraph(otherwise=Answer(status=status, body=b""))
    async with gateway(tmp_path, graph, budget={"ratio": 0.0}) as built:
        for _ in range(50):
            await fails(built)
        remaining = budget(built).remaining

    assert len(graph.heard) == 50
    assert remaining == 3


@pytest.mark.parametrize("answer", [DOWN, Answer(status=429, body=b"")])
async def test_t043_what_is_repeated_is_paid_for(
    tmp_path: Path, answer: Answer
) -> None:
    """A failure, or being throttled: each repeat costs one."""
    graph = ScriptedGraph(answer)
    async with gateway(tmp_path, graph, budget={"ratio": 0.0}) as built:
        await built.send()
        remaining = budget(built).remaining

    assert remaining == 2


async def test_t044_what_was_never_sent_is_free_once(tmp_path: Path) -> None:
    """Connection refused: repeated beside attempts and budget, but once."""
    refused = httpx.ConnectError("refused")
    graph = ScriptedGraph(refused)
    async with gateway(
        tmp_path,
        graph,
        retry={"attempts": 1},
        budget={"reserve": 0, "ratio": 0.0},
    ) as built:
        reply = await built.send()
        healed = len(graph.heard)
        graph.otherwise = refused
        error = await fails(built)
        asked = len(graph.heard) - healed

    assert reply.status == 200
    assert healed == 2
    assert asked == 2
    assert not error.budget_exhausted


async def test_t044_attempts_come_on_top_of_it(tmp_path: Path) -> None:
    """Refused, then failing: still as many attempts as are allowed."""
    graph = ScriptedGraph(httpx.ConnectError("refused"), otherwise=DOWN)
    async with gateway(tmp_path, graph, budget={"ratio": 0.0}) as built:
        await fails(built)
        remaining = budget(built).remaining

    assert len(graph.heard) == 1 + 3
    assert remaining == 1


async def test_t045_tenants_have_budgets_of_their_own(tmp_path: Path) -> None:
    """One tenant has used up its budget: the other still repeats."""
    graph = ScriptedGraph(otherwise=DOWN)
    async with gateway(tmp_path, graph, budget={"ratio": 0.0}) as built:
        for _ in range(3):
            await fails(built)
        graph.steps = [DOWN]
        graph.otherwise = Answer()
        reply = await built.send(tenant="fabrikam")
        left = budget(built).remaining, budget(built, "fabrikam").remaining

    assert reply.status == 200
    assert left == (0, 2)


def test_t046_nothing_leaks() -> None:
    """10,000 calls with two repeats each: what is paid was earned."""
    purse = RetryBudget(ratio=1.0, reserve=3)
    taken = 0
    for number in range(10_000):
        purse.earn(now=float(number))
        taken += purse.take(now=float(number))
        taken += purse.take(now=float(number))

    assert taken + purse.remaining == 10_000 + 3
    assert purse.remaining == 0
    assert purse.take(now=10_060.0)
