"""Cases B and C: attempts and the retry budget."""

from pathlib import Path

import pytest

from app.gateway.operations.entry import Workload
from app.problems.graph_failures import GraphFailed, GraphUnavailable
from tests.support.gateway import gateway
from tests.support.scripted import Answer, ScriptedGraph

pytestmark = pytest.mark.anyio

DOWN = Answer(status=503, body=b"")


@pytest.mark.parametrize("attempts", [1, 3, 5])
async def test_t027_never_one_more_than_allowed(
    tmp_path: Path, attempts: int
) -> None:
    """Always 503: exactly N requests, and the last error tells N."""
    graph = ScriptedGraph(otherwise=DOWN)
    async with gateway(
        tmp_path, graph, retry={"attempts": attempts}, budget={"reserve": 10}
    ) as built:
        with pytest.raises(GraphUnavailable) as caught:
            await built.send()

    assert len(graph.heard) == attempts
    assert caught.value.attempts == attempts


@pytest.mark.parametrize("ratio", [0.1, 0.2])
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
        # Out of the way: it would stop requests altogether.
        breaker={"minimum_calls": 10_000_000},
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
        breaker={"minimum_calls": 10_000_000},
    ) as built:
        for number in range(300):
            with pytest.raises(GraphFailed):
                await built.send(mailbox=f"m{number}@contoso.example")

        remaining = built.parts.budgets[built.call().health].remaining

    assert len(graph.heard) == 4 * 300
    assert remaining > 0
    assert built.call().health.name == Workload.MAIL_READ
