"""An OpenTelemetry collector that keeps what it is sent."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
)

__all__ = ["attributes_of", "collector", "spans_of"]


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
    """Return the spans in what a collector received."""
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
    """Return the attributes of a span or a resource."""
    return {
        item.key: item.value.string_value or item.value.int_value
        for item in thing.attributes
    }
