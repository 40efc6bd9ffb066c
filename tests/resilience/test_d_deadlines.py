"""Cases D: timeouts, deadlines, cancellation."""

import ast
import asyncio
from pathlib import Path

import pytest

import app
from app.gateway.operations.entry import Operation
from app.gateway.policies.circuit import State
from app.gateway.policies.least_time import least_time
from app.gateway.vitals import VitalSigns
from app.problems.errors import ExchangeError
from app.problems.failures import DeadlineExceeded
from app.problems.graph_failures import (
    GraphThrottled,
    GraphTimeout,
    IdentityUnavailable,
)
from app.sandbox import Fault
from app.settings import SettingsError, load_settings
from tests.support.gateway import READ, SEND_MAIL, gateway
from tests.support.scripted import Answer, Hang, ScriptedGraph
from tests.support.service import Service

pytestmark = pytest.mark.anyio


async def test_t049_a_hanging_attempt_is_ended_and_repeated(
    tmp_path: Path,
) -> None:
    """Graph hangs once: ended after 10 seconds, repeated, answered."""
    graph = ScriptedGraph(Hang)
    async with gateway(tmp_path, graph) as built:
        await built.send()

    assert len(graph.heard) == 2
    assert 10 <= graph.times[1] <= 10.5
    assert graph.cancelled == 1


async def test_t049_the_total_is_never_exceeded(tmp_path: Path) -> None:
    """Graph hangs for ever: the caller knows at its deadline."""
    graph = ScriptedGraph(otherwise=Hang)
    async with gateway(tmp_path, graph) as built:
        began = built.parts.clock.now()
        with pytest.raises(GraphTimeout):
            await built.ask(seconds=25)
        took = built.parts.clock.now() - began

    assert took <= 25.05
    assert len(graph.heard) == 3
    assert graph.in_flight == 0


async def test_t049_a_hanging_write_is_not_repeated(tmp_path: Path) -> None:
    """What a hanging write did is unknown; it is sent once."""
    graph = ScriptedGraph(otherwise=Hang)
    async with gateway(tmp_path, graph) as built:
        with pytest.raises(GraphTimeout):
            await built.ask(SEND_MAIL)

    assert len(graph.heard) == 1


async def test_t050_the_attempt_keeps_to_the_deadline(tmp_path: Path) -> None:
    """With 1.2 seconds left an attempt gets 1.2 seconds."""
    graph = ScriptedGraph(otherwise=Hang)
    async with gateway(tmp_path, graph) as built:
        began = built.parts.clock.now()
        with pytest.raises(GraphTimeout):
            await built.send(seconds=1.2)
        took = built.parts.clock.now() - began

    assert took == pytest.approx(1.2, abs=0.001)


@pytest.mark.parametrize(
    ("latency", "seconds", "asked"),
    [
        pytest.param(0.8, 0.39, 0, id="less than half of the usual"),
        pytest.param(0.8, 0.41, 1, id="more than half of it"),
        pytest.param(8.0, 0.99, 0, id="less than a second"),
        pytest.param(8.0, 1.01, 1, id="a second is always enough"),
    ],
)
async def test_t051_too_short_a_time_is_not_tried(
    tmp_path: Path, latency: float, seconds: float, asked: int
) -> None:
    """Less time than Graph needs: 504 at once, and Graph is not asked."""
    graph = ScriptedGraph(otherwise=Answer(after=latency))
    async with gateway(tmp_path, graph) as built:
        for _ in range(20):
            await built.send()
        before, began = len(graph.heard), built.parts.clock.now()
        with pytest.raises(ExchangeError) as caught:
            await built.ask(seconds=seconds)
        took = built.parts.clock.now() - began

    assert len(graph.heard) - before == asked
    assert caught.value.status == 504
    assert took == pytest.approx(seconds if asked else 0, abs=0.001)


@pytest.mark.parametrize(
    ("requests", "p50", "expected"),
    [(0, None, 0), (19, 0.8, 0), (20, 0.8, 0.4), (20, 60, 1), (20, None, 0)],
)
def test_t051_the_least_time(
    requests: int, p50: float | None, expected: float
) -> None:
    """Half of the usual, a second at most, nothing while little is known."""
    signs = VitalSigns(
        requests=requests,
        error_rate=None,
        p50=p50,
        p95=None,
        last_success=None,
    )

    assert least_time(signs) == pytest.approx(expected)


async def test_t051_nobody_is_locked_out(tmp_path: Path) -> None:
    """Too little is known, or it is long ago: it is tried."""
    graph = ScriptedGraph(otherwise=Answer(after=0.4))
    async with gateway(tmp_path, graph) as built:
        for _ in range(19):
            await built.send()
        graph.otherwise = Answer(after=0.05)
        unsure = await built.send(seconds=0.1)
        await built.parts.clock.sleep(301)
        later = await built.send(seconds=0.1)

    assert unsure.status == later.status == 200


