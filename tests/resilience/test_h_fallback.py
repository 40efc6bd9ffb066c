"""Cases H: the ways to an answer, one after the other."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.gateway.operations.entry import EVERY_WAY, LIVE, Operation, Way
from app.gateway.operations.mail import LIST_MESSAGES
from app.models.context import CacheControl
from app.problems.failures import NotInCache
from app.problems.graph_failures import GraphUnavailable
from tests.support.gateway import Gateway, events, gateway
from tests.support.scripted import Answer, ScriptedGraph

pytestmark = pytest.mark.anyio

DOWN = Answer(status=503, body=b"")
ONCE: dict[str, Any] = {"attempts": 1}


async def read(
    built: Gateway, operation: Operation = LIST_MESSAGES, **options: Any
) -> Any:
    return await built.ask(operation, **options)


async def test_t116_every_way_that_failed_is_told(tmp_path: Path) -> None:
    """The last error carries what became of each way, and so does the log."""
    graph = ScriptedGraph(Answer(), otherwise=DOWN)
    async with gateway(tmp_path, graph, retry=ONCE) as built:
        await read(built)
        await built.parts.clock.sleep(60)
        with pytest.raises(GraphUnavailable) as refused:
            await read(built, cache=CacheControl(no_cache=True))
        await built.parts.clock.sleep(86_400)
        with pytest.raises(GraphUnavailable) as too_old:
            await read(built)
        with pytest.raises(NotInCache) as offline:
            await read(
                built, mailbox="x", cache=CacheControl(only_if_cached=True)
            )
    told = [event["tried"] for event in events(built.log, "graph.call.failed")]

    assert refused.value.tried == (
        ("fresh-cache", "unwanted"),
        ("revalidating-cache", "unwanted"),
        ("graph", "graph-unavailable"),
        ("stale-cache", "unwanted"),
    )
    assert too_old.value.tried == (
        ("fresh-cache", "too-old"),
        ("revalidating-cache", "too-old"),
        ("graph", "graph-unavailable"),
        ("stale-cache", "too-old"),
    )
    assert offline.value.tried == (
        ("fresh-cache", "nothing-kept"),
        ("stale-cache", "nothing-kept"),
    )
    assert told == [
        dict(error.value.tried) for error in (refused, too_old, offline)
    ]


@pytest.mark.parametrize(
    ("ways", "age", "outcome"),
    [
        (EVERY_WAY, 10, "hit; ttl=20"),
        (EVERY_WAY, 60, "hit; ttl=-30; detail=revalidating"),
        (EVERY_WAY, 600, "fwd=stale; fwd-status=503"),
        ((Way.FRESH, Way.GRAPH, Way.STALE), 10, "hit; ttl=20"),
        (
            (Way.FRESH, Way.GRAPH, Way.STALE),
            60,
            "fwd=stale; fwd-status=503",
        ),
        ((Way.FRESH, Way.GRAPH), 10, "hit; ttl=20"),
        ((Way.FRESH, Way.GRAPH), 60, "graph-unavailable"),
        ((Way.GRAPH, Way.STALE), 10, "fwd=stale; fwd-status=503"),
        (LIVE, 10, "graph-unavailable"),
    ],
)
async def test_t118_an_operation_has_the_ways_it_names(
    tmp_path: Path, ways: tuple[Way, ...], age: float, outcome: str
) -> None:
    """The table of operations decides what an outage looks like."""
    operation = replace(LIST_MESSAGES, fallback=ways)
    graph = ScriptedGraph(Answer(), otherwise=DOWN)
    async with gateway(tmp_path, graph, retry=ONCE) as built:
        await read(built, operation)
        await built.parts.clock.sleep(age)
        try:
            answer = await read(built, operation)
        except GraphUnavailable as error:
            found = error.code
        else:
            found = answer.delivery.status

    assert found == outcome
