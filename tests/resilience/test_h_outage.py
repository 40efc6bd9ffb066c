"""Cases H: what is asked of Graph while it cannot answer."""

import asyncio
import gc
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.gateway.operations.mail import LIST_MESSAGES, UPDATE_MESSAGE
from app.models.context import CacheControl
from app.problems.graph_failures import GraphUnavailable
from tests.support.gateway import Gateway, events, gateway
from tests.support.scripted import Answer, Hang, ScriptedGraph, Step

pytestmark = pytest.mark.anyio

DOWN = Answer(status=503, body=b"")
ONCE: dict[str, Any] = {"attempts": 1}
MINUTE = 60.0
HOUR = 3600.0


async def read(built: Gateway, **options: Any) -> Any:
    return await built.ask(LIST_MESSAGES, **options)


def loose_ends() -> list[dict[str, Any]]:
    """Return what asyncio will complain of, such as unseen exceptions."""
    found: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: found.append(context))
    return found


@pytest.mark.parametrize(
    "step", [DOWN, Answer(status=500, body=b""), httpx.ReadError("reset")]
)
@pytest.mark.long
async def test_t120_refreshes_back_off(tmp_path: Path, step: Step) -> None:
    """20 reads in five seconds of outage: at most three ask Graph."""
    loose = loose_ends()
    graph = ScriptedGraph(Answer(), otherwise=step)
    async with gateway(tmp_path, graph) as built:
        await read(built)
        await built.parts.clock.sleep(MINUTE)
        answers = []
        for _ in range(20):
            answers.append(await read(built))
            await built.parts.clock.sleep(0.25)
        gc.collect()

    assert all(answer.delivery.stale for answer in answers)
    assert 2 <= len(graph.heard) - 1 <= 3
    assert not loose


async def test_t120_the_reason_is_told(tmp_path: Path) -> None:
    """While Graph rests, answers say why, and nobody asks."""
    graph = ScriptedGraph(Answer(), otherwise=DOWN)
    async with gateway(tmp_path, graph) as built:
        await read(built)
        await built.parts.clock.sleep(MINUTE)
        first = await read(built)
        await built.parts.clock.sleep(0.5)
        second = await read(built)

    assert first.delivery.status == "hit; ttl=-30; detail=revalidating"
    assert second.delivery.status == "hit; ttl=-30; detail=unavailable"
    assert len(graph.heard) == 2
    [event] = events(built.log, "cache.refresh_failed")
    assert event["outcome"] == "graph-unavailable"
    assert event["attempts"] == 1


async def test_t120_stand_ins_are_given_without_a_wait(
    tmp_path: Path,
) -> None:
    """Past revalidation the first one finds out, the others are spared."""
    graph = ScriptedGraph(Answer(), otherwise=DOWN)
    async with gateway(tmp_path, graph) as built:
        await read(built)
        await built.parts.clock.sleep(HOUR)
        first = await read(built)
        began = built.parts.clock.now()
        others = [await read(built) for _ in range(19)]
        took = built.parts.clock.now() - began

    assert first.delivery.status == "fwd=stale; fwd-status=503"
    assert len(graph.heard) == 1 + 3
    assert took == 0
    for answer in others:
        assert answer.delivery.stale is True
        assert answer.delivery.status.endswith("detail=unavailable")
    stale = events(built.log, "cache.served_stale")
    assert {event["outcome"] for event in stale} == {"graph-unavailable"}


async def test_t120_a_long_outage_is_asked_about_rarely(
    tmp_path: Path,
) -> None:
    """Ten minutes down, a read each second: a request in half a minute."""
    graph = ScriptedGraph(Answer(), otherwise=DOWN)
    async with gateway(
        tmp_path, graph, breaker={"minimum_calls": 1000}, retry=ONCE
    ) as built:
        await read(built)
        await built.parts.clock.sleep(HOUR)
        for _ in range(600):
            await read(built)
            await built.parts.clock.sleep(1)
        times = [heard.at for heard in graph.heard[1:]]
        graph.otherwise = Answer()
        await built.parts.clock.sleep(30)
        back = await read(built)

    waits = [after - before for before, after in pairwise(times)]
    assert waits[:5] == sorted(waits[:5])
    assert min(waits[6:]) >= 22
    assert max(waits) <= 31
    assert back.delivery.stale is False


