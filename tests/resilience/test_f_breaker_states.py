"""Cases F: the states of the circuit breaker, and what operators may do."""

import asyncio
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.gateway.policies.circuit import CircuitReport, State
from app.problems.graph_failures import GraphCircuitOpen, GraphUnavailable
from tests.support.breaker import DOWN, ONCE, circuit_state, knock
from tests.support.gateway import READ, Gateway, events, gateway
from tests.support.metering import Metering
from tests.support.scripted import Answer, Hang, Heard, ScriptedGraph

pytestmark = pytest.mark.anyio

TEN = {"minimum_calls": 10}
LONG_READ = replace(READ, long=True)


def report(built: Gateway) -> CircuitReport:
    [(_, found)] = list(built.breaker.reports())
    return found


async def broken(built: Gateway) -> float:
    """Open the breaker; return for how long."""
    built.graph.otherwise = DOWN
    await knock(built, 20)
    assert circuit_state(built) is State.OPEN
    return report(built).opens_in


async def test_t079_it_opens_at_its_minimum(tmp_path: Path) -> None:
    """Nine failures of ten: closed; the tenth opens it."""
    graph = ScriptedGraph(otherwise=DOWN)
    async with gateway(tmp_path, graph, retry=ONCE, breaker=TEN) as built:
        await knock(built, 9)
        nine = circuit_state(built)
        await knock(built, 1)
        ten = circuit_state(built)

    assert (nine, ten) == (State.CLOSED, State.OPEN)


@pytest.mark.parametrize(
    ("failures", "state"), [(9, State.CLOSED), (10, State.OPEN)]
)
async def test_t079_exactly_the_ratio_opens_it(
    tmp_path: Path, failures: int, state: State
) -> None:
    """Half of twenty calls: one fewer is not enough."""
    steps = [Answer()] * (20 - failures) + [DOWN] * failures
    graph = ScriptedGraph(*steps)
    async with gateway(tmp_path, graph, retry=ONCE) as built:
        await knock(built, 20)
        found = circuit_state(built)

    assert found is state


async def test_nobody_is_refused_once_it_is_over(tmp_path: Path) -> None:
    """Told as half-open as soon as a call would go, not when one comes."""
    graph = ScriptedGraph()
    async with gateway(tmp_path, graph, retry=ONCE, breaker=TEN) as built:
        seconds = await broken(built)
        states = [list(built.breaker.states())]
        await built.parts.clock.sleep(seconds)
        states.append(list(built.breaker.states()))
        [(key, _)] = states[0]
        built.breaker.isolate(key)
        states.append(list(built.breaker.states()))

    assert [state for [(_, state)] in states] == [
        State.OPEN,
        State.HALF_OPEN,
        State.OPEN,
    ]


async def test_t080_old_failures_are_forgotten(tmp_path: Path) -> None:
    """Nine, then the window passes, then one: closed."""
    graph = ScriptedGraph(otherwise=DOWN)
    async with gateway(tmp_path, graph, retry=ONCE, breaker=TEN) as built:
        await knock(built, 9)
        await built.parts.clock.sleep(31)
        await knock(built, 1)
        found = report(built)

    assert found.state is State.CLOSED
    assert (found.calls, found.failures) == (1, 1)


async def test_t081_open_it_refuses_at_once(tmp_path: Path) -> None:
    """No time, no request, and what is left of the break."""
    graph = ScriptedGraph()
    async with gateway(tmp_path, graph, retry=ONCE) as built:
        break_ = await broken(built)
        await built.parts.clock.sleep(2)
        asked, began = len(graph.heard), built.parts.clock.now()
        with pytest.raises(GraphCircuitOpen) as caught:
            await built.ask()
        took = built.parts.clock.now() - began

    assert took == 0
    assert len(graph.heard) == asked
    assert caught.value.status == 503
    assert caught.value.retry_after == pytest.approx(break_ - 2)


async def test_t083_a_probe_decides(tmp_path: Path) -> None:
    """It fails: a longer break. It succeeds: closed, and nothing counted."""
    graph = ScriptedGraph()
    async with gateway(tmp_path, graph, retry=ONCE) as built:
        first = await broken(built)
        await built.parts.clock.sleep(first)
        await knock(built, 1)
        second = report(built)
        await built.parts.clock.sleep(second.opens_in)
        graph.otherwise = Answer()
        await knock(built, 1)
        closed = report(built)

    assert second.state is State.OPEN
    assert 8 <= second.opens_in <= 12
    assert closed.state is State.CLOSED
    assert (closed.calls, closed.failures) == (0, 0)


