"""One connection that is kept, over which one request at a time goes."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

__all__ = ["Answer", "Wire", "connect", "request"]

_HEAD_ENDS = b"\r\n\r\n"
_LAST_CHUNK = b"0\r\n\r\n"
_EMPTY = {204, 304}


@dataclass(slots=True)
class Answer:
    """An answer as it came over the wire; ``length`` is that of its body."""

    status: int
    head: bytes
    parts: list[bytes]
    length: int

    @property
    def body(self) -> bytes:
        """The body, with the frames of its chunks if it came in chunks."""
        return b"".join(self.parts)


class Wire(asyncio.Protocol):
    """Reads answers as far as it takes to know what they are."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._waits: asyncio.Future[Answer] | None = None
        self._early = self._head = self._tail = b""
        self._parts: list[bytes] = []
        self._status = self._length = 0
        self._expected: int | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, _exc: Exception | None) -> None:
        self._transport = None
        if self._waits is not None and not self._waits.done():
            self._waits.set_exception(ConnectionError("it was closed"))

    @property
    def is_open(self) -> bool:
        """Whether another request can be sent."""
        return self._transport is not None

    def ask(self, raw: bytes) -> "asyncio.Future[Answer]":
        """Send a request; the answer comes later.

        Raises:
            ConnectionError: The connection is closed.
        """
        if self._transport is None:
            raise ConnectionError("it is closed")
        self._begin()
        self._waits = asyncio.get_running_loop().create_future()
        self._transport.write(raw)
        return self._waits

    def close(self) -> None:
        """Close the connection, whatever is under way."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    def data_received(self, data: bytes) -> None:
        if not self._head:
            self._early += data
            head, found, data = self._early.partition(_HEAD_ENDS)
            if not found:
                return
            self._read_head(head)
        self._length += len(data)
        self._parts.append(data)
        if self._expected is None:
            self._tail = (self._tail + data)[-len(_LAST_CHUNK) :]
            is_whole = self._tail == _LAST_CHUNK
        else:
            is_whole = self._length >= self._expected
        if is_whole and self._waits is not None and not self._waits.done():
            answer = Answer(
                self._status, self._head, self._parts, self._length
            )
            self._waits.set_result(answer)

    def _begin(self) -> None:
        self._early = self._head = self._tail = b""
        self._parts = []
        self._status = self._length = 0
        self._expected = None

    def _read_head(self, head: bytes) -> None:
        self._head = head
        self._status = int(head[9:12])
        _, _, rest = head.lower().partition(b"\r\ncontent-length:")
        if self._status in _EMPTY:
            self._expected = 0
        elif rest:
            self._expected = int(rest.partition(b"\r\n")[0])


async def connect(port: int) -> Wire:
    """Open a connection to a port of loopback."""
    loop = asyncio.get_running_loop()
    _, wire = await loop.create_connection(Wire, "127.0.0.1", port)
    return wire


def request(
    path: str,
    headers: Mapping[str, str] | None = None,
    *,
    method: str = "GET",
    body: bytes = b"",
) -> bytes:
    """Return a request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: bench.example"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if method != "GET":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body
