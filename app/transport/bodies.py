"""Read what comes back, but never more of it than there can be.

A few bytes can be packed that unpack to gigabytes, so nothing is unpacked at
once; and only what was asked for is unpacked at all.
"""

import zlib
from collections.abc import AsyncIterator

import httpx
from msgspec import Struct

__all__ = ["LARGEST", "Received", "pieces", "whole"]

LARGEST = 32 * 1024 * 1024
"""Bytes of any answer that is held whole: a page of long messages."""

_PIECE = 65_536
_GZIP = 31  # the parameter of zlib for it
_SUCCESS = range(200, 300)


class Received(Struct, frozen=True):
    """An answer with its content, unpacked; the headers are as they came."""

    status: int
    headers: httpx.Headers
    content: bytes

    @property
    def is_success(self) -> bool:
        """Whether it is a 2xx."""
        return self.status in _SUCCESS


async def whole(response: httpx.Response, most: int = LARGEST) -> Received:
    """Return an answer with its content, and close the original.

    Raises:
        httpx.HTTPError: It breaks off, is packed in a way that was not asked
            for, or is larger than ``most`` bytes.
    """
    content, size = [], 0
    try:
        async for piece in pieces(response):
            content.append(piece)
            size += len(piece)
            if size > most:
                raise httpx.DecodingError("far too large")
    finally:
        await response.aclose()
    return Received(response.status_code, response.headers, b"".join(content))


async def pieces(response: httpx.Response) -> AsyncIterator[bytes]:
    """Yield the content of an answer, unpacked, in pieces of a bounded size.

    Raises:
        httpx.HTTPError: As above.
    """
    if response.is_stream_consumed:
        yield response.content
        return
    packed = response.aiter_raw()
    codings = [
        value.lower()
        for name, value in response.headers.raw
        if name.lower() == b"content-encoding"
    ]
    if codings == [b"gzip"]:
        packed = _unpacked(packed)
    elif codings not in ([], [b"identity"]):
        raise httpx.DecodingError("packed in another way than asked for")
    async for piece in packed:
        yield piece


async def _unpacked(packed: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    unpacker, is_empty = zlib.decompressobj(_GZIP), True
    async for part in packed:
        is_empty, rest = False, part
        while rest:
            if unpacker.eof:
                raise httpx.DecodingError("goes on after its end")
            try:
                yield unpacker.decompress(rest, _PIECE)
            except zlib.error as e:
                raise httpx.DecodingError("not packed as it says") from e
            rest = unpacker.unconsumed_tail
    yield unpacker.flush()
    if not (unpacker.eof or is_empty):
        raise httpx.DecodingError("broken off")
