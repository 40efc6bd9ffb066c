"""Declared signals, and the one door through which they go."""

import io
import json
import logging
import re
from pathlib import Path

import httpx
import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from prometheus_client.parser import text_string_to_metric_families

import app
from app.settings import Scrape
from app.telemetry.logs import EventLog, LibraryHandler, bound_request
from app.telemetry.recorder import Telemetry
from app.telemetry.scrape import MetricsPage
from app.telemetry.signals import (
    events,
    ledger,
    limits,
    metrics,
    protection,
    service,
    spans,
)
from app.telemetry.signals.attributes import ATTRIBUTES
from app.telemetry.signals.events import EVENTS, GATE_CLOSED
from app.telemetry.signals.kinds import Kind, LogEvent, Metric, SpanKind
from app.telemetry.signals.metrics import (
    CALLS,
    CLOSED_GATES,
    GRAPH_IN_FLIGHT,
    METRICS,
)
from app.telemetry.signals.spans import MARKS, SPAN_OPS, SPANS
from app.telemetry.views import declared_views

FORBIDDEN = {"mailbox", "address", "id", "subject", "body", "token", "path"}


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_metrics_say_what_to_do(metric: Metric) -> None:
    """Each has a meaning, an action, and nothing confidential."""
    assert metric.meaning.endswith(".")
    assert metric.action.endswith(".")
    assert not FORBIDDEN & set(metric.attributes)
    # Translators do not agree whether Prometheus is to see a ratio there.
    assert metric.unit != "1"


def test_attributes_are_declared_too() -> None:
    """What each may hold is said once; none is declared in vain."""
    used = {
        name
        for signal in (*METRICS, *SPANS, *MARKS)
        for name in signal.attributes
    } | {name for event in EVENTS for name in event.members}

    assert used == set(ATTRIBUTES)
    assert all(meaning.endswith(".") for meaning in ATTRIBUTES.values())


def test_no_signal_is_declared_in_vain() -> None:
    """Each is recorded somewhere."""
    home = Path(app.__file__).parent
    text = "".join(
        path.read_text(encoding="utf-8")
        for path in home.rglob("*.py")
        if "signals" not in path.parts
    )
    modules = (events, ledger, limits, metrics, protection, service, spans)
    declared = {
        name
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, Metric | LogEvent | SpanKind)
    }
    recorded = set(re.findall(r"\b[A-Z_]+\b", text))

    assert declared <= recorded


def test_names_are_unique() -> None:
    """No signal is declared twice."""
    for declared in (METRICS, EVENTS, SPANS):
        names = [signal.name for signal in declared]
        assert len(names) == len(set(names))
    for event in EVENTS:
        assert event.level in {"info", "warning", "error"}
        assert not FORBIDDEN & set(event.members)


def test_logs_carry_only_what_is_declared() -> None:
    """An undeclared member is left out; ids of the request are added."""
    stream = io.StringIO()
    log = EventLog(stream)
    with bound_request("abc"):
        members = {"tenant": "t", "mailbox": "canary", "retry_after_s": 2}
        log.write(GATE_CLOSED, members)
    line = json.loads(stream.getvalue())

    assert line["event"] == "gate.closed"
    assert line["level"] == "warning"
    assert line["request_id"] == "abc"
    assert line["tenant"] == "t"
    assert line["retry_after_s"] == 2
    assert "canary" not in stream.getvalue()
    assert "workload" not in line


