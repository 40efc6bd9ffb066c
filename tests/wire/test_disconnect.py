"""Callers that hang up, over real sockets."""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.support.process import Process, serving

ADA = "/v1/mailboxes/ada@contoso.example"


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    with serving(tmp_path) as running:
        yield running


def hold_the_line(process: Process, path: str, times: int) -> socket.socket:
    """Ask for something so many times, and do not wait for the answers."""
    url = httpx.URL(process.url)
    line = socket.create_connection((url.host, url.port or 80), 5)
    asked = f"GET {path} HTTP/1.1\r\nHost: {url.host}\r\n\r\n"
    line.sendall(times * asked.encode("ascii"))
    return line


@pytest.mark.parametrize("times", [1, 2], ids=["once", "pipelined"])
def test_who_hangs_up_gives_its_permits_back(
    process: Process, times: int
) -> None:
    """Four reads hang at Graph; when their callers go, the next is served.

    Otherwise it would wait until the attempts time out, after ten seconds.
    """
    control = f"{process.sandbox}/_sandbox"
    with httpx.Client(base_url=process.url, timeout=5) as caller:
        assert caller.get(f"{ADA}/messages").status_code == 200
        fault = {"route": "/users/{mailbox}/messages", "hang": True}
        httpx.post(f"{control}/faults", json={**fault, "times": 4})
        with ExitStack() as lines:
            for number in range(1, 5):
                path = f"{ADA}/messages?limit={number}"
                lines.enter_context(hold_the_line(process, path, times))
            until_asked(control, times=5)
            with pytest.raises(httpx.ReadTimeout):
                caller.get(f"{ADA}/messages?limit=50", timeout=0.5)
        answer = caller.get(f"{ADA}/messages?limit=60")

    assert answer.status_code == 200


def until_asked(control: str, *, times: int) -> None:
    """Poll until Graph was asked for messages so many times."""
    for _ in range(200):
        calls = httpx.get(f"{control}/calls").json()
        if json.dumps(calls).count("/users/{mailbox}/messages") >= times:
            return
    raise TimeoutError