async def test_t120_success_ends_it(tmp_path: Path) -> None:
    """After a refresh has succeeded, the next pause is the first again."""
    graph = ScriptedGraph(Answer(), DOWN, DOWN, Answer(), otherwise=DOWN)
    async with gateway(tmp_path, graph) as built:
        await read(built)
        await built.parts.clock.sleep(MINUTE)
        for pause in (1, 2, 0.1):
            await read(built)
            await built.parts.clock.sleep(pause)
        renewed = await read(built)
        await built.parts.clock.sleep(MINUTE)
        await read(built)
        await built.parts.clock.sleep(1)
        asked_before = len(graph.heard)
        await read(built)
        await built.parts.clock.sleep(0.1)

    assert renewed.delivery.stale is False
    assert len(graph.heard) == asked_before + 1


async def test_t120_who_demands_it_is_not_put_off(tmp_path: Path) -> None:
    """A pause holds back nobody who would go away with an error."""
    graph = ScriptedGraph(Answer(), otherwise=DOWN)
    async with gateway(tmp_path, graph, retry=ONCE) as built:
        await read(built)
        await built.parts.clock.sleep(HOUR)
        await read(built)
        asked = len(graph.heard)
        with pytest.raises(GraphUnavailable):
            await read(built, cache=CacheControl(no_cache=True))
        by_age = await read(built, cache=CacheControl(max_age=60))
        with pytest.raises(GraphUnavailable):
            await read(built, cache=CacheControl(stale_if_error=60))
        with pytest.raises(GraphUnavailable):
            await built.ask(UPDATE_MESSAGE, body=b"{}")
        written = await read(built)

    assert len(graph.heard) == asked + 5
    assert by_age.delivery.status == "fwd=stale; fwd-status=503"
    assert written.delivery.status == "fwd=stale; fwd-status=503"


async def test_t120_an_impatient_caller_is_no_outage(tmp_path: Path) -> None:
    """That one ran out of time says nothing to the next one."""
    graph = ScriptedGraph(Answer(), otherwise=Answer(after=1))
    async with gateway(tmp_path, graph) as built:
        await read(built)
        await built.parts.clock.sleep(HOUR)
        impatient = await read(built, seconds=0.1)
        patient = await read(built)

    assert impatient.delivery.stale is True
    assert patient.delivery.stale is False


async def test_t120_even_a_fault_of_ours_is_seen(tmp_path: Path) -> None:
    """What nobody thought of is logged by its kind, and never unretrieved."""
    loose = loose_ends()
    graph = ScriptedGraph(Answer(), otherwise=RuntimeError)
    async with gateway(tmp_path, graph) as built:
        await read(built)
        await built.parts.clock.sleep(MINUTE)
        answer = await read(built)
        await built.parts.clock.sleep(1)
        running = len(built.parts.refreshes)
        gc.collect()

    assert answer.delivery.stale is True
    assert running == 0
    assert not loose
    [event] = events(built.log, "cache.refresh_failed")
    assert event["outcome"] == "RuntimeError"


async def test_t115_a_hanging_graph_holds_few_refreshes(
    tmp_path: Path,
) -> None:
    """60 mailboxes of a tenant go stale: 32 refreshes, none of another's."""
    graph = ScriptedGraph()
    async with gateway(tmp_path, graph) as built:
        boxes = [f"m{number}@contoso.example" for number in range(60)]
        for box in boxes:
            await read(built, mailbox=box)
        await read(built, tenant="fabrikam")
        await built.parts.clock.sleep(MINUTE)
        graph.otherwise = Hang
        answers = [await read(built, mailbox=box) for box in boxes]
        other = await read(built, tenant="fabrikam")
        await built.parts.clock.sleep(1)
        running = len(built.parts.refreshes)

    assert running == 32 + 1
    assert all(answer.delivery.stale for answer in answers)
    assert other.delivery.status.endswith("detail=revalidating")
    assert graph.in_flight == 0
