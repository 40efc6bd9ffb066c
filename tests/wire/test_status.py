"""The stream of the status page over real sockets."""

import json
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import takewhile
from pathlib import Path

import httpx
import pytest

from tests.support.process import Process, serving

STREAM = "/status/stream"
MOST = 32


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    """A service that serves one request at a time."""
    with serving(tmp_path, EXCHANGE_LIMITS__REQUESTS_IN_FLIGHT="1") as running:
        yield running


def test_watching_takes_nothing_away_from_callers(process: Process) -> None:
    """Streams count neither as requests in flight nor for a quota.

    There is room for so many; who leaves makes room for another.
    """
    with (
        httpx.Client(base_url=process.url, timeout=20) as caller,
        ExitStack() as others,
    ):
        for _ in range(MOST - 1):
            lines = others.enter_context(caller.stream("GET", STREAM))
            assert lines.status_code == 200
        with caller.stream("GET", STREAM) as last:
            served = caller.get("/v1/mailboxes")
            page = caller.get("/status")
            refused = caller.get(STREAM)
            names = {
                line.removeprefix("event: ")
                for line in takewhile(
                    lambda line: line != "event: hour", last.iter_lines()
                )
                if line.startswith("event: ")
            }
        found = next(
            answer
            for answer in (ask(caller) for _ in range(500))
            if answer == 200
        )

    assert served.status_code == page.status_code == 200
    assert refused.status_code == 503
    assert refused.json()["code"] == "service-overloaded"
    assert {"head", "tenants", "tick"} <= names
    assert found == 200


def ask(caller: httpx.Client) -> int:
    with caller.stream("GET", STREAM) as stream:
        return stream.status_code


def test_streams_end_when_the_process_does(tmp_path: Path) -> None:
    """SIGTERM: who watches is told, and keeps nobody from leaving."""
    with (
        serving(tmp_path) as running,
        httpx.Client(base_url=running.url, timeout=20) as caller,
        caller.stream("GET", STREAM) as stream,
    ):
        lines = stream.iter_lines()
        first = next(lines)
        running.popen.send_signal(signal.SIGTERM)
        *_, name, told, _ = lines
        status = running.popen.wait(9)
        access = [
            line
            for line in map(json.loads, filter(is_json, running.output))
            if line.get("route") == STREAM
        ]

    assert first == "event: tenants"
    assert (name, told) == ("event: end", "data: {}")
    assert status == 0
    assert [line["status"] for line in access] == [200]


def is_json(line: str) -> bool:
    return line.startswith("{")
