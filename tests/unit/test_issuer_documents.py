"""What is fetched of those who vouch for callers, and what is not."""

import gzip
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from app.problems.graph_failures import IdentityUnavailable
from app.transport.documents import Documents

pytestmark = pytest.mark.anyio

ELSEWHERE = "https://evil.example"
URL = "https://idp.example/keys"
MEGABYTE = 1024 * 1024


class Endless(httpx.AsyncByteStream):
    """A body that goes on and on; ``given`` is how much was taken of it."""

    given = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            self.given += 64 * 1024
            yield b" " * 64 * 1024


def answered(
    body: bytes = b"", status: int = 200, *, encoding: str = "identity"
) -> httpx.Response:
    """Return an answer whose body is still to come."""
    headers = {"Content-Encoding": encoding, "Location": ELSEWHERE}
    stream = httpx.ByteStream(body)
    return httpx.Response(status, headers=headers, stream=stream)


async def fetched(answer: Any) -> Any:
    """Return what becomes of an answer, or of an error on the way to it."""
    asked = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, httpx.Response)
        return answer

    try:
        return await Documents(httpx.MockTransport(respond)).fetch(URL)
    finally:
        assert [str(request.url) for request in asked] == [URL]
        assert "Authorization" not in asked[0].headers


async def test_a_document() -> None:
    """A JSON object is given on as it is."""
    assert await fetched(answered(b'{"keys": []}')) == {"keys": []}


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(answered(status=302), id="redirect"),
        pytest.param(answered(b"{}", 404), id="404"),
        pytest.param(answered(b"<html>"), id="html"),
        pytest.param(answered(b"[]"), id="list"),
        pytest.param(answered(b'{"issuer": "\xff"}'), id="not-utf-8"),
        pytest.param(answered(b'{"\xff": 1}'), id="name-not-utf-8"),
        pytest.param(answered(), id="nothing"),
        pytest.param(answered(b"[" * MEGABYTE), id="brackets"),
        pytest.param(httpx.ConnectError("refused"), id="refused"),
        pytest.param(httpx.ReadError("reset"), id="reset"),
    ],
)
async def test_what_is_no_document(answer: Any) -> None:
    """What cannot be had, or is something else, is the issuer's failure."""
    with pytest.raises(IdentityUnavailable):
        await fetched(answer)


async def test_what_is_compressed_is_not_unpacked() -> None:
    """Nobody asked for that; a megabyte of it may be a thousand."""
    packed = gzip.compress(b'{"keys": []}')

    with pytest.raises(IdentityUnavailable):
        await fetched(answered(packed, encoding="gzip"))


async def test_what_does_not_end_is_not_read_to_its_end() -> None:
    """A document is no larger than a megabyte."""
    endless = Endless()

    with pytest.raises(IdentityUnavailable, match="too large"):
        await fetched(httpx.Response(200, stream=endless))
    assert endless.given <= MEGABYTE + 64 * 1024
