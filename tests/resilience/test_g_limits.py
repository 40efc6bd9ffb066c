"""Cases G: permits, gate and window."""

import asyncio
from pathlib import Path

import pytest

from app.problems.failures import ServiceOverloaded
from app.problems.graph_failures import GraphThrottled
from app.sandbox import Fault, Sandbox
from tests.support.gateway import gateway
from tests.support.scripted import Answer, ScriptedGraph
from tests.support.service import Service

pytestmark = pytest.mark.anyio

MESSAGES = "/v1/mailboxes/{}/messages"


async def test_t101_four_at_a_time(tmp_path: Path) -> None:
    """100 calls for one mailbox: never more than four at once."""
    graph = ScriptedGraph(otherwise=Answer(after=0.05))
    async with gateway(tmp_path, graph) as built:
        await asyncio.gather(*(built.send() for _ in range(100)))

    assert graph.peak == 4
    assert graph.times[-1] == pytest.approx(24 * 0.05, abs=0.01)


async def test_t101_other_mailboxes_do_not_wait(tmp_path: Path) -> None:
    """A busy mailbox delays nobody else's."""
    graph = ScriptedGraph(otherwise=Answer(after=1))
    async with gateway(tmp_path, graph) as built:
        busy = [asyncio.create_task(built.send()) for _ in range(40)]
        await built.parts.clock.sleep(0.1)
        began = built.parts.clock.now()
        await built.send(mailbox="grace@contoso.example")
        took = built.parts.clock.now() - began
        await asyncio.gather(*busy)

    assert took == pytest.approx(1, abs=0.01)


@pytest.mark.long
async def test_t101_over_the_whole_service(
    service: Service, sandbox: Sandbox
) -> None:
    """100 concurrent reads: all answered, four in flight, no 429."""
    sandbox.settings.latency = 0.05
    answers = await asyncio.gather(
        *(
            service.client.get(
                MESSAGES.format("ada@contoso.example"),
                params={"limit": number + 1},
            )
            for number in range(100)
        )
    )

    assert {answer.status_code for answer in answers} == {200}
    assert sandbox.peak("ada@contoso.example") == 4
    assert sandbox.throttled == 0


async def test_t102_a_hundred_wait_for_one_refusal(tmp_path: Path) -> None:
    """One 429 holds back all; then all succeed without another one."""
    graph = ScriptedGraph(
        Answer(status=429, body=b"", headers={"Retry-After": "2"}, after=0.05),
        otherwise=Answer(after=0.05),
    )
    async with gateway(tmp_path, graph) as built:
        await asyncio.gather(*(built.send() for _ in range(100)))
        learnt = graph.heard[0].at + 0.05

    begun_early = [
        heard for heard in graph.heard if learnt < heard.at < learnt + 2
    ]
    assert begun_early == []
    assert graph.early == 0
    assert graph.peak == 4


async def test_t102_over_the_whole_service(
    service: Service, sandbox: Sandbox
) -> None:
    """The sandbox extends the wait of who comes early: it need not once."""
    sandbox.settings.latency = 0.05
    sandbox.faults.add(
        Fault(status=429, retry_after=2, times=1, route="/users/*")
    )
    answers = await asyncio.gather(
        *(
            service.client.get(
                MESSAGES.format("grace@contoso.example"),
                params={"limit": number + 1},
            )
            for number in range(100)
        )
    )

    assert {answer.status_code for answer in answers} == {200}
    assert sandbox.peak("grace@contoso.example") <= 4
    assert sandbox.throttled <= 1


async def test_t103_nobody_waits_with_a_permit_in_hand(tmp_path: Path) -> None:
    """While four wait to repeat, others of the mailbox are served."""
    failing = [Answer(status=502, body=b"")] * 4
    graph = ScriptedGraph(*failing)
    async with gateway(
        tmp_path, graph, retry={"base_delay": 20}, budget={"reserve": 10}
    ) as built:
        waiting = [asyncio.create_task(built.send()) for _ in range(4)]
        await built.parts.clock.sleep(0)
        began = built.parts.clock.now()
        await built.send()
        took = built.parts.clock.now() - began
        await asyncio.gather(*waiting)

    assert took == 0


