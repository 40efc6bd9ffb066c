"""Whole answers are written at once, and are the same as others."""

import asyncio
import re

import pytest
from starlette.types import Receive, Scope, Send

from app.routers.outgoing import outgoing_of
from tests.support.line import Line, connected
from tests.support.service import Service

pytestmark = pytest.mark.anyio

MESSAGES = "/v1/mailboxes/ada@contoso.example/messages"
OWN = {b"age", b"cache-status", b"connection", b"ratelimit", b"server-timing"}


class Counting(Line):
    """Counts in how many pieces it is written to."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces = 0

    def write(self, data: "bytes | bytearray | memoryview[int]") -> None:
        self.pieces += 1
        super().write(data)


async def told(service: Service, *asked: str) -> tuple[bytes, int]:
    """Ask all of this at once; return what is said, and in how many pieces."""
    line = Counting()
    protocol, _ = connected(service.app, line, exchange=service.state)
    protocol.data_received("".join(asked).encode("ascii"))
    await asyncio.sleep(1)  # noqa: TID251 - in virtual time
    return line.said, line.pieces


def request(path: str, *headers: str) -> str:
    """Return a request."""
    lines = (f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *headers)
    return "\r\n".join([*lines, "", ""])


def taken_apart(answer: bytes) -> tuple[bytes, dict[bytes, bytes], bytes]:
    """Return the status line, the headers that all have alike, the body."""
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.split(b"\r\n")
    named = dict(line.split(b": ", 1) for line in lines)
    return status, {n: v for n, v in named.items() if n not in OWN}, body


@pytest.mark.parametrize("path", ["", "?limit=0", "?cursor=nonsense"])
async def test_it_is_the_same_answer(service: Service, path: str) -> None:
    """As to whom ends the connection, which is answered by two messages."""
    asked = f"{MESSAGES}{path}"
    await told(service, request(asked))
    named = "X-Request-ID: one"
    whole, pieces = await told(service, request(asked, named))
    usual, _ = await told(service, request(asked, named, "Connection: close"))

    assert taken_apart(whole) == taken_apart(usual)
    assert b"connection: close" in usual
    assert pieces == 1


async def test_answers_come_in_the_order_of_requests(
    service: Service,
) -> None:
    """What is kept does not go before what is not."""
    await told(service, request(MESSAGES))
    said, _ = await told(
        service,
        request(f"{MESSAGES}?limit=3", "X-Request-ID: first"),
        request(MESSAGES, "X-Request-ID: second"),
        request(f"{MESSAGES}?limit=0", "X-Request-ID: third"),
        request(MESSAGES, "X-Request-ID: fourth", "Connection: close"),
    )

    ids = re.findall(rb"\nx-request-id: (\w+)\r", said)
    assert ids == [b"first", b"second", b"third", b"fourth"]
    assert re.findall(rb"HTTP/1.1 (\d+)", said) == [
        b"200",
        b"200",
        b"422",
        b"200",
    ]


async def test_who_is_told_to_go_on_is_told_so_first() -> None:
    """Behind the answer it would be taken for that to the next request."""

    async def listen(scope: Scope, receive: Receive, _send: Send) -> None:
        listening = asyncio.ensure_future(receive())
        await asyncio.sleep(0)  # noqa: TID251 - in virtual time
        outgoing = outgoing_of(scope)
        assert outgoing is not None
        outgoing.answer(204, [(b"etag", b"a")], b"")
        listening.cancel()

    protocol, line = connected(listen)
    protocol.data_received(request("/", "Expect: 100-continue").encode())
    await asyncio.sleep(1)  # noqa: TID251 - in virtual time

    assert re.findall(rb"HTTP/1.1 (\d+)", line.said) == [b"100", b"204"]


async def test_a_header_cannot_become_two() -> None:
    """What holds a line break is not sent, nor is anything in its place."""

    async def split(scope: Scope, _receive: Receive, _send: Send) -> None:
        outgoing = outgoing_of(scope)
        assert outgoing is not None
        assert outgoing.is_ready()
        outgoing.answer(200, [(b"etag", b"a\r\nset-cookie: b")], b"")

    protocol, line = connected(split)
    protocol.data_received(request("/").encode("ascii"))
    await asyncio.sleep(1)  # noqa: TID251 - in virtual time

    assert line.said == b""
    assert line.ended_at is not None
