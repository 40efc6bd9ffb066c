"""Signals, as a collector receives them."""

import json
from itertools import chain
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest

from app.telemetry.signals.attributes import ATTRIBUTES
from app.telemetry.signals.events import EVENTS
from app.telemetry.signals.metrics import METRICS
from app.telemetry.signals.spans import MARKS, SPANS
from tests.support.collector import (
    Received,
    attributes_of,
    collector,
    relay,
)
from tests.support.process import serving

ADA = "/v1/mailboxes/ada@contoso.example"
ADDED = {"request_id"}
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize("protocol", ["grpc", "http/protobuf"])
def test_a_collector_sees_all_and_learns_nothing(
    tmp_path: Path, protocol: str
) -> None:
    """All signals pass a real collector; no mailbox, id or search text."""
    with collector() as (url, received):
        with (
            relay(url, tmp_path) as real,
            serving(
                tmp_path,
                OTEL_EXPORTER_OTLP_ENDPOINT=(
                    real.grpc if protocol == "grpc" else real.http
                ),
                OTEL_EXPORTER_OTLP_PROTOCOL=protocol,
                OTEL_LOGS_EXPORTER="otlp",
                OTEL_METRIC_EXPORT_INTERVAL="60000",
                EXCHANGE_GRAPH_TRACE_CONTEXT="true",
                OTEL_SERVICE_NAME="mail-api",
            ) as running,
            httpx.Client(
                base_url=running.url,
                timeout=40,
                headers={"User-Agent": "canary-agent"},
            ) as caller,
        ):
            first, answers = _traffic(caller)
            calls = httpx.get(f"{running.sandbox}/_sandbox/calls").json()
        printed = running.output

    _check_trace(received)
    _check_trace_goes_through(received, calls["calls"])
    _check_metrics(received)
    _check_logs(received, printed, answers)
    for secret in (
        *("ada@contoso", "canary", "sandbox-secret", "AAMkNothing"),
        *(first["id"], first["subject"]),
    ):
        assert secret.encode() not in received.everything, secret


def _traffic(
    caller: httpx.Client,
) -> tuple[dict[str, Any], list[httpx.Response]]:
    listed = caller.get(
        f"{ADA}/messages",
        params={"query": "canary-search"},
        headers={
            "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01",
            "tracestate": "canary=state",
        },
    )
    items = caller.get(f"{ADA}/messages").json()["items"]
    first = next(item for item in items if item["subject"])
    caller.get("/health/live")
    return first, [
        listed,
        caller.get(f"{ADA}/messages/{first['id']}"),
        caller.get(f"{ADA}/messages/AAMkNothing="),
        caller.get("/v1/canary-path", headers={"Host": "canary-host"}),
        caller.post("/ops/breakers/contoso/mail-read/isolate", json={}),
    ]


def _check_trace(received: Received) -> None:
    """One trace from request to attempt, with the wait for the token."""
    spans = received.spans
    server = next(
        span
        for span in spans
        if span.name == "GET /v1/mailboxes/{mailbox}/messages"
    )
    call = next(s for s in spans if s.parent_span_id == server.span_id)
    attempt = next(s for s in spans if s.parent_span_id == call.span_id)
    waits = [attributes_of(e)["kind"] for e in call.events if e.name == "wait"]

    assert call.name == "graph messages.list"
    assert "token" in waits
    assert attempt.name == "GET /users/{mailbox}/messages"
    told = attributes_of(server)
    assert told["http.route"] == "/v1/mailboxes/{mailbox}/messages"
    assert told["url.path"] == "/v1/mailboxes/-/messages"
    assert told["url.query"] == told["user_agent.original"] == "-"
    assert attributes_of(attempt)["http.response.status_code"] == 200
    assert attributes_of(attempt)["graph.client_request_id"]
    assert not any("health" in span.name for span in spans)
    declared = set(chain(*(span.attributes for span in SPANS)))
    marked = set(chain(*(mark.attributes for mark in MARKS)))
    for span in spans:
        assert set(attributes_of(span)) <= declared
        for event in span.events:
            assert set(attributes_of(event)) <= marked


def _check_trace_goes_through(
    received: Received, calls: list[dict[str, Any]]
) -> None:
    """The caller's trace is gone on with, and Graph is told if asked for."""
    attempts = {
        span.span_id.hex()
        for span in received.spans
        if span.trace_id.hex() == TRACE and span.name.startswith("GET /users")
    }
    told = {
        call["headers"]["traceparent"].split("-")[2]
        for call in calls
        if TRACE in call["headers"].get("traceparent", "")
    }

    assert attempts
    assert told == attempts
    assert not any("tracestate" in call["headers"] for call in calls)


