"""Traces and metrics, as a collector receives them."""

from pathlib import Path

import httpx
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)

from app.telemetry.signals.metrics import METRICS
from tests.support.collector import attributes_of, collector, spans_of
from tests.support.process import serving

ADA = "/v1/mailboxes/ada@contoso.example"


def test_a_collector_sees_all_and_learns_nothing(tmp_path: Path) -> None:
    """One trace from request to attempt; no mailbox, id or search text."""
    with collector() as (url, received):
        with (
            serving(
                tmp_path,
                OTEL_EXPORTER_OTLP_ENDPOINT=url,
                OTEL_METRIC_EXPORT_INTERVAL="60000",
                OTEL_SERVICE_NAME="mail-api",
            ) as running,
            httpx.Client(base_url=running.url, timeout=40) as caller,
        ):
            listed = caller.get(
                f"{ADA}/messages", params={"query": "canary-search"}
            )
            items = caller.get(f"{ADA}/messages").json()["items"]
            first = next(item for item in items if item["subject"])
            caller.get(f"{ADA}/messages/{first['id']}")
            caller.get(f"{ADA}/messages/AAMkNothing=")
            caller.get("/v1/canary-path")
            caller.get("/health/live")
        spans = spans_of(received["/v1/traces"])
        metrics = [
            (resource, metric)
            for body in received["/v1/metrics"]
            for resource in ExportMetricsServiceRequest.FromString(
                body
            ).resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        ]
        everything = b"".join(received["/v1/traces"] + received["/v1/metrics"])

    assert listed.status_code == 200
    server = next(
        span
        for span in spans
        if span.name == "GET /v1/mailboxes/{mailbox}/messages"
    )
    call = next(s for s in spans if s.parent_span_id == server.span_id)
    attempt = next(s for s in spans if s.parent_span_id == call.span_id)
    assert call.name == "graph messages.list"
    assert attempt.name == "GET /users/{mailbox}/messages"
    assert attributes_of(server)["http.route"] == (
        "/v1/mailboxes/{mailbox}/messages"
    )
    assert attributes_of(server)["url.path"] == "/v1/mailboxes/-/messages"
    assert attributes_of(attempt)["http.response.status_code"] == 200
    assert attributes_of(attempt)["graph.client_request_id"]
    assert not any("health" in span.name for span in spans)

    names = {metric.name for _, metric in metrics}
    declared = {metric.name for metric in METRICS}
    assert {
        *("exchange.calls", "exchange.call.duration", "exchange.cache.bytes"),
        *("exchange.graph.attempts", "exchange.token.refreshes"),
        *("exchange.breaker.state", "exchange.token.age"),
        *("exchange.budget.remaining", "exchange.pool.connections"),
        *("http.client.request.duration", "http.server.request.duration"),
    } <= names
    assert {n for n in names if n.startswith("exchange.")} <= declared
    resource = attributes_of(metrics[0][0].resource)
    assert resource["service.name"] == "mail-api"
    assert resource["service.version"]

    for secret in (
        *("ada@contoso", "canary-search", "canary-path", "sandbox-secret"),
        *(first["id"], "AAMkNothing", first["subject"]),
    ):
        assert secret.encode() not in everything, secret


def test_a_collector_that_is_gone_is_no_harm(tmp_path: Path) -> None:
    """Nobody receives: the service works, and ends when told to."""
    with (
        serving(
            tmp_path,
            OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9",
            OTEL_EXPORTER_OTLP_TIMEOUT="1",
        ) as running,
        httpx.Client(base_url=running.url, timeout=40) as caller,
    ):
        answers = [caller.get(f"{ADA}/messages") for _ in range(5)]

    assert {answer.status_code for answer in answers} == {200}
    assert running.popen.returncode == 0
