"""Cases M: what operators can see of it."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import (
    InMemorySpanExporter,
)

from app.clock import SystemClock
from app.gateway.operations.mail import LIST_MESSAGES
from app.models.context import CacheControl
from app.problems.errors import ExchangeError
from app.telemetry.logs import EventLog
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.metrics import METRICS
from app.wiring.gauges import watch_gauges
from tests.support.gateway import READ, Gateway, gateway
from tests.support.metering import Metering
from tests.support.scripted import Answer, ScriptedGraph
from tests.support.service import CONTOSO as CONTOSO_TENANT
from tests.support.service import FABRIKAM as FABRIKAM_TENANT

pytestmark = pytest.mark.anyio

DOWN = Answer(status=503, body=b"")
THROTTLED = Answer(status=429, body=b"", headers={"Retry-After": "5"})
CONTOSO = {"tenant": "contoso", "workload": "mail-read"}


async def asked(built: Gateway, *, times: int = 1, **options: Any) -> None:
    """Make calls at the same time, however they end."""
    calls = [built.ask(**options) for _ in range(times)]
    await asyncio.gather(*calls, return_exceptions=True)


async def test_t161_what_happens_is_measured(tmp_path: Path) -> None:
    """Attempts, repeats, budget, breaker, gate, waits, stale, joins."""
    metering = Metering()
    graph = ScriptedGraph(otherwise=Answer(after=0.1))
    async with gateway(
        tmp_path,
        graph,
        telemetry=metering.telemetry,
        limits={"mailbox_concurrency": 1},
        retry={"attempts": 2},
        budget={"ratio": 0.0, "reserve": 2},
        cache={"revalidate": 0},
    ) as built:
        watch_gauges(built.parts, built.breaker)
        await asked(built, operation=LIST_MESSAGES, times=3)
        await asked(built, times=2)
        graph.steps = [DOWN, THROTTLED]
        await asked(built)
        await asked(built, mailbox="grace@contoso.example")
        await built.parts.clock.sleep(40)
        graph.steps = [DOWN, DOWN]
        await asked(built, operation=LIST_MESSAGES, cache=CacheControl())
        await built.parts.gates.close(built.call().scope, 3)
        await asked(built)
        await built.parts.gates.close(built.call().scope, 60)

    def value(name: str, **labels: str) -> float:
        return metering.value(f"exchange.{name}", **labels)

    attempts = len(graph.heard)
    assert value("graph.attempts", **CONTOSO) == attempts
    assert value("graph.attempts", outcome="graph-unavailable") == 3
    assert value("graph.retries", reason="graph-unavailable") == 2
    assert value("graph.retries", reason="graph-throttled") == 0
    assert value("budget.remaining", **CONTOSO) == 0
    assert value("breaker.state", **CONTOSO) == 0
    assert value("throttle.gates", tenant="contoso") == 1
    assert value("graph.in_flight", **CONTOSO) == 0
    assert value("graph.wait", kind="permit") == pytest.approx(0.1, abs=0.01)
    assert value("graph.wait", kind="gate") >= 3
    assert value("graph.wait", kind="backoff") > 0
    assert value("cache.requests", result="stale") == 1
    assert value("cache.shared_flights") == 2
    assert value("calls", outcome="ok") == 7


async def test_t161_an_outage_is_measured(tmp_path: Path) -> None:
    """The budget is used up, the breaker opens: counted and shown."""
    metering = Metering()
    graph = ScriptedGraph(otherwise=DOWN)
    async with gateway(tmp_path, graph, telemetry=metering.telemetry) as built:
        watch_gauges(built.parts, built.breaker)
        for number in range(30):
            await asked(built, mailbox=f"m{number}@contoso.example")
        remaining = built.parts.budgets[built.call().health].remaining

    def value(name: str, **labels: str) -> float:
        return metering.value(f"exchange.{name}", **CONTOSO, **labels)

    assert value("breaker.state") == 2
    assert value("breaker.transitions", state="open") == 1
    assert value("breaker.refusals") > 0
    assert value("budget.remaining") == remaining
    assert value("budget.exhausted") > 0
    assert value("graph.retries", reason="graph-unavailable") >= 3


async def test_t161_secrets_that_expire_are_seen_coming(
    tmp_path: Path,
) -> None:
    """In seconds from now, for those whose end is known."""
    metering = Metering()
    clock = SystemClock()
    ends = clock.wall().date() + timedelta(days=3)
    known = {**CONTOSO_TENANT, "client_secret_expires": ends.isoformat()}
    async with gateway(
        tmp_path,
        ScriptedGraph(),
        telemetry=metering.telemetry,
        tenants=[known, FABRIKAM_TENANT],
    ) as built:
        watch_gauges(built.parts, built.breaker)
        [(labels, left)] = metering.points("exchange.credential.remaining")

    assert labels == {"tenant": "contoso"}
    assert 2 * 86_400 - 60 < left <= 3 * 86_400


async def test_t161_labels_are_few(tmp_path: Path) -> None:
    """A thousand mailboxes make no more series than one does."""
    metering = Metering()
    graph = ScriptedGraph(otherwise=Answer(status=404, body=b""))
    async with gateway(tmp_path, graph, telemetry=metering.telemetry) as built:
        watch_gauges(built.parts, built.breaker)
        await asked(built)
        one = _series(metering)
        for number in range(1000):
            await asked(built, mailbox=f"m{number}@contoso.example")
        many = _series(metering)

    declared = {metric.name: set(metric.attributes) for metric in METRICS}
    assert many == one
    for name in metering.names():
        for labels, _ in metering.points(name):
            assert set(labels) <= declared[name]
            assert not any("@" in str(text) for text in labels.values())


async def test_t162_a_span_for_each_attempt(tmp_path: Path) -> None:
    """Under one of the call; its waits are there, with their lengths."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    telemetry = Telemetry(EventLog(), tracer=provider.get_tracer("test"))
    graph = ScriptedGraph(DOWN, THROTTLED)
    async with gateway(tmp_path, graph, telemetry=telemetry) as built:
        await asked(built)
        await built.parts.gates.close(built.call().scope, 2)
        await asked(built)
    spans = exporter.get_finished_spans()
    *attempts, first, third, second = spans
    waits = [
        (event.name, (event.attributes or {}).get("kind"))
        for event in first.events
    ]
    [paused] = second.events

    assert [span.name for span in (first, second)] == [
        f"graph {READ.name}"
    ] * 2
    assert len(attempts) == 3
    assert {_parent(span) for span in attempts} == {_id(first)}
    assert _parent(third) == _id(second)
    assert waits == [("wait", "backoff"), ("wait", "backoff")]
    lengths = [(event.attributes or {})["seconds"] for event in first.events]
    assert 0 <= lengths[0] <= 0.5  # type: ignore[operator]
    assert 5 <= lengths[1] <= 5.5  # type: ignore[operator]
    assert paused.attributes == {"kind": "gate", "seconds": 2.0}


