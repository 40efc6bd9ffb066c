"""What a process tells that no library within it can keep quiet."""

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
)
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
)

from tests.redaction.allowed import leaks
from tests.redaction.canaries import planted, word
from tests.redaction.evidence import Evidence
from tests.redaction.failures import ECHO
from tests.redaction.successes import HEADERS, LETTER, MAILBOX
from tests.support.collector import Received, collector
from tests.support.process import Process, serving

_KINDS: tuple[tuple[str, str, Any], ...] = (
    ("span", "/v1/traces", ExportTraceServiceRequest),
    ("metric", "/v1/metrics", ExportMetricsServiceRequest),
    ("exported log", "/v1/logs", ExportLogsServiceRequest),
)
_HOST = b"\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
_PATH, _SEARCH = word("path").encode(), word("search").encode()
_RAW = (
    word("garbled").encode() + b"\r\n\r\n",
    word("garbled").upper().encode() + b" / HTTP/1.1" + _HOST + b"\r\n",
    b"GET /" + _PATH * 9_000 + b" HTTP/1.1" + _HOST + b"\r\n",
    b"GET /v1/mailboxes/\xff" + _PATH + b" HTTP/1.1" + _HOST + b"\r\n",
    b"GET /v1/mailboxes?query=\xfe" + _SEARCH + b" HTTP/1.1" + _HOST + b"\r\n",
    b"GET /v1/" + _PATH + b"/health/live HTTP/1.1" + _HOST + b"\r\n",
    b"GET http://" + _PATH + b"/v1/mailboxes HTTP/1.1" + _HOST + b"\r\n",
    b"GET /v1/mailboxes HTTP/1.1\r\nHost: " + word("host").encode() + b"\r\n"
    b"Connection: close\r\n\r\n",
    b"GET /v1/mailboxes HTTP/1.1" + _HOST + b"User-Agent: \xff"
    b"" + word("agent").encode() + b"\r\n\r\n",
    b"GET /" + _PATH + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket"
    b"\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: " + word("key").encode() + b"\r\n\r\n",
    b"POST " + MAILBOX.encode() + b"/messages HTTP/1.1" + _HOST + b""
    b"Content-Length: 9999\r\n\r\n" + word("subject").encode(),
    b"POST " + MAILBOX.encode() + b"/messages HTTP/1.1" + _HOST + b""
    b"Transfer-Encoding: " + word("type").encode() + b"\r\n\r\n",
)
_FAULTS: tuple[dict[str, Any], ...] = (
    {},
    {"status": 503, "message": ECHO, "headers": {"request-id": ECHO}},
    {"status": 400, "code": ECHO, "message": ECHO},
    {"reset": "midway"},
    {"route": "token", "status": 400, "error": ECHO},
)


def test_a_process_keeps_it_to_itself(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """On its output, to a collector and Prometheus, and on the disk."""
    evidence = Evidence()
    with (
        collector() as (url, received),
        serving(
            tmp_path,
            EXCHANGE_SECRET_KEYS=f'["{word("sealing")}"]',
            OTEL_EXPORTER_OTLP_ENDPOINT=url,
            OTEL_EXPORTER_OTLP_HEADERS=f"authorization={word('bearer')}",
            OTEL_EXPORTER_PROMETHEUS_PORT="0",
            OTEL_LOGS_EXPORTER="otlp",
            OTEL_METRICS_EXPORTER="otlp,prometheus",
        ) as running,
        httpx.Client(
            base_url=running.url, timeout=40, headers=HEADERS
        ) as caller,
    ):
        for raw in _RAW:
            _say(running, raw)
        _use(running, caller)
        evidence.add_files(tmp_path)
        for page in ("/ops", "/ops/errors", "/status", "/health/exchange"):
            evidence.add("page", page, caller.get(page).text)
        evidence.add_metrics(httpx.get(running.metrics).text)
    evidence.add_files(tmp_path)
    _read(evidence, running, received)
    found = evidence.search(planted())
    record_property("redaction", evidence.report())

    assert leaks(found) == []
    assert {kind for place, kind in found if place.kind == "log"} == {
        "request"
    }
    told = {place.kind for place in evidence.places()}
    assert told >= {"log", "exported log", "span", "metric", "prometheus"}
    assert told >= {"page", "file"}


def _say(running: Process, raw: bytes) -> None:
    """Send bytes to the service, and read until it hangs up."""
    url = httpx.URL(running.url)
    with socket.create_connection((url.host, url.port or 80)) as line:
        line.sendall(raw)
        if not raw.endswith(b"\r\n\r\n"):
            # It hangs up in the middle.
            line.shutdown(socket.SHUT_WR)
        line.settimeout(30)
        while line.recv(65_536):
            pass


def _use(running: Process, caller: httpx.Client) -> None:
    """Send mail, search and read, while Graph does well, and while not."""
    hasty = {"Prefer": "wait=2", "Cache-Control": "no-cache"}
    search = {"query": word("search")}
    for number, fault in enumerate(_FAULTS):
        if fault:
            given = {"route": "/*"} | fault
            _control(running, "POST", json=given).raise_for_status()
        if fault.get("route") == "token":
            caller.post("/ops/tokens/contoso/drop")
        key = {"Idempotency-Key": f"{word('key')}{number}"}
        caller.get(f"{MAILBOX}/messages", params=search, headers=hasty)
        caller.get(f"{MAILBOX}/overview", headers=hasty)
        for path in ("/messages", "/sends"):
            caller.post(f"{MAILBOX}{path}", json=LETTER, headers=hasty | key)
        _control(running, "DELETE")


def _control(running: Process, method: str, **options: Any) -> httpx.Response:
    url = f"{running.sandbox}/_sandbox/faults"
    return httpx.request(method, url, **options)


def _read(evidence: Evidence, running: Process, received: Received) -> None:
    """Take down what the process printed and exported."""
    for line in running.output:
        if line.startswith("{"):
            event = json.loads(line)
            evidence.add_tree("log", event["event"], event)
        else:
            evidence.add("console", "other lines", line)
    for kind, path, message in _KINDS:
        for body in received.bodies[path]:
            evidence.add_message(kind, message.FromString(body))