async def test_t084_breaks_grow_and_are_reset(tmp_path: Path) -> None:
    """5, 10, 20 ... 300 seconds, a fifth more or less; then 5 again."""
    graph, uniform = ScriptedGraph(), random.Random(84).uniform
    async with gateway(tmp_path, graph, retry=ONCE, uniform=uniform) as built:
        breaks = [await broken(built)]
        for _ in range(8):
            await built.parts.clock.sleep(breaks[-1])
            await knock(built, 1)
            breaks.append(report(built).opens_in)
        await built.parts.clock.sleep(breaks[-1])
        graph.otherwise = Answer()
        await knock(built, 1)
        again = await broken(built)

    wanted = [5, 10, 20, 40, 80, 160, 300, 300, 300]
    for found, middle in zip(breaks, wanted, strict=True):
        assert middle * 0.8 <= found <= middle * 1.2
    assert 4 <= again <= 6
    ratios = {
        round(found / middle, 6)
        for found, middle in zip(breaks, wanted, strict=True)
    }
    assert len(ratios) > 1


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        pytest.param(Answer(status=404, body=b""), State.CLOSED, id="404"),
        pytest.param(Answer(status=403, body=b""), State.CLOSED, id="403"),
        pytest.param(Answer(status=412, body=b""), State.CLOSED, id="412"),
        pytest.param(
            Answer(status=429, body=b"", headers={"Retry-After": "9"}),
            State.HALF_OPEN,
            id="429",
        ),
    ],
)
async def test_t086_a_refused_probe_shows_life(
    tmp_path: Path, answer: Answer, state: State
) -> None:
    """A refusal closes it; 429 shuts the gate, and the next one may probe."""
    graph = ScriptedGraph()
    async with gateway(tmp_path, graph, retry=ONCE) as built:
        await built.parts.clock.sleep(await broken(built))
        graph.otherwise = answer
        await knock(built, 1)
        after = circuit_state(built)
        closed = len(list(built.parts.gates.closed()))
        graph.otherwise = Answer()
        await built.send(mailbox="other@contoso.example")
        at_last = circuit_state(built)

    assert after is state
    assert closed == (state is State.HALF_OPEN)
    assert at_last is State.CLOSED


async def test_t087_an_overdue_probe_is_replaced(tmp_path: Path) -> None:
    """After its lease another may probe; the late result is ignored."""
    late = Answer(status=503, body=b"", after=15)
    graph = ScriptedGraph()
    async with gateway(
        tmp_path, graph, retry=ONCE, timeouts={"attempt": 10}
    ) as built:
        await built.parts.clock.sleep(await broken(built))
        graph.otherwise = late
        # Of the class with the long timeout, so that it outlives the lease.
        slow = asyncio.create_task(built.send(LONG_READ))
        await built.parts.clock.sleep(9.9)
        [early] = await knock(built, 1)
        await built.parts.clock.sleep(0.2)
        graph.otherwise = Answer()
        [second] = await knock(built, 1)
        between = circuit_state(built)
        [outcome] = await asyncio.gather(slow, return_exceptions=True)
        at_last = report(built)

    assert isinstance(early, GraphCircuitOpen)
    assert not isinstance(second, Exception)
    assert between is State.CLOSED
    assert isinstance(outcome, GraphUnavailable)
    assert at_last.state is State.CLOSED
    assert at_last.failures == 0


async def test_t087_a_probe_that_never_returns(tmp_path: Path) -> None:
    """A hanging probe is ended, and counts as a failure."""
    graph = ScriptedGraph()
    async with gateway(tmp_path, graph, retry=ONCE) as built:
        await built.parts.clock.sleep(await broken(built))
        graph.otherwise = Hang
        await knock(built, 1)
        found = report(built)

    assert found.state is State.OPEN
    assert found.opens_in > 5