async def test_t105_a_full_queue_refuses_at_once(tmp_path: Path) -> None:
    """Who finds the queue full is told to come back, and does not wait."""
    graph = ScriptedGraph(otherwise=Answer(after=1))
    async with gateway(tmp_path, graph, limits={"queue": 10}) as built:
        tasks = [asyncio.create_task(built.send()) for _ in range(14)]
        await built.parts.clock.sleep(0)
        with pytest.raises(ServiceOverloaded) as caught:
            await built.send()
        await asyncio.gather(*tasks)

    assert caught.value.retry_after is not None
    assert len(graph.heard) == 14


async def test_t106_a_storm_of_cancellations_loses_no_permit(
    tmp_path: Path,
) -> None:
    """600 callers of whom 60 % leave: afterwards four permits are there."""
    graph = ScriptedGraph(otherwise=Answer(after=0.01))
    async with gateway(tmp_path, graph, limits={"queue": 1000}) as built:
        tasks = [asyncio.create_task(built.send()) for _ in range(600)]
        for number, task in enumerate(tasks):
            if number % 5 < 3:
                if number % 7 == 0:
                    await built.parts.clock.sleep(0.004)
                task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        graph.peak = 0
        await asyncio.gather(*(built.send() for _ in range(8)))

    left = [r for r in results if isinstance(r, asyncio.CancelledError)]
    assert len(left) > 200
    assert graph.peak == 4


async def test_t109_the_window_slides(tmp_path: Path) -> None:
    """Beyond the requests of a window: the next waits, or is refused."""
    graph = ScriptedGraph()
    async with gateway(
        tmp_path,
        graph,
        limits={"mailbox_requests": 20, "mailbox_window": 60},
    ) as built:
        for _ in range(20):
            await built.send()
        with pytest.raises(GraphThrottled) as caught:
            await built.send(seconds=30)
        await built.send(seconds=120)

    assert len(graph.heard) == 21
    assert caught.value.retry_after == pytest.approx(61, abs=1)
    assert graph.times[20] >= 60


async def test_t109_no_burst_at_the_boundary(tmp_path: Path) -> None:
    """What comes late in one window counts in the next one too."""
    graph = ScriptedGraph()
    limits = {"mailbox_requests": 20, "mailbox_window": 60}
    async with gateway(tmp_path, graph, limits=limits) as built:
        await built.send()
        await built.parts.clock.sleep(59)
        await asyncio.gather(*(built.send(seconds=600) for _ in range(100)))

    times = graph.times
    assert len(times) == 101
    for earlier, later in zip(times, times[20:], strict=False):
        assert later - earlier >= 60


async def test_t109_who_waits_for_the_window_keeps_its_place(
    tmp_path: Path,
) -> None:
    """It opens for those who came first, also when others come then."""
    graph = ScriptedGraph()
    limits = {"mailbox_requests": 20, "mailbox_window": 60}
    async with gateway(tmp_path, graph, limits=limits) as built:
        await asyncio.gather(*(built.send() for _ in range(20)))
        waiting = []
        for number in range(40):
            call = built.send(target=f"/{number}", seconds=600)
            waiting.append(asyncio.create_task(call))
            await built.parts.clock.sleep(2.5)
        await asyncio.gather(*waiting)

    order = [heard.url.rpartition("/")[2] for heard in graph.heard[20:]]
    assert order == [str(number) for number in range(40)]


async def test_t109_what_was_not_sent_does_not_count(tmp_path: Path) -> None:
    """Calls that turn back at the gate leave the window as it was."""
    graph = ScriptedGraph(
        Answer(status=429, body=b"", headers={"Retry-After": "2"}, after=0.05),
        otherwise=Answer(after=0.05),
    )
    async with gateway(
        tmp_path, graph, limits={"mailbox_requests": 101}
    ) as built:
        await asyncio.gather(*(built.send() for _ in range(100)))

    assert len(graph.heard) == 101
    assert graph.times[-1] < 10
