"""Read what comes back, but never more of it than there can be.

A few bytes can be packed that unpack to gigabytes, so nothing is unpacked at
once; and only what was asked for is unpacked at all.
"""

import re
import zlib
from collections.abc import AsyncIterator, Iterable, Iterator

import httpx
from msgspec import Struct

from app.transport.envelope import error_codes
from app.transport.wire import Arriving, Headers

__all__ = ["LARGEST", "Received", "is_whole", "pieces", "whole"]

LARGEST = 32 * 1024 * 1024
"""Bytes of any answer that is held whole: a page of long messages."""

_PIECE = 65_536
_GZIP = 31  # the parameter of zlib for it
_SUCCESS = range(200, 300)
_NO_CONTENT = (202, 204)
_ERROR = re.compile(rb'\{\s*"error"\s*:')


class Received(Struct, frozen=True):
    """An answer with its content, unpacked; ``raw`` are its headers."""

    status: int
    raw: Headers
    content: bytes

    @property
    def headers(self) -> httpx.Headers:
        """The headers, to be asked by name."""
        return httpx.Headers(list(self.raw))

    @property
    def is_success(self) -> bool:
        """Whether it is a 2xx."""
        return self.status in _SUCCESS


async def whole(response: Arriving, most: int = LARGEST) -> Received:
    """Return an answer with its content, and close the original.

    Raises:
        httpx.HTTPError: It breaks off, is packed in a way that was not asked
            for, or is larger than ``most`` bytes.
    """
    content, size = [], 0
    stream = response.stream
    try:
        packing = _packing(response.headers)
        async for part in stream:
            for piece in packing.unpack(part):
                content.append(piece)
                size += len(piece)
                if size > most:
                    raise httpx.DecodingError("far too large")
        content.append(packing.end())
    finally:
        await stream.aclose()
    return Received(response.status, response.headers, b"".join(content))


async def pieces(response: Arriving) -> AsyncIterator[bytes]:
    """Yield the content of an answer, unpacked, in pieces of a bounded size.

    Raises:
        httpx.HTTPError: As above.
    """
    packing = _packing(response.headers)
    async for part in response.stream:
        for piece in packing.unpack(part):
            yield piece
    yield packing.end()


def is_whole(response: Received) -> bool:
    """Tell whether a 2xx answer is what Graph promises: a JSON object.

    Proxies answer in Graph's name with HTML, and Graph itself has been seen
    to put an error into a 200.
    """
    if response.status in _NO_CONTENT:
        return True
    body = response.content.strip()
    if not (body.startswith(b"{") and body.endswith(b"}")):
        return False
    return not (_ERROR.match(body) and error_codes(body))


class _Plain:
    def unpack(self, part: bytes) -> Iterable[bytes]:
        return (part,)

    def end(self) -> bytes:
        return b""


class _Gzip:
    def __init__(self) -> None:
        self._unpacker = zlib.decompressobj(_GZIP)
        self._is_empty = True

    def unpack(self, part: bytes) -> Iterator[bytes]:
        self._is_empty, rest = False, part
        while rest:
            if self._unpacker.eof:
                raise httpx.DecodingError("goes on after its end")
            try:
                yield self._unpacker.decompress(rest, _PIECE)
            except zlib.error as e:
                raise httpx.DecodingError("not packed as it says") from e
            rest = self._unpacker.unconsumed_tail

    def end(self) -> bytes:
        rest = self._unpacker.flush()
        if not (self._unpacker.eof or self._is_empty):
            raise httpx.DecodingError("broken off")
        return rest


def _packing(headers: Headers) -> _Plain | _Gzip:
    codings = [
        value.lower()
        for name, value in headers
        if name.lower() == b"content-encoding"
    ]
    if codings == [b"gzip"]:
        return _Gzip()
    if codings not in ([], [b"identity"]):
        raise httpx.DecodingError("packed in another way than asked for")
    return _Plain()