async def test_t097_isolated_by_hand(tmp_path: Path) -> None:
    """All are refused until it is released, however well Graph is."""
    graph = ScriptedGraph()
    async with gateway(tmp_path, graph) as built:
        key = built.call().health
        built.breaker.isolate(key)
        now = await knock(built, 5)
        built.breaker.reset(key)
        await built.parts.clock.sleep(86_400)
        later = await knock(built, 5)
        isolated = report(built)
        [other] = await knock(built, 1, tenant="fabrikam")
        asked = len(graph.heard)
        built.breaker.release(key)
        [released] = await knock(built, 1)
        states = dict(built.breaker.states())
        told = [
            line["event"]
            for name in ("breaker.isolated", "breaker.closed")
            for line in events(built.log, name)
        ]

    assert all(isinstance(result, GraphCircuitOpen) for result in now + later)
    assert all(getattr(r, "retry_after", None) == 5 for r in now + later)
    assert isolated.is_isolated
    assert isolated.state is State.OPEN
    assert not isinstance(other, Exception)
    assert asked == 1
    assert not isinstance(released, Exception)
    assert states[key] is State.CLOSED
    assert told == ["breaker.isolated", "breaker.closed"]


async def test_t097_results_from_before_change_nothing(
    tmp_path: Path,
) -> None:
    """What was under way when it was isolated does not open or close it."""
    graph = ScriptedGraph(otherwise=Answer(after=3))
    async with gateway(tmp_path, graph) as built:
        key = built.call().health
        running = asyncio.create_task(built.send())
        await built.parts.clock.sleep(1)
        built.breaker.isolate(key)
        await running
        isolated = report(built)
        built.breaker.release(key)
        # Released is released: to do it twice, or a reset, is no harm.
        built.breaker.release(key)
        built.breaker.reset(key)
        closed = report(built)

    assert isolated.is_isolated
    assert (closed.state, closed.calls) == (State.CLOSED, 0)


@pytest.mark.parametrize(("mode", "asked"), [("enforce", 20), ("observe", 50)])
async def test_t097_observing_refuses_nothing(
    tmp_path: Path, mode: str, asked: int
) -> None:
    """It counts, opens and tells as ever, and lets everybody pass."""
    metering = Metering()
    graph = ScriptedGraph(otherwise=DOWN)
    changes: dict[str, Any] = {"retry": ONCE, "breaker": {"mode": mode}}
    async with gateway(
        tmp_path, graph, telemetry=metering.telemetry, **changes
    ) as built:
        results = await knock(built, 50)
        state = circuit_state(built)
        await built.parts.clock.sleep(6.1)
        graph.otherwise = Answer()
        await knock(built, 1)
        at_last = circuit_state(built)
        built.breaker.isolate(built.call().health)
        [isolated] = await knock(built, 1)

    kinds = {type(result) for result in results}
    assert len(graph.heard) == asked + 1
    assert (GraphCircuitOpen in kinds) is (mode == "enforce")
    assert (state, at_last) == (State.OPEN, State.CLOSED)
    assert metering.value("exchange.breaker.refusals") == 30 + 1
    assert isinstance(isolated, GraphCircuitOpen)


async def test_t097_an_operator_can_reset_it(tmp_path: Path) -> None:
    """Closed at once, with nothing counted, and breaks short again."""
    graph = ScriptedGraph()
    async with gateway(tmp_path, graph, retry=ONCE) as built:
        first = await broken(built)
        await built.parts.clock.sleep(first)
        await knock(built, 1)
        built.breaker.reset(built.call().health)
        closed = report(built)
        graph.otherwise = Answer()
        [served] = await knock(built, 1)
        again = await broken(built)

    assert (closed.state, closed.opens_in) == (State.CLOSED, 0)
    assert not isinstance(served, Exception)
    assert again <= 6


async def test_transitions_are_told(tmp_path: Path) -> None:
    """Each one is in the log and counted."""

    def well_for_others(heard: Heard) -> Answer:
        return Answer() if "/m0@" in heard.url else DOWN

    metering = Metering()
    graph = ScriptedGraph()
    async with gateway(
        tmp_path, graph, retry=ONCE, telemetry=metering.telemetry
    ) as built:
        await built.parts.clock.sleep(await broken(built))
        graph.otherwise = well_for_others
        await knock(built, 1)
    counted = {
        state: metering.value("exchange.breaker.transitions", state=state)
        for state in ("open", "half_open", "closed")
    }
    [opened] = events(metering.log, "breaker.opened")

    assert counted == {"open": 1, "half_open": 1, "closed": 1}
    assert 4 <= opened["open_for_s"] <= 6
    assert len(events(metering.log, "breaker.half_opened")) == 1
    assert len(events(metering.log, "breaker.closed")) == 1
