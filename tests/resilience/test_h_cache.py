"""Cases H: what is kept, for how long, and when it stands in."""

import asyncio
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace

from app.gateway.cache.keys import CacheKey
from app.gateway.cache.memory import MemoryStore
from app.gateway.cache.store import Entry
from app.gateway.operations.entry import Operation
from app.gateway.operations.mail import LIST_MESSAGES
from app.models.context import CacheControl
from tests.support.gateway import Gateway, gateway
from tests.support.scripted import Answer, ScriptedGraph

pytestmark = pytest.mark.anyio

DOWN = Answer(status=503, body=b"")
ONCE: dict[str, Any] = {"attempts": 1}
# Past freshness and revalidation; only a stand-in is left.
LONG = 3600.0


async def read(
    built: Gateway, operation: Operation = LIST_MESSAGES, **options: Any
) -> Any:
    return await built.ask(operation, **options)


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


class _Noting(MemoryStore):
    """Notes what it is given to keep."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(max_bytes)
        self.noted: list[Entry] = []

    async def put(self, key: CacheKey, entry: Entry) -> None:
        self.noted.append(entry)
        await super().put(key, entry)


async def test_t129_limits_of_an_answer_are_not_kept(tmp_path: Path) -> None:
    """What Graph said of its limits was about that one request."""
    limits = {
        "RateLimit": "limit=1017, remaining=1018, reset=1019",
        "RateLimit-Remaining": "1018",
        "Retry-After": "1020",
    }
    graph = ScriptedGraph(Answer(headers=limits))
    store = _Noting(2**20)
    async with gateway(tmp_path, graph, store=store) as built:
        first = await read(built)
        second = await read(built)
    [entry] = store.noted

    assert second == replace(first, delivery=second.delivery)
    for kept in (repr(second), repr(entry)):
        assert not any(value in kept for value in limits.values())
        assert "limit" not in kept.lower()


async def test_t130_what_came_together_does_not_go_together(
    tmp_path: Path,
) -> None:
    """200 answers of one moment expire over a fifth of their lifetime."""
    graph = ScriptedGraph()
    uniform = Random(7).uniform
    async with gateway(tmp_path, graph, uniform=uniform) as built:
        pages = [f"/users/a/messages?$top={number}" for number in range(200)]
        for page in pages:
            await read(built, target=page, mailbox=page)
        left = [200]
        for _ in range(33):
            await built.parts.clock.sleep(1)
            left.append(await _fresh(built, pages))

    expired = [before - after for before, after in pairwise(left)]
    assert left[26] == 200
    assert left[32] > 0
    assert left[33] == 0
    assert max(expired) < 200 / 4


async def _fresh(built: Gateway, pages: list[str]) -> int:
    only = CacheControl(only_if_cached=True)
    answers = [
        await read(built, target=page, mailbox=page, cache=only)
        for page in pages
    ]
    return sum(not answer.delivery.stale for answer in answers)
