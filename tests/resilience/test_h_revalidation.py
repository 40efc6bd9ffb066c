"""Cases H: answers that are given while Graph is asked for new ones."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from app.gateway.operations.mail import LIST_MESSAGES
from app.models.context import CacheControl
from app.problems.resources import ItemNotFound
from tests.support.gateway import Gateway, events, gateway
from tests.support.scripted import Answer, Hang, ScriptedGraph

pytestmark = pytest.mark.anyio

OLD = Answer(body=b'{"value": []}')
NEW = Answer(body=b'{"value": [{"id": "new"}]}')
DOWN = Answer(status=503, body=b"")


async def read(built: Gateway, **options: Any) -> Any:
    return await built.ask(LIST_MESSAGES, **options)


def slow(answer: Answer) -> Answer:
    return Answer(body=answer.body, after=1)


async def test_t115_fifty_are_answered_at_once(tmp_path: Path) -> None:
    """Past freshness: all get what is kept, marked; one asks Graph."""
    graph = ScriptedGraph(OLD, otherwise=slow(NEW))
    async with gateway(tmp_path, graph) as built:
        first = await read(built)
        await built.parts.clock.sleep(31)
        began = built.parts.clock.now()
        answers = await asyncio.gather(*(read(built) for _ in range(50)))
        took = built.parts.clock.now() - began
        await built.parts.clock.sleep(1.1)
        renewed = await read(built)

    assert took == 0
    assert len(graph.heard) == 2
    for answer in answers:
        assert answer.body == first.body
        assert answer.delivery.stale is True
        assert answer.delivery.age == pytest.approx(31)
        assert answer.delivery.status == "hit; ttl=-1; detail=revalidating"
    assert renewed.body != first.body
    assert renewed.delivery.stale is False
    assert renewed.delivery.age == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("cache", "age"),
    [
        pytest.param({}, 331, id="after five minutes"),
        pytest.param({"revalidate": 0}, 31, id="switched off"),
        pytest.param({"revalidate": 10}, 41, id="shortened"),
        pytest.param({"stale": 5}, 36, id="not even a stand-in"),
    ],
)
async def test_t115_the_time_ends(
    tmp_path: Path, cache: dict[str, Any], age: float
) -> None:
    """After it callers wait for Graph again."""
    graph = ScriptedGraph(OLD, otherwise=slow(NEW))
    async with gateway(tmp_path, graph, cache=cache) as built:
        await read(built)
        await built.parts.clock.sleep(age)
        answer = await read(built)

    assert answer.delivery.stale is False
    assert answer.delivery.status.startswith("fwd=stale; fwd-status=200")


@pytest.mark.parametrize(
    "wishes",
    [
        CacheControl(no_cache=True),
        CacheControl(max_age=0),
        CacheControl(max_age=3600),
        CacheControl(stale_if_error=10),
    ],
)
async def test_t115_who_demands_freshness_waits(
    tmp_path: Path, wishes: CacheControl
) -> None:
    """Whoever says how old an answer may be gets Graph's."""
    graph = ScriptedGraph(OLD, otherwise=slow(NEW))
    async with gateway(tmp_path, graph) as built:
        await read(built)
        await built.parts.clock.sleep(60)
        answer = await read(built, cache=wishes)

    assert answer.delivery.stale is False


async def test_t115_only_if_cached_asks_nobody(tmp_path: Path) -> None:
    """Who wants no request made causes none in the background either."""
    graph = ScriptedGraph()
    async with gateway(tmp_path, graph) as built:
        await read(built)
        await built.parts.clock.sleep(60)
        answer = await read(built, cache=CacheControl(only_if_cached=True))
        await built.parts.clock.sleep(1)

    assert answer.delivery.stale is True
    assert answer.delivery.status == "hit; ttl=-30"
    assert len(graph.heard) == 1


async def test_t115_who_waits_joins_the_refresh(tmp_path: Path) -> None:
    """A refresh and a caller that waits share one request."""
    graph = ScriptedGraph(OLD, otherwise=slow(NEW))
    async with gateway(tmp_path, graph) as built:
        await read(built)
        await built.parts.clock.sleep(60)
        await read(built)
        await built.parts.clock.sleep(0.1)
        waited = await read(built, cache=CacheControl(max_age=0))

    assert waited.delivery.status.endswith("collapsed")
    assert len(graph.heard) == 2


