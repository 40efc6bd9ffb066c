"""Answers as they travel through the layers: serialized, not as objects."""

from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

__all__ = ["Answer", "ByteStream", "Delivery", "least_fresh"]

_TAG_BYTES = 16


class Delivery(NamedTuple):
    """How an answer came about, for ``Age`` and ``Cache-Status``.

    Attributes:
        stale: Whether it is a fallback that is no longer fresh.
        age: Seconds since Graph gave it; None if Graph gave it just now.
        status: What ``Cache-Status`` (RFC 9211) says after the cache's name.
    """

    stale: bool
    age: float | None
    status: str


# Nothing in it leads back to it, so that the garbage collector need not look:
# there are a hundred thousand.
class Answer(Struct, frozen=True, kw_only=True, gc=False):
    """A normalized answer, ready to be sent.

    Attributes:
        body: UTF-8 JSON; empty where there is nothing to say.
        etag: A strong entity tag, quotes included (RFC 9110 §8.8.3).
        next_cursor: Where a list goes on; the body says the same.
        created: The id of what was made, if something was.
        goes_on: Whether the work is not done yet, but promised (202).
        delivery: How it came about; None for what is never cached.
        replayed: Whether it is what an earlier request with the same
            ``Idempotency-Key`` was answered.
    """

    body: bytes
    etag: str | None = None
    next_cursor: str | None = None
    created: str | None = None
    goes_on: bool = False
    delivery: Delivery | None = None
    replayed: bool = False

    @classmethod
    def of(cls, content: object, **about: Any) -> "Answer":
        """Serialize content; its bytes make the entity tag by default."""
        body = msgspec.json.encode(content)
        if "etag" not in about:
            about["etag"] = _hash_tag(body)
        return cls(body=body, **about)


def least_fresh(answers: Iterable[Answer]) -> Delivery | None:
    """Return how the least fresh of several answers came about."""
    told = [a.delivery for a in answers if a.delivery is not None]
    return max(told, key=lambda d: (d.stale, d.age or 0.0), default=None)


def _hash_tag(body: bytes) -> str:
    # Of those that nobody can forge, the one that processors know themselves.
    digest = sha256(body).digest()[:_TAG_BYTES]
    return f'"{urlsafe_b64encode(digest).decode().rstrip("=")}"'


class ByteStream:
    """Content that flows from Graph to the caller and is never held whole.

    Whoever got it must call `aclose`, read to the end or not: it holds a
    connection and a permit. ``size`` is in bytes, None if Graph did not say.
    """

    def __init__(
        self,
        chunks: AsyncIterator[bytes],
        *,
        close: Callable[[], Awaitable[None]],
        size: int | None = None,
    ) -> None:
        self._chunks = chunks
        self._close = close
        self._releases: list[Callable[[], None]] = []
        self.size = size

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the content in chunks of any size."""
        return self._chunks

    def on_close(self, release: Callable[[], None]) -> None:
        """Have something given back once the stream is closed."""
        self._releases.append(release)

    def part(self, first: int, length: int) -> "ByteStream":
        """Return so many bytes of it, to be closed in its place."""
        cut = _cut(self._chunks, first, length)
        return ByteStream(cut, close=self.aclose, size=length)

    async def aclose(self) -> None:
        """Close the connection and give everything back. Idempotent."""
        releases, self._releases = self._releases, []
        try:
            await self._close()
        finally:
            for release in releases:
                release()


async def _cut(
    chunks: AsyncIterator[bytes], first: int, length: int
) -> AsyncIterator[bytes]:
    """Yield some of the bytes, and read no further than the last of them."""
    skip, left = first, length
    async for chunk in chunks:
        kept = chunk[skip : skip + left]
        skip = max(0, skip - len(chunk))
        left -= len(kept)
        if kept:
            yield kept
        if left == 0:
            return