async def test_t162_waits_for_permits_are_seen(tmp_path: Path) -> None:
    """For a place and for the window, and those that were in vain too."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    telemetry = Telemetry(EventLog(), tracer=provider.get_tracer("test"))
    async with gateway(
        tmp_path,
        ScriptedGraph(otherwise=Answer(after=0.5)),
        telemetry=telemetry,
        limits={
            "mailbox_concurrency": 1,
            "mailbox_requests": 2,
            "mailbox_window": 20,
        },
    ) as built:
        await asyncio.gather(
            asked(built), asked(built), asked(built, seconds=0.2)
        )
        await asked(built)
    waits = [
        dict(event.attributes or {})
        for span in exporter.get_finished_spans()
        for event in span.events
    ]

    assert {"kind": "permit", "seconds": 0.2} in waits
    assert {"kind": "permit", "seconds": 0.5} in waits
    assert "window" in {wait["kind"] for wait in waits}


async def test_t162_a_call_that_fails_says_why(tmp_path: Path) -> None:
    """The span of the call has its outcome, and that no retry was left."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    telemetry = Telemetry(EventLog(), tracer=provider.get_tracer("test"))
    graph = ScriptedGraph(otherwise=DOWN)
    async with gateway(
        tmp_path,
        graph,
        telemetry=telemetry,
        budget={"ratio": 0.0, "reserve": 0},
    ) as built:
        with pytest.raises(ExchangeError):
            await built.ask()
    *_, call = exporter.get_finished_spans()

    assert call.attributes is not None
    assert call.attributes["outcome"] == "graph-unavailable"
    assert call.attributes["budget_exhausted"] is True


def _series(metering: Metering) -> set[tuple[str, str]]:
    return {
        (name, str(sorted(labels.items())))
        for name in metering.names()
        for labels, _ in metering.points(name)
    }


def _id(span: ReadableSpan) -> int:
    assert span.context is not None
    number: int = span.context.span_id
    return number


def _parent(span: ReadableSpan) -> int | None:
    return span.parent and span.parent.span_id
