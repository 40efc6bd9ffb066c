"""Case T59: what happens to calls when the process is told to stop."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from app.gateway.operations.mail import LIST_MESSAGES, UPDATE_MESSAGE
from app.gateway.policies.circuit import State
from app.models.answers import Answer as Given
from app.models.context import CacheControl
from app.problems.errors import ExchangeError, Outcome
from app.problems.failures import ServiceStopping
from app.problems.graph_failures import GraphUnavailable
from tests.support.gateway import SEND_MAIL, Gateway, gateway
from tests.support.scripted import Answer, Hang, ScriptedGraph

pytestmark = pytest.mark.anyio

THROTTLED = Answer(status=429, body=b"", headers={"Retry-After": "10"})
DOWN = Answer(status=503, body=b"")


async def under_way(built: Gateway, *calls: Any) -> list[asyncio.Task[Any]]:
    """Begin calls and let them get to where they wait."""
    tasks = [asyncio.create_task(call) for call in calls]
    await built.parts.clock.sleep(1)
    assert not any(task.done() for task in tasks)
    return tasks


async def stopped(built: Gateway, task: asyncio.Task[Any]) -> ServiceStopping:
    """Stop, and return the error with which a call ends at once."""
    began = built.parts.clock.now()
    built.parts.stopping.begin()
    with pytest.raises(ServiceStopping) as caught:
        await task
    assert built.parts.clock.now() == began
    return caught.value


async def test_t059_who_sleeps_before_a_repeat_is_sent_away(
    tmp_path: Path,
) -> None:
    """503 at once, with Retry-After, and no further request."""
    graph = ScriptedGraph(THROTTLED)
    async with gateway(tmp_path, graph) as built:
        [sleeping] = await under_way(built, built.ask())
        error = await stopped(built, sleeping)
        await built.parts.clock.sleep(60)

    assert error.status == 503
    assert error.retry_after == 1
    assert error.attempts == 1
    assert error.outcome is Outcome.NOT_PERFORMED
    assert len(graph.heard) == 1


async def test_t059_who_waits_at_a_gate_is_sent_away(tmp_path: Path) -> None:
    """Though nothing was sent for this call yet."""
    graph = ScriptedGraph()
    async with gateway(tmp_path, graph) as built:
        await built.parts.gates.close(built.call().scope, 10)
        [waiting] = await under_way(built, built.ask())
        await stopped(built, waiting)

    assert graph.heard == []


async def test_t059_who_waits_for_a_permit_is_sent_away(
    tmp_path: Path,
) -> None:
    """Those in the queue leave; those with a permit are let finish."""
    graph = ScriptedGraph(otherwise=Answer(after=3))
    async with gateway(
        tmp_path, graph, limits={"mailbox_concurrency": 1}
    ) as built:
        calls = [built.ask() for _ in range(5)]
        running, *queued = await under_way(built, *calls)
        await stopped(built, queued[0])
        ends = await asyncio.gather(*queued, return_exceptions=True)
        answer = await running

    assert {type(end) for end in ends} == {ServiceStopping}
    assert isinstance(answer, Given)
    assert len(graph.heard) == 1


async def test_t059_who_waits_for_the_window_is_sent_away(
    tmp_path: Path,
) -> None:
    """The requests of a while are used up, and there is no waiting."""
    graph = ScriptedGraph()
    async with gateway(
        tmp_path, graph, limits={"mailbox_requests": 1, "mailbox_window": 20}
    ) as built:
        await built.ask()
        [waiting] = await under_way(built, built.ask())
        await stopped(built, waiting)

    assert len(graph.heard) == 1


async def test_t059_requests_under_way_are_let_finish(tmp_path: Path) -> None:
    """What Graph works on is waited for; if it fails, nothing follows."""
    graph = ScriptedGraph(
        Answer(after=5), Answer(status=503, body=b"", after=5)
    )
    async with gateway(tmp_path, graph) as built:
        well, failing = await under_way(built, built.ask(), built.ask())
        built.parts.stopping.begin()
        began = built.parts.clock.now()
        answer = await well
        with pytest.raises(ServiceStopping) as caught:
            await failing
        took = built.parts.clock.now() - began

    assert isinstance(answer, Given)
    assert caught.value.attempts == 1
    assert took == pytest.approx(4)
    assert len(graph.heard) == 2


async def test_t059_nothing_new_begins(tmp_path: Path) -> None:
    """Who comes later is sent away before anything is sent for it."""
    graph = ScriptedGraph()
    async with gateway(tmp_path, graph) as built:
        built.parts.stopping.begin()
        with pytest.raises(ServiceStopping) as caught:
            await built.ask()
        circuit = built.parts.circuits[built.call().health]

    assert caught.value.retry_after == 1
    assert graph.heard == []
    assert circuit.state is State.CLOSED


async def test_t059_what_is_kept_is_still_given(tmp_path: Path) -> None:
    """A read that has an older answer gets it, as stale."""
    graph = ScriptedGraph()
    async with gateway(tmp_path, graph) as built:
        await built.ask(LIST_MESSAGES)
        await built.parts.clock.sleep(60)
        built.parts.stopping.begin()
        answer = await built.ask(LIST_MESSAGES, cache=CacheControl())

    assert answer.delivery is not None
    assert answer.delivery.stale
    assert len(graph.heard) == 1


@pytest.mark.parametrize(
    ("steps", "outcome"),
    [
        pytest.param([THROTTLED], Outcome.NOT_PERFORMED, id="refused"),
        pytest.param(
            [Answer(status=504, body=b""), THROTTLED],
            Outcome.UNKNOWN,
            id="in doubt, then refused",
        ),
    ],
)
async def test_t059_a_doubt_is_told(
    tmp_path: Path, steps: list[Answer], outcome: Outcome
) -> None:
    """Whether the write may have been done is not forgotten in the rush."""
    graph = ScriptedGraph(*steps)
    async with gateway(tmp_path, graph) as built:
        [sleeping] = await under_way(built, built.ask(UPDATE_MESSAGE))
        error = await stopped(built, sleeping)

    assert error.outcome is outcome
    assert error.attempts == len(steps)


async def test_t059_who_leaves_meanwhile_is_cancelled(tmp_path: Path) -> None:
    """The end of the process does not hide that a caller has gone."""
    graph = ScriptedGraph(THROTTLED, Hang)
    async with gateway(tmp_path, graph) as built:
        sleeping, hanging = await under_way(
            built,
            built.send(),
            built.send(mailbox="grace@contoso.example"),
        )
        for task in (sleeping, hanging):
            task.cancel()
        built.parts.stopping.begin()
        built.parts.stopping.begin()
        ends = await asyncio.gather(sleeping, hanging, return_exceptions=True)

    assert {type(end) for end in ends} == {asyncio.CancelledError}
    assert graph.in_flight == 0


async def test_t059_other_errors_stay_what_they_are(tmp_path: Path) -> None:
    """An error that no repeat would follow is told as it is."""
    graph = ScriptedGraph(Answer(status=503, body=b"", after=3))
    async with gateway(tmp_path, graph) as built:
        [running] = await under_way(built, built.ask(SEND_MAIL))
        built.parts.stopping.begin()
        with pytest.raises(ExchangeError) as caught:
            await running

    assert isinstance(caught.value, GraphUnavailable)
    assert caught.value.outcome is Outcome.UNKNOWN
