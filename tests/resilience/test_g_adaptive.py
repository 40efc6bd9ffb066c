"""Cases G: limits that are felt for."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from app.problems.errors import ExchangeError
from app.problems.graph_failures import (
    GraphThrottled,
    GraphTimeout,
    GraphTimeoutCutShort,
)
from tests.support.gateway import Gateway, gateway
from tests.support.scripted import Answer, Hang, Heard, ScriptedGraph

pytestmark = pytest.mark.anyio

ONCE = {"attempts": 1}
REFUSAL = Answer(status=429, body=b"", after=0.05)
SLOT = 0.05


async def crowd(built: Gateway, size: int, mailboxes: int = 1) -> list[object]:
    """Make so many calls at once, to so many mailboxes; return the ends."""
    return await asyncio.gather(
        *(
            built.send(mailbox=f"{n % mailboxes}@x.example")
            for n in range(size)
        ),
        return_exceptions=True,
    )


def limit_of(built: Gateway, name: str = "0@x.example") -> int:
    """Return a mailbox's limit; those at their best are not told of."""
    usages = built.parts.permits.mailboxes()
    return next((u.limit for u in usages if u.key.name == name), 4)


def tenant_limit(built: Gateway) -> int:
    [usage] = built.parts.permits.tenants()
    return usage.limit


async def test_t107_refused_together_counts_once(tmp_path: Path) -> None:
    """Four in flight are refused together: the limit falls by one step."""
    graph = ScriptedGraph(*[REFUSAL] * 4, otherwise=Answer(after=SLOT))
    async with gateway(tmp_path, graph, retry=ONCE) as built:
        ends = await crowd(built, 4)
        first = limit_of(built)
        graph.peak = 0
        await crowd(built, 30)

        assert first == 3
        assert graph.peak == 3
        assert {type(end) for end in ends} == {GraphThrottled}


async def test_t107_a_mailbox_falls_to_one_at_worst(tmp_path: Path) -> None:
    """Refusal after refusal: one at a time remains, and never none."""
    graph = ScriptedGraph(otherwise=REFUSAL)
    limits = []
    async with gateway(tmp_path, graph, retry=ONCE) as built:
        for _ in range(6):
            await crowd(built, limit_of(built))
            limits.append(limit_of(built))
        graph.otherwise, graph.peak = Answer(after=SLOT), 0
        ends = await crowd(built, 10)

    assert limits == [3, 2, 1, 1, 1, 1]
    assert graph.peak == 1
    assert not any(isinstance(end, Exception) for end in ends)


async def test_t107_timeouts_lower_the_limit(tmp_path: Path) -> None:
    """So does no answer; but not that a caller has no patience."""
    graph = ScriptedGraph(otherwise=Hang)
    async with gateway(tmp_path, graph, retry=ONCE) as built:
        with pytest.raises(GraphTimeoutCutShort):
            await built.send(mailbox="0@x.example", seconds=2)
        of_impatience = limit_of(built)
        ends = await crowd(built, 4)
        of_timeouts = limit_of(built)

    assert {type(end) for end in ends} == {GraphTimeout}
    assert of_impatience == 4
    assert of_timeouts == 3


@pytest.mark.long
async def test_t107_it_rises_while_it_is_made_use_of(tmp_path: Path) -> None:
    """After ten good seconds by one, and not while hardly anybody asks."""
    graph = ScriptedGraph(*[REFUSAL] * 4, otherwise=Answer(after=SLOT))
    async with gateway(tmp_path, graph, retry=ONCE) as built:
        await crowd(built, 4)
        for _ in range(600):
            await crowd(built, 1)
        when_idle = limit_of(built)
        began = built.parts.clock.now()
        while limit_of(built) == 3:
            await crowd(built, 2)
        took = built.parts.clock.now() - began
        for _ in range(400):
            await crowd(built, 8)
        graph.peak = 0
        await crowd(built, 30)

    assert when_idle == 3
    assert took <= 10 + 2 * SLOT
    assert graph.peak == 4


async def test_t107_it_rises_only_after_retry_after(tmp_path: Path) -> None:
    """The ten seconds begin when Graph serves again, not when it refused."""
    refusal = Answer(status=429, headers={"Retry-After": "12"}, after=SLOT)
    graph = ScriptedGraph(refusal, otherwise=Answer(after=SLOT))
    async with gateway(tmp_path, graph) as built:
        await crowd(built, 1)
        after_the_pause = limit_of(built)
        await built.parts.clock.sleep(5)
        await crowd(built, 8)
        too_early = limit_of(built)
        await built.parts.clock.sleep(5)
        await crowd(built, 8)
        in_time = limit_of(built)

    assert after_the_pause == 3
    assert too_early == 3
    assert in_time == 4