async def test_t051_the_breaker_is_none_the_wiser(tmp_path: Path) -> None:
    """Calls that were not worth sending neither open nor close it."""
    graph = ScriptedGraph(otherwise=Answer(after=0.8))
    async with gateway(tmp_path, graph) as built:
        for _ in range(20):
            await built.send()
        for _ in range(50):
            with pytest.raises(DeadlineExceeded):
                await built.send(seconds=0.2)
        report = built.parts.circuits[built.call().health].report(
            built.parts.clock.now()
        )

    assert report.state is State.CLOSED
    assert report.failures == 0
    assert report.calls <= 20


async def test_t052_waiting_for_a_permit_takes_of_the_time(
    tmp_path: Path,
) -> None:
    """Two seconds in the queue leave one of three for the request."""
    graph = ScriptedGraph(Answer(after=2), otherwise=Hang)
    async with gateway(
        tmp_path, graph, limits={"mailbox_concurrency": 1}
    ) as built:
        first = asyncio.create_task(built.send())
        await asyncio.wait([first], timeout=0)
        began = built.parts.clock.now()
        with pytest.raises(GraphTimeout):
            await built.send(seconds=3)
        took = built.parts.clock.now() - began
        await first

    assert graph.times[1] == pytest.approx(2)
    assert took == pytest.approx(3)


async def test_t052_waiting_at_the_gate_takes_of_the_time(
    tmp_path: Path,
) -> None:
    """Two seconds at a gate leave one of three; four are not begun."""
    graph = ScriptedGraph(otherwise=Hang)
    async with gateway(tmp_path, graph) as built:
        gates, clock = built.parts.gates, built.parts.clock
        await gates.close(built.call().scope, 2)
        began = clock.now()
        with pytest.raises(GraphTimeout):
            await built.send(seconds=3)
        took = clock.now() - began
        await gates.close(built.call().scope, 4)
        with pytest.raises(GraphThrottled) as caught:
            await built.send(seconds=3)
        refused_after = clock.now() - began - took

    assert took == pytest.approx(3)
    assert refused_after == 0
    assert caught.value.retry_after == pytest.approx(4)
    assert len(graph.heard) == 1


async def test_t052_waiting_for_a_token_takes_of_the_time(
    service: Service,
) -> None:
    """Entra ID hangs: the caller knows when its own time is up."""
    service.sandbox.faults.add(Fault(route="token", hang=True))
    began = service.clock.now()
    answer = await service.client.get(
        "/v1/mailboxes/ada@contoso.example/messages",
        headers={"Prefer": "wait=3"},
    )
    took = service.clock.now() - began

    assert answer.json()["code"] == IdentityUnavailable.code
    assert took == pytest.approx(3, abs=0.05)


async def test_t053_cancellation_reaches_graph(tmp_path: Path) -> None:
    """A caller that leaves ends its request and gives its permit back."""
    graph = ScriptedGraph(Hang, otherwise=Answer(after=0.05))
    async with gateway(
        tmp_path, graph, limits={"mailbox_concurrency": 1}
    ) as built:
        leaving = asyncio.create_task(built.send())
        await built.parts.clock.sleep(1)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        cancelled = graph.cancelled
        began = built.parts.clock.now()
        await built.send()
        took = built.parts.clock.now() - began
        circuit = built.parts.circuits[built.call().health]

    assert cancelled == 1
    assert len(graph.heard) == 2
    assert took == pytest.approx(0.05, abs=0.001)
    assert circuit.state is State.CLOSED


async def test_t054_cancellation_ends_a_backoff(tmp_path: Path) -> None:
    """A caller that leaves while we wait to repeat: no further request."""
    graph = ScriptedGraph(Answer(status=429, headers={"Retry-After": "5"}))
    async with gateway(tmp_path, graph) as built:
        leaving = asyncio.create_task(built.send())
        await built.parts.clock.sleep(1)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        await built.parts.clock.sleep(60)

    assert len(graph.heard) == 1


async def test_t055_cancellation_is_never_swallowed(tmp_path: Path) -> None:
    """Fifty cancellations at all moments: each one is felt."""
    graph = ScriptedGraph(otherwise=Answer(status=503, body=b"", after=0.3))
    async with gateway(tmp_path, graph) as built:
        for number in range(50):
            task = asyncio.create_task(
                built.send(mailbox=f"m{number}@contoso.example")
            )
            await built.parts.clock.sleep(number * 0.02)
            was_running = task.cancel()
            outcome = await asyncio.gather(task, return_exceptions=True)
            expected = asyncio.CancelledError if was_running else ExchangeError
            assert isinstance(outcome[0], expected)

    assert graph.in_flight == 0


