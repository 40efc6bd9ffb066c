"""Traces and metrics, as a collector receives them."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
)

from app.telemetry.signals.metrics import METRICS
from tests.support.process import serving

ADA = "/v1/mailboxes/ada@contoso.example"


@contextmanager
def collector() -> Iterator[tuple[str, dict[str, list[bytes]]]]:
    """Receive what is exported over OTLP/HTTP."""
    received: dict[str, list[bytes]] = {"/v1/traces": [], "/v1/metrics": []}

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            received[self.path].append(body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", received
        server.shutdown()
        thread.join()


def spans_of(bodies: list[bytes]) -> list[Any]:
    return [
        span
        for body in bodies
        for resource in ExportTraceServiceRequest.FromString(
            body
        ).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def attributes_of(thing: Any) -> dict[str, Any]:
    return {
        item.key: item.value.string_value or item.value.int_value
        for item in thing.attributes
    }


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