@pytest.mark.long
async def test_t107_a_tenant_falls_when_many_are_refused(
    tmp_path: Path,
) -> None:
    """By three tenths in a round trip, and never below its floor."""
    graph = ScriptedGraph(otherwise=REFUSAL)
    limits = []
    async with gateway(tmp_path, graph, retry=ONCE) as built:
        for _ in range(10):
            await crowd(built, 300, mailboxes=300)
            limits.append(tenant_limit(built))
            await built.parts.clock.sleep(11)
        peaks = graph.peak
        graph.otherwise, graph.peak = Answer(after=SLOT), 0
        await crowd(built, 60, mailboxes=60)

    assert peaks == 200
    assert limits[0] == 98  # 200 in flight together, then 100: two steps.
    assert min(limits) == 20
    assert limits[-1] == 20
    assert graph.peak == 20


async def test_t107_a_tenant_rises_again(tmp_path: Path) -> None:
    """By one each second while half of it is made use of."""
    graph = ScriptedGraph(otherwise=REFUSAL)
    limits = {"tenant_concurrency": 16, "tenant_concurrency_floor": 8}
    async with gateway(tmp_path, graph, retry=ONCE, limits=limits) as built:
        for _ in range(4):
            await crowd(built, 16, mailboxes=16)
            await built.parts.clock.sleep(11)
        lowest = tenant_limit(built)
        graph.otherwise = Answer(after=SLOT)
        for _ in range(40):
            await crowd(built, 3, mailboxes=3)
        when_idle = tenant_limit(built)
        began = built.parts.clock.now()
        while tenant_limit(built) < 16:
            await crowd(built, 30, mailboxes=30)
        took = built.parts.clock.now() - began
        graph.peak = 0
        await crowd(built, 30, mailboxes=30)

    assert lowest == when_idle == 8
    assert 7 <= took <= 12
    assert graph.peak == 16


async def test_t107_one_mailbox_does_not_lower_the_tenant(
    tmp_path: Path,
) -> None:
    """However often it is refused, the others lose nothing."""

    def answer(heard: Heard) -> Answer:
        return REFUSAL if "/0@x" in heard.url else Answer(after=SLOT)

    graph = ScriptedGraph(otherwise=answer)
    async with gateway(tmp_path, graph, retry=ONCE) as built:
        for _ in range(50):
            await crowd(built, 20)
        await crowd(built, 100, mailboxes=10)
        began = built.parts.clock.now()
        await crowd(built, 9 * 4, mailboxes=9)
        took = built.parts.clock.now() - began

        assert tenant_limit(built) == 200
        assert limit_of(built) == 1
        assert took == pytest.approx(4 * SLOT)
        assert [
            usage.key.name for usage in built.parts.permits.mailboxes()
        ] == ["0@x.example"]


async def test_t113_nobody_waits_beyond_the_deadline(tmp_path: Path) -> None:
    """A lowered limit delays; it never outlasts what a caller gave."""
    graph = ScriptedGraph(otherwise=Answer(after=2))
    limits = {"tenant_concurrency": 2, "tenant_concurrency_floor": 2}
    async with gateway(tmp_path, graph, limits=limits) as built:
        began = built.parts.clock.now()

        async def ask(number: int) -> tuple[str, float]:
            try:
                await built.send(mailbox=f"{number}@x.example", seconds=5)
            except ExchangeError as error:
                return error.code, built.parts.clock.now() - began
            return "ok", built.parts.clock.now() - began

        ends = await asyncio.gather(*(ask(number) for number in range(20)))
        [usage] = built.parts.permits.tenants()

    assert Counter(ends) == {
        ("ok", 2): 2,
        ("ok", 4): 2,
        ("graph-timeout", 5): 2,
        ("deadline-exceeded", 5): 14,
    }
    assert len(graph.heard) == 6
    assert usage.in_use == usage.waiting == 0


async def test_t113_what_cannot_be_in_time_fails_at_once(
    tmp_path: Path,
) -> None:
    """Those in front use up the window too, and that is reckoned with."""
    graph = ScriptedGraph()
    limits = {"mailbox_requests": 20, "mailbox_window": 60}
    async with gateway(tmp_path, graph, limits=limits) as built:
        await crowd(built, 20)
        patient = [
            asyncio.create_task(built.send(mailbox="0@x.example", seconds=100))
            for _ in range(20)
        ]
        await built.parts.clock.sleep(1)
        began = built.parts.clock.now()
        with pytest.raises(GraphThrottled) as caught:
            await built.send(mailbox="0@x.example", seconds=100)
        took = built.parts.clock.now() - began
        await asyncio.gather(*patient)

    assert took == 0
    assert caught.value.retry_after == pytest.approx(120, abs=2)
