"""Requests that come before the one ahead of them is answered."""

import re
import socket
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.process import serving

TRACE = b"4bf92f3577b34da6a3ce929d0e0e4736"
WRONG = (
    b"GET /v1/mailboxes/ada@contoso.example/messages?limit=0 HTTP/1.1\r\n"
    b"Host: 127.0.0.1\r\n"
)


def test_who_comes_behind_another_has_none_of_its_trace(
    tmp_path: Path,
) -> None:
    """What is told of a request is found by its own trace, or by none."""
    parent = b"traceparent: 00-%b-00f067aa0ba902b7-01\r\n" % TRACE
    with serving(
        tmp_path,
        OTEL_METRICS_EXPORTER="prometheus",
        OTEL_EXPORTER_PROMETHEUS_PORT="0",
    ) as running:
        place = urlsplit(running.url)
        with socket.create_connection(
            (place.hostname, place.port), 10
        ) as line:
            last = WRONG + b"Connection: close\r\n\r\n"
            line.sendall(WRONG + parent + b"\r\n" + last)
            said = b"".join(iter(lambda: line.recv(65_536), b""))

    assert re.findall(rb"HTTP/1\.1 (\d+)", said) == [b"422", b"422"]
    assert re.findall(rb'"trace_id":"(\w+)"', said) == [TRACE]
