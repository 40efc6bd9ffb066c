"""OpenTelemetry collectors: one of our own, and a real one before it."""

import gzip
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import rotel
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
)
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
)

from tests.support.process import Overheard

__all__ = ["Received", "Relay", "attributes_of", "collector", "relay"]

_PATIENCE = 30.0


@dataclass(slots=True)
class Received:
    """What a collector was sent; ``came`` once there is anything."""

    bodies: dict[str, list[bytes]] = field(default_factory=dict)
    came: Event = field(default_factory=Event)

    @property
    def spans(self) -> list[Any]:
        """The spans."""
        return [
            span
            for body in self.bodies.get("/v1/traces", [])
            for resource in ExportTraceServiceRequest.FromString(
                body
            ).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    @property
    def metrics(self) -> list[tuple[Any, Any]]:
        """The metrics, each with the resource that it tells of."""
        return [
            (resource.resource, metric)
            for body in self.bodies.get("/v1/metrics", [])
            for resource in ExportMetricsServiceRequest.FromString(
                body
            ).resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        ]

    @property
    def logs(self) -> list[Any]:
        """The log records."""
        return [
            record
            for body in self.bodies.get("/v1/logs", [])
            for resource in ExportLogsServiceRequest.FromString(
                body
            ).resource_logs
            for scope in resource.scope_logs
            for record in scope.log_records
        ]

    @property
    def everything(self) -> bytes:
        """All bytes that came."""
        return b"".join(b"".join(bodies) for bodies in self.bodies.values())


@contextmanager
def collector(
    released: Event | None = None,
) -> Iterator[tuple[str, Received]]:
    """Receive what is exported over OTLP/HTTP.

    With ``released`` nothing is answered before that is set.
    """
    received = Received()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            received.bodies.setdefault(self.path, []).append(body)
            received.came.set()
            if released is not None:
                released.wait(_PATIENCE)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", received
        finally:
            server.shutdown()
            thread.join()


@dataclass(frozen=True, slots=True)
class Relay:
    """Where a real collector listens, by protocol."""

    grpc: str
    http: str


@contextmanager
def relay(onward: str, scratch: Path) -> Iterator[Relay]:
    """Start rotel, which passes on what it gets; at the end, the rest too."""
    ports = [_free_port() for _ in range(2)]
    places = [f"127.0.0.1:{port}" for port in ports]
    command = [
        *(str(Path(rotel.__file__).with_name("rotel-agent")), "start"),
        *("--otlp-grpc-endpoint", places[0]),
        *("--otlp-http-endpoint", places[1]),
        *("--exporter", "otlp", "--otlp-exporter-protocol", "http"),
        *("--otlp-exporter-endpoint", onward),
        *("--pid-file", str(scratch / "rotel.pid")),
    ]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as popen:
        said = Overheard(popen, [])
        try:
            said.told(r"(Starting Rotel)")
            yield Relay(*(f"http://{place}" for place in places))
        finally:
            said.end()


def attributes_of(thing: Any) -> dict[str, Any]:
    """Return the attributes of a span, a log record or a resource."""
    return {
        item.key: item.value.string_value or item.value.int_value
        for item in thing.attributes
    }


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port
