"""Cases G: whose turn it is, and what becomes of those who wait."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.models.context import Criticality
from app.problems.failures import DeadlineExceeded, ServiceOverloaded
from tests.support.gateway import READ, Gateway, gateway
from tests.support.scripted import Answer, ScriptedGraph

pytestmark = pytest.mark.anyio

BATCH = replace(READ, cost=8)
BACKFILL = Criticality.BACKFILL
SLOT = 0.05


def paths(graph: ScriptedGraph) -> list[str]:
    """Return what was asked for, in order, without what comes before."""
    return [heard.url.rpartition("/")[2] for heard in graph.heard]


def started(
    calls: list[Coroutine[Any, Any, Any]],
) -> list["asyncio.Task[Any]"]:
    return [asyncio.create_task(call) for call in calls]


def job(
    built: Gateway, size: int, **options: Any
) -> list["asyncio.Task[Any]"]:
    """Start a background job that asks for everything at once."""
    options |= {"target": "/job", "seconds": 3600}
    return started(
        [built.send(criticality=BACKFILL, **options) for _ in range(size)]
    )


@pytest.mark.long
async def test_t104_people_go_before_a_job_of_ten_thousand(
    tmp_path: Path,
) -> None:
    """An interactive read waits for one turn, whenever it comes."""
    graph = ScriptedGraph(otherwise=Answer(after=SLOT))
    async with gateway(tmp_path, graph, limits={"queue": 10_000}) as built:
        running = job(built, 10_000)
        for moment in (0.001, 0.013, 0.02, 1.01):
            await built.parts.clock.sleep(moment)
            before = len(graph.heard)
            began = built.parts.clock.now()
            await built.send(target="/screen")
            took = built.parts.clock.now() - began

            assert paths(graph)[before] == "screen"
            assert took <= 2 * SLOT + 0.001
        await asyncio.gather(*running)

    assert paths(graph).count("job") == 10_000
    assert graph.peak == 4


async def test_t104_a_job_is_not_starved(tmp_path: Path) -> None:
    """However busy people are, the job gets every ninth turn."""
    graph = ScriptedGraph(otherwise=Answer(after=SLOT))

    async def person(built: Gateway) -> None:
        while True:
            await built.send(target="/screen")

    async with gateway(tmp_path, graph) as built:
        people = started([person(built) for _ in range(12)])
        await asyncio.gather(*job(built, 30))
        asked = paths(graph)
        for task in people:
            task.cancel()
        await asyncio.wait(people)

    last = len(asked) - asked[::-1].index("job")
    assert asked[:last].count("screen") <= 8 * 30 + 12
    turns = "".join("j" if path == "job" else "s" for path in asked)
    assert "jj" not in turns


async def test_t104_mailboxes_of_a_tenant_take_turns(tmp_path: Path) -> None:
    """A mailbox with 200 calls does not delay one with a single call."""
    graph = ScriptedGraph(otherwise=Answer(after=SLOT))
    limits = {"tenant_concurrency": 4, "tenant_concurrency_floor": 4}
    async with gateway(tmp_path, graph, limits=limits) as built:
        busy = [
            task
            for name in ("a", "b", "c")
            for task in started(
                [
                    built.send(mailbox=f"{name}@x.example", target=f"/{name}")
                    for _ in range(200)
                ]
            )
        ]
        await built.parts.clock.sleep(SLOT / 2)
        began = built.parts.clock.now()
        await built.send(mailbox="d@x.example", target="/d")
        took = built.parts.clock.now() - began
        await asyncio.gather(*busy)

    assert took <= 2.5 * SLOT
    middle = paths(graph)[8:500]
    for turn in range(0, len(middle) - 12, 12):
        served = middle[turn : turn + 12]
        assert {served.count(name) for name in "abc"} <= {3, 4, 5}
    assert graph.peak == 4


async def test_t104_who_needs_four_permits_gets_them(tmp_path: Path) -> None:
    """A batch is passed by nobody once it is its turn."""
    graph = ScriptedGraph(otherwise=Answer(after=SLOT))

    async def person(built: Gateway, pause: float) -> None:
        await built.parts.clock.sleep(pause)
        while True:
            await built.send(target="/screen")

    async with gateway(tmp_path, graph) as built:
        people = started([person(built, n * 0.011) for n in range(8)])
        await built.parts.clock.sleep(1)
        before = len(graph.heard)
        await built.send(BATCH, target="/batch")
        of_people = paths(graph)[before:].index("batch")
        [batch] = job(built, 1, operation=BATCH)
        before = len(graph.heard)
        await batch
        of_a_job = paths(graph)[before:].index("job")
        for task in people:
            task.cancel()
        await asyncio.wait(people)

    assert of_people <= 8
    assert of_a_job <= 8 + 4


async def test_t104_a_batch_waits_for_the_permits_of_its_tenant(
    tmp_path: Path,
) -> None:
    """Nor does it starve where tenants, not mailboxes, are short of them."""
    graph = ScriptedGraph(otherwise=Answer(after=SLOT))

    async def person(built: Gateway, number: int) -> None:
        await built.parts.clock.sleep(number * 0.011)
        while True:
            await built.send(mailbox=f"{number}@x.example", target="/screen")

    limits = {"tenant_concurrency": 5, "tenant_concurrency_floor": 5}
    async with gateway(tmp_path, graph, limits=limits) as built:
        people = started([person(built, number) for number in range(10)])
        await built.parts.clock.sleep(1)
        before = len(graph.heard)
        await built.send(BATCH, target="/batch")
        for task in people:
            task.cancel()
        await asyncio.wait(people)

    assert paths(graph)[before:].index("batch") <= 10


async def test_t105_a_job_fills_no_queue_but_its_own(tmp_path: Path) -> None:
    """Where no more of a job may wait, people still may."""
    graph = ScriptedGraph(otherwise=Answer(after=SLOT))
    async with gateway(tmp_path, graph, limits={"queue": 10}) as built:
        running = job(built, 14)
        await built.parts.clock.sleep(0)
        with pytest.raises(ServiceOverloaded) as caught:
            await built.send(criticality=BACKFILL)
        await built.send(target="/screen")
        await asyncio.gather(*running)

    assert caught.value.retry_after == 1
    assert len(graph.heard) == 15


async def test_t105_who_has_no_time_left_is_not_sent(tmp_path: Path) -> None:
    """A call whose deadline ends in the queue leaves it there and then."""
    graph = ScriptedGraph(otherwise=Answer(after=5))
    async with gateway(tmp_path, graph) as built:
        running = started([built.send() for _ in range(4)])
        await built.parts.clock.sleep(0)
        began = built.parts.clock.now()
        with pytest.raises(DeadlineExceeded):
            await built.send(seconds=2)
        took = built.parts.clock.now() - began
        await asyncio.gather(*running)
        [usage] = built.parts.permits.tenants()

    assert took == pytest.approx(2)
    assert len(graph.heard) == 4
    assert usage.waiting == usage.in_use == 0


@pytest.mark.long
async def test_t106_six_thousand_of_whom_most_leave(tmp_path: Path) -> None:
    """After a storm of cancellations all permits are there, and all served."""
    graph = ScriptedGraph(otherwise=Answer(after=0.01))
    async with gateway(tmp_path, graph, limits={"queue": 6000}) as built:
        tasks = started(
            [
                built.send(
                    BATCH if number % 11 == 0 else READ,
                    criticality=list(Criticality)[number % 3],
                    seconds=3600,
                )
                for number in range(6000)
            ]
        )
        leavers = [t for n, t in enumerate(tasks) if n % 5 < 3]
        for number, task in enumerate(leavers):
            if number % 7 == 0:
                await built.parts.clock.sleep(0.004)
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        [usage] = built.parts.permits.tenants()
        idle = list(built.parts.permits.mailboxes())
        graph.peak = 0
        await asyncio.gather(*(built.send() for _ in range(8)))

    left = [r for r in results if isinstance(r, asyncio.CancelledError)]
    served = [r for r in results if not isinstance(r, BaseException)]
    assert len(left) > 2000
    assert len(left) + len(served) == 6000
    assert usage.in_use == usage.waiting == 0
    assert idle == []
    assert graph.peak == 4