def test_people_get_colours() -> None:
    """On a terminal lines are for eyes, not for machines."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    EventLog(stream).write(GATE_CLOSED, {"tenant": "t"})

    assert "gate.closed" in stream.getvalue()
    assert not stream.getvalue().startswith("{")


def test_libraries_are_heard() -> None:
    """Their warnings are in the same log, without tracebacks."""
    stream = io.StringIO()
    handler = LibraryHandler(EventLog(stream))
    logger = logging.getLogger("somebody")
    logger.addHandler(handler)
    logger.info("not this")
    logger.warning("but %s\ncanary", "this", exc_info=ValueError("canary"))
    line = json.loads(stream.getvalue())

    assert line["logger"] == "somebody"
    assert line["message"] == "but this"
    assert line["error"] == "ValueError"
    assert "canary" not in stream.getvalue()


def test_what_cannot_be_exported_is_told_of_once_a_minute() -> None:
    """By whichever exporter, with how often it happened meanwhile."""
    stream = io.StringIO()
    handler = LibraryHandler(EventLog(stream))

    def fail(exporter: str, at: float) -> None:
        record = logging.makeLogRecord(
            {"name": f"opentelemetry.{exporter}", "msg": "gone", "created": at}
        )
        handler.handle(record)

    for at in (100, 101, 159.9):
        fail("traces", at)
        fail("logs", at)
    fail("metrics", 160)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]

    assert [(x["event"], x["logger"], x["count"]) for x in lines] == [
        ("telemetry.lost", "opentelemetry.traces", 1),
        ("telemetry.lost", "opentelemetry.metrics", 6),
    ]


def test_prometheus_has_the_names_that_are_foretold() -> None:
    """What the reference says is what the page shows, for each metric."""
    shows = MetricsPage(Scrape(host="127.0.0.1", port=0))
    provider = MeterProvider([shows.reader], views=declared_views())
    telemetry = Telemetry(
        EventLog(io.StringIO()), meter=provider.get_meter("test")
    )
    for metric in METRICS:
        match metric.kind:
            case Kind.COUNTER:
                telemetry.add(metric)
            case Kind.UP_DOWN:
                telemetry.move(metric, 1)
            case Kind.HISTOGRAM:
                telemetry.measure(metric, 0.5, {})
            case Kind.GAUGE:
                telemetry.watch(metric, lambda: [(1, {})])
    page = httpx.get(shows.url).text
    provider.shutdown()
    shows.close()
    shown = {
        family.name + "_total" * (family.type == "counter")
        for family in text_string_to_metric_families(page)
    }

    assert shown == {"target_info", *(m.prometheus for m in METRICS)}
    assert {
        *("exchange_up", "exchange_calls_total", "exchange_breaker_state"),
        *("exchange_call_duration_seconds", "exchange_graph_in_flight"),
        *("exchange_cache_bytes", "exchange_credential_remaining_seconds"),
        "http_server_request_duration_seconds",
    } <= shown
    assert "otel_scope" not in page
    assert page.count('le="2.5"') == sum(
        metric.kind is Kind.HISTOGRAM for metric in METRICS
    )


def test_a_mailbox_has_a_pseudonym() -> None:
    """Same key and mailbox, same name; nobody can tell whose it is."""
    log = EventLog(io.StringIO())
    one = Telemetry(log, hash_key=b"one")
    two = Telemetry(log, hash_key=b"two")

    assert one.pseudonym(None) is None
    assert one.pseudonym("ada") == one.pseudonym("ada")
    assert one.pseudonym("ada") != one.pseudonym("grace")
    assert one.pseudonym("ada") != two.pseudonym("ada")


def test_metrics_are_recorded_under_their_names() -> None:
    """Counters, levels, distributions and gauges reach the SDK."""
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader])
    telemetry = Telemetry(
        EventLog(io.StringIO()), meter=provider.get_meter("test")
    )
    telemetry.add(CALLS, tenant="t", outcome="ok")
    telemetry.move(GRAPH_IN_FLIGHT, 1, tenant="t")
    for metric in METRICS:
        if metric.kind is Kind.HISTOGRAM:
            telemetry.measure(metric, 0.5, {"tenant": "t"})
    telemetry.watch(CLOSED_GATES, lambda: [(3, {"tenant": "t"})])
    data = reader.get_metrics_data()
    assert data is not None
    names = {
        metric.name: metric.unit
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }

    assert names["exchange.calls"] == "{call}"
    assert names["exchange.throttle.gates"] == "{mailbox}"
    assert names["exchange.call.duration"] == "s"
    assert "exchange.graph.in_flight" in names
    provider.shutdown()


def test_spans_record_no_text_of_errors() -> None:
    """An exception ends a span without leaving its text there."""
    provider = TracerProvider()
    telemetry = Telemetry(
        EventLog(io.StringIO()), tracer=provider.get_tracer("test")
    )
    with pytest.raises(ValueError, match="canary"):  # noqa: SIM117
        with telemetry.span(SPAN_OPS, {"tenant": "t"}, action="x") as span:
            raise ValueError("canary")

    assert "canary" not in span.to_json()  # type: ignore[attr-defined]
    assert span.name == "ops x"  # type: ignore[attr-defined]