def _check_metrics(received: Received) -> None:
    """Nothing but what is declared, by the attributes that are declared."""
    declared = {metric.name: metric for metric in METRICS}
    names = {metric.name for _, metric in received.metrics}

    assert {
        *("exchange.calls", "exchange.call.duration", "exchange.cache.bytes"),
        *("exchange.graph.attempts", "exchange.token.refreshes"),
        *("exchange.breaker.state", "exchange.token.age", "exchange.up"),
        *("exchange.budget.remaining", "exchange.pool.connections"),
        *("http.client.request.duration", "http.server.request.duration"),
    } <= names
    for _, metric in received.metrics:
        told = getattr(metric, metric.WhichOneof("data"))
        for point in told.data_points:
            known = set(declared[metric.name].attributes)
            assert set(attributes_of(point)) <= known
    resource = attributes_of(received.metrics[0][0])
    assert resource["service.name"] == "mail-api"
    assert resource["service.version"]
    assert resource["service.instance.id"]


def _check_logs(
    received: Received, printed: list[str], answers: list[httpx.Response]
) -> None:
    """The same events as on stdout, on the trace that they belong to."""
    declared = {event.name: set(event.members) for event in EVENTS}
    lines = [json.loads(line) for line in printed if line.startswith("{")]
    sent = [attributes_of(record) | _about(record) for record in received.logs]
    access = [line for line in sent if line["event"] == "http.access"]
    ids = {answer.headers["X-Request-Id"] for answer in answers}

    assert {line["event"] for line in lines} == {x["event"] for x in sent}
    assert ids <= {line["request_id"] for line in access}
    assert any(line["trace_id"].strip("0") for line in access)
    assert {line["severity"] for line in sent} >= {"info", "warning"}
    for record, line in zip(received.logs, sent, strict=True):
        members = set(attributes_of(record)) - ADDED
        assert members <= declared[line["event"]]
        assert members <= set(ATTRIBUTES)


def _about(record: Any) -> dict[str, str]:
    return {
        "event": record.event_name or record.body.string_value,
        "severity": record.severity_text,
        "trace_id": record.trace_id.hex(),
    }


def test_a_collector_that_is_gone_is_no_harm(tmp_path: Path) -> None:
    """Nobody receives: the service works, says so once, and ends in order."""
    with (
        serving(
            tmp_path,
            OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9",
            OTEL_EXPORTER_OTLP_PROTOCOL="grpc",
            OTEL_EXPORTER_OTLP_TIMEOUT="1",
            OTEL_LOGS_EXPORTER="otlp",
            OTEL_BSP_SCHEDULE_DELAY="50",
            OTEL_BLRP_SCHEDULE_DELAY="50",
        ) as running,
        httpx.Client(base_url=running.url, timeout=40) as caller,
    ):
        answers = [caller.get(f"{ADA}/messages") for _ in range(20)]

    assert {answer.status_code for answer in answers} == {200}
    assert running.popen.returncode == 0
    assert _complaints(running.output) == 1


def test_a_collector_that_hangs_is_no_harm(tmp_path: Path) -> None:
    """It holds what it got: requests are answered, and more is let go."""
    released = Event()
    with (
        collector(released) as (url, received),
        serving(
            tmp_path,
            OTEL_EXPORTER_OTLP_ENDPOINT=url,
            OTEL_EXPORTER_OTLP_TIMEOUT="1",
            OTEL_LOGS_EXPORTER="otlp",
            OTEL_BSP_SCHEDULE_DELAY="50",
            OTEL_BSP_MAX_QUEUE_SIZE="8",
            OTEL_BSP_MAX_EXPORT_BATCH_SIZE="8",
            OTEL_BLRP_SCHEDULE_DELAY="50",
            OTEL_BLRP_MAX_QUEUE_SIZE="8",
            OTEL_BLRP_MAX_EXPORT_BATCH_SIZE="8",
        ) as running,
        httpx.Client(base_url=running.url, timeout=40) as caller,
    ):
        caller.get(f"{ADA}/messages")
        came = received.came.wait(30)
        answers = [caller.get(f"{ADA}/messages") for _ in range(50)]
        held = not released.is_set()
        running.popen.terminate()
        status = running.popen.wait(30)
        released.set()

    assert came
    assert held
    assert {answer.status_code for answer in answers} == {200}
    assert status == 0
    assert _complaints(running.output) == 1


def _complaints(printed: list[str]) -> int:
    lines = [json.loads(line) for line in printed if line.startswith("{")]
    return [line["event"] for line in lines].count("telemetry.lost")
