"""Cut what streams in into pieces that Graph takes."""

from collections.abc import AsyncIterator

from app.problems.refusals import MalformedRequest

__all__ = ["LARGEST_FILE", "LARGEST_POST", "PIECE", "pieces", "whole"]

LARGEST_FILE = 150_000_000
"""What Graph takes at all, in bytes."""

LARGEST_POST = 3_144_000
"""What fits into a request of 4 MB as base64, with all that is around it.
Graph wants what is larger to go by an upload session, and nothing else."""

PIECE = 12 * 327_680
"""Below 4 MB, and a multiple of 320 KiB, as its other hosts demand."""


async def pieces(content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield content in pieces of `PIECE` bytes; the last one is shorter.

    No more than one of them is held at a time.
    """
    held = bytearray()
    async for part in content:
        held += part
        while len(held) >= PIECE:
            with memoryview(held) as view:
                piece = bytes(view[:PIECE])
            del held[:PIECE]
            yield piece
    if held:
        yield bytes(held)


async def whole(content: AsyncIterator[bytes], most: int) -> bytes:
    """Return content that is small.

    Raises:
        MalformedRequest: It is larger, which nobody said beforehand.
    """
    parts, size = [], 0
    async for part in content:
        size += len(part)
        if size > most:
            raise MalformedRequest(
                "A file of more than 3 MB needs a Content-Length."
            )
        parts.append(part)
    return b"".join(parts)
