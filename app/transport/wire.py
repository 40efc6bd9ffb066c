"""A request and its answer as they are on the wire, and who carries them."""

from collections.abc import Sequence
from typing import Protocol

import httpx
from msgspec import Struct

__all__ = ["Arriving", "Headers", "Sent", "Wire"]

Headers = Sequence[tuple[bytes, bytes]]
"""Names and values in their order, repeated ones included."""

_WITHOUT_BODY = {"GET", "HEAD", "OPTIONS", "TRACE"}
_SUCCESS = range(200, 300)


class Sent(Struct, frozen=True, kw_only=True):
    """A request. Of its parts nothing is taken apart again.

    ``netloc`` is the host, with its port if it is not the usual one;
    ``target`` is what follows it, percent-encoded. ``connect`` and ``read``
    limit, in seconds, the time to get a connection and that between two parts
    of the answer. With ``fresh_connection`` it goes over a new one.
    """

    method: str
    scheme: str
    netloc: bytes
    target: bytes
    headers: Headers
    body: bytes = b""
    connect: float | None = None
    read: float | None = None
    fresh_connection: bool = False

    def message(self) -> tuple[bytes, bytes]:
        """Return what is written: the head, and the body.

        Raises:
            ValueError: It would be another message than the one that was
                asked for, or none.
        """
        lines = [b"%b %b HTTP/1.1" % (self.method.encode(), self.target)]
        has_length = False
        for name, value in self.headers:
            lowered = name.lower()
            has_length |= lowered == b"content-length"
            if lowered != b"transfer-encoding":
                lines.append(b"%b: %b" % (name, value))
        if not has_length and (self.body or self.method not in _WITHOUT_BODY):
            lines.append(b"Content-Length: %d" % len(self.body))
        said = b" ".join(lines)
        _ = said.decode()
        # Byte by byte, since that is ten times as quick as to count them.
        if b"\r" in said or b"\n" in said or b"\0" in said:
            raise ValueError("more lines than there should be")
        return b"\r\n".join((*lines, b"", b"")), self.body


class Arriving(Struct, frozen=True):
    """An answer whose headers are there; its stream is yet to be read.

    Whoever has it closes the stream.
    """

    status: int
    headers: Headers
    stream: httpx.AsyncByteStream

    @property
    def is_success(self) -> bool:
        """Whether it is a 2xx."""
        return self.status in _SUCCESS

    @classmethod
    def of(cls, response: httpx.Response) -> "Arriving":
        """Return an answer of httpx's without what httpx does to streams."""
        if not isinstance(response.stream, httpx.AsyncByteStream):
            raise TypeError("not a stream of asyncio's")
        return cls(response.status_code, response.headers.raw, response.stream)


class Wire(Protocol):
    """Carries each request at most once; follows nothing."""

    async def exchange(self, sent: Sent) -> Arriving:
        """Send a request; return the answer once its headers are there.

        Raises:
            httpx.TransportError: There is none. The kinds that tell of a
                failure to connect prove that it was not sent.
        """