async def test_t115_the_caller_does_not_pay(tmp_path: Path) -> None:
    """A refresh is on nobody's bill, and lasts beyond the caller's time."""
    graph = ScriptedGraph(OLD, otherwise=slow(NEW))
    async with gateway(tmp_path, graph) as built:
        await read(built)
        await built.parts.clock.sleep(60)
        call = built.call(LIST_MESSAGES, seconds=0.5)
        await built.pipeline.ask(call)
        await built.parts.clock.sleep(2)
        answer = await read(built)

    assert call.tally.sent == 0
    assert call.context.costs.graph_calls == 0
    assert answer.delivery.stale is False
    assert graph.cancelled == 0


async def test_t115_a_refresh_does_not_hang_for_ever(tmp_path: Path) -> None:
    """With Graph hanging, a refresh ends by the timeout of an attempt."""
    graph = ScriptedGraph(OLD, otherwise=Hang)
    async with gateway(tmp_path, graph) as built:
        await read(built)
        await built.parts.clock.sleep(60)
        await read(built)
        await built.parts.clock.sleep(9)
        during = len(built.parts.refreshes)
        await built.parts.clock.sleep(2)
        after = len(built.parts.refreshes)

    assert (during, after) == (1, 0)
    assert graph.in_flight == 0
    assert events(built.log, "cache.refresh_failed")[0]["outcome"] == (
        "graph-timeout"
    )


async def test_t115_refreshes_leave_room_for_those_who_wait(
    tmp_path: Path,
) -> None:
    """Ten answers of a mailbox go stale: two at a time are renewed."""
    graph = ScriptedGraph(otherwise=slow(OLD))

    def page(number: int) -> dict[str, str]:
        return {"target": f"/users/ada@contoso.example/messages?$top={number}"}

    async with gateway(tmp_path, graph) as built:
        await asyncio.gather(*(read(built, **page(n)) for n in range(10)))
        await built.parts.clock.sleep(60)
        graph.peak = 0
        answers = [await read(built, **page(n)) for n in range(10)]
        other = await read(built, mailbox="grace@contoso.example")
        await built.parts.clock.sleep(2)

    assert graph.peak == 3
    assert other.delivery.stale is False
    details = [answer.delivery.status.split("=")[-1] for answer in answers]
    assert details == ["revalidating"] * 2 + ["too-many-refreshes"] * 8


async def test_t115_stopping_ends_refreshes(tmp_path: Path) -> None:
    """The end of the service is not held up, and nothing is left over."""
    graph = ScriptedGraph(OLD, otherwise=Hang)
    async with gateway(tmp_path, graph) as built:
        await read(built)
        await built.parts.clock.sleep(60)
        await read(built)
        await built.parts.clock.sleep(0.1)
        began = built.parts.clock.now()
        await built.parts.aclose()
        took = built.parts.clock.now() - began
        late = await read(built)

    assert took == 0
    assert graph.cancelled == 1
    assert graph.in_flight == 0
    assert late.delivery.stale is True
    assert len(graph.heard) == 2


async def test_t117_a_final_refusal_is_told_next_time(tmp_path: Path) -> None:
    """The refresh learns that all rights are gone: so does the next caller."""
    rejected = Answer(status=400, body=b"")
    graph = ScriptedGraph(OLD, otherwise=rejected)
    async with gateway(tmp_path, graph) as built:
        await read(built)
        await built.parts.clock.sleep(60)
        await read(built)
        await built.parts.clock.sleep(1)
        results = await asyncio.gather(read(built), return_exceptions=True)
        graph.otherwise = NEW
        await read(built)
        await built.parts.clock.sleep(60)
        meanwhile = await read(built)

    assert isinstance(results[0], Exception)
    assert meanwhile.delivery.stale is True


async def test_t117_a_refresh_finds_that_it_is_gone(tmp_path: Path) -> None:
    """A refresh that meets 404 forgets what was kept."""
    graph = ScriptedGraph(OLD, otherwise=Answer(status=404, body=b""))
    async with gateway(tmp_path, graph) as built:
        await read(built)
        await built.parts.clock.sleep(60)
        await read(built)
        await built.parts.clock.sleep(1)
        with pytest.raises(ItemNotFound):
            await read(built)

        assert len(built.parts.store) == 0