def test_t055_only_one_predicate_is_in_use() -> None:
    """The negative ones of tenacity would repeat a cancellation as well."""
    names = {
        alias.name
        for path in Path(app.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "tenacity"
        for alias in node.names
    }

    assert names == {
        "AsyncRetrying",
        "RetryCallState",
        "retry_if_exception_type",
    }
    assert not issubclass(asyncio.CancelledError, ExchangeError)


@pytest.mark.parametrize("operation", [READ, SEND_MAIL], ids=["read", "send"])
@pytest.mark.parametrize("moment", [9.999999, 10.0])
@pytest.mark.parametrize("is_first", [False, True])
async def test_t056_a_limit_is_not_a_cancellation(
    tmp_path: Path, operation: Operation, moment: float, *, is_first: bool
) -> None:
    """Even at the same moment: who was cancelled is, and nothing follows."""
    loop = asyncio.get_running_loop()
    graph = ScriptedGraph(Hang)
    async with gateway(tmp_path, graph) as built:
        task = asyncio.create_task(built.send(operation))
        at = loop.time() + moment
        if is_first:
            loop.call_at(at, task.cancel)
        await asyncio.wait([task], timeout=0)
        if not is_first:
            loop.call_at(at, task.cancel)
        with pytest.raises(asyncio.CancelledError):
            await task
        await built.parts.clock.sleep(60)

    assert len(graph.heard) == 1
    assert graph.in_flight == 0


async def test_t056_a_limit_alone_is_repeated(tmp_path: Path) -> None:
    """Nobody has cancelled: the attempt's own limit is no cancellation."""
    graph = ScriptedGraph(Hang)
    async with gateway(tmp_path, graph) as built:
        task = asyncio.create_task(built.send())
        reply = await task

    assert reply.status == 200
    assert task.cancelling() == 0


_WRONG = {
    "TIMEOUTS__ATTEMPT": ("31", "TIMEOUTS__ATTEMPT: must not be above TOTAL"),
    "TIMEOUTS__CONNECT": ("11", "TIMEOUTS__CONNECT: must not be above ATT"),
    "TIMEOUTS__LONG_ATTEMPT": ("9", "TIMEOUTS__ATTEMPT: must not be above LO"),
    "BREAKER__WINDOW": ("19.9", "BREAKER__WINDOW: must be at least 2 x"),
    "BREAKER__OPEN_FOR": ("301", "BREAKER__OPEN_FOR: must not be above MAX_O"),
    "BREAKER__MODE": ("off", "BREAKER__MODE: Input should be 'enforce' or"),
    "RETRY__BASE_DELAY": ("21", "RETRY__BASE_DELAY: must not be above MAX_D"),
}
_POSITIVE = (
    *("TIMEOUTS__CONNECT", "TIMEOUTS__ATTEMPT", "TIMEOUTS__TOTAL"),
    *("TIMEOUTS__LONG_ATTEMPT", "RETRY__ATTEMPTS", "RETRY__BASE_DELAY"),
    *("RETRY__MAX_DELAY", "RETRY__MAX_RETRY_AFTER", "BREAKER__WINDOW"),
    *("BREAKER__RATIO", "BREAKER__MINIMUM_CALLS", "BREAKER__OPEN_FOR"),
    *("BREAKER__MAX_OPEN_FOR", "POOL__CONNECTIONS", "POOL__MAX_AGE"),
    *("LIMITS__MAILBOX_CONCURRENCY", "LIMITS__MAILBOX_REQUESTS"),
    *("LIMITS__MAILBOX_WINDOW", "LIMITS__QUEUE"),
)


@pytest.mark.parametrize("name", _WRONG)
def test_t058_settings_at_odds_are_refused(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The service does not start, and says which setting is at fault."""
    value, line = _WRONG[name]
    monkeypatch.setenv("EXCHANGE_SANDBOX", "true")
    monkeypatch.setenv(f"EXCHANGE_{name}", value)
    with pytest.raises(SettingsError) as caught:
        load_settings()

    assert str(caught.value).startswith(f"EXCHANGE_{line}")


@pytest.mark.parametrize("value", ["-1", "0", "nan", "inf", "x"])
@pytest.mark.parametrize("name", _POSITIVE)
def test_t058_what_makes_no_sense_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """Nothing negative, nothing endless, no words."""
    monkeypatch.setenv("EXCHANGE_SANDBOX", "true")
    monkeypatch.setenv(f"EXCHANGE_{name}", value)
    with pytest.raises(SettingsError, match=f"EXCHANGE_{name}: "):
        load_settings()


@pytest.mark.parametrize("value", ["-0.1", "1.1", "nan"])
def test_t058_a_share_is_between_none_and_all(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    """The budget's ratio; its reserve is not negative either."""
    monkeypatch.setenv("EXCHANGE_SANDBOX", "true")
    monkeypatch.setenv("EXCHANGE_BUDGET__RATIO", value)
    monkeypatch.setenv("EXCHANGE_BUDGET__RESERVE", "-1")
    with pytest.raises(SettingsError) as caught:
        load_settings()

    lines = str(caught.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "EXCHANGE_BUDGET__RATIO",
        "EXCHANGE_BUDGET__RESERVE",
    ]


def test_t058_equal_is_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    """All limits may be the same."""
    monkeypatch.setenv("EXCHANGE_SANDBOX", "true")
    for name in ("CONNECT", "ATTEMPT", "TOTAL", "LONG_ATTEMPT"):
        monkeypatch.setenv(f"EXCHANGE_TIMEOUTS__{name}", "15")
    found = load_settings()

    assert found.timeouts.connect == found.timeouts.total == 15
    assert found.breaker.window == 2 * found.timeouts.attempt
