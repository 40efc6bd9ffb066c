"""What goes over the wire is what was asked for, in both directions."""

import gzip
from collections.abc import AsyncIterator

import httpx
import pytest

from app.transport.aiohttp_transport import AiohttpTransport
from tests.wire.support import Peer, Then, WireServer, answer, say

pytestmark = pytest.mark.anyio


async def test_request_goes_out_as_given_and_nothing_is_added() -> None:
    async with WireServer() as server, AiohttpTransport() as wire:
        request = httpx.Request(
            "POST",
            server.url + "/path",
            headers=[("X-One", "1"), ("x-two", "a"), ("x-two", "b")],
            content=b"body",
        )
        await (await wire.handle_async_request(request)).aread()

    seen = server.requests[0]
    assert seen.headers == [
        ("Host", server_name(request)),
        ("X-One", "1"),
        ("x-two", "a"),
        ("x-two", "b"),
        ("Content-Length", "4"),
    ]
    assert seen.body == b"body"


def server_name(request: httpx.Request) -> str:
    """What belongs into the Host header."""
    return request.url.netloc.decode()


@pytest.mark.parametrize(
    ("method", "lengths"),
    [("GET", []), ("HEAD", []), ("POST", ["0"]), ("DELETE", ["0"])],
)
async def test_request_without_body(method: str, lengths: list[str]) -> None:
    """For all methods that may have a body its length is given."""
    script = [answer(b"")]
    async with WireServer(script=script) as server, client() as http:
        await http.request(method, server.url)

    assert server.requests[0].values("content-length") == lengths
    assert server.requests[0].values("transfer-encoding") == []


def client() -> httpx.AsyncClient:
    """A client over the transport, as an application would have it."""
    return httpx.AsyncClient(transport=AiohttpTransport(), timeout=1)


@pytest.mark.parametrize(
    "target",
    [
        "/users/a%2Fb/messages/AAM%3D%3D",
        "/a?$filter=subject%20eq%20'it''s'&$select=id,subject",
        "/a?q=%22quoted%22+plus&%24skip=1",
        "/%7Ea//b;c=1?x=%e2%82%ac&y=a:b@c/d?e",
        "/me/calendarView?startDateTime=2026-01-01T00:00:00Z&$top=5",
    ],
)
async def test_target_is_sent_exactly_as_given(target: str) -> None:
    async with WireServer() as server, client() as http:
        await http.get(server.url + target)

    assert server.requests[0].target == target


@pytest.mark.attack(
    "A URL with credentials, as Graph might give", "They are not sent"
)
async def test_credentials_in_the_url_are_not_sent() -> None:
    async with WireServer() as server, AiohttpTransport() as wire:
        url = httpx.URL(server.url).copy_with(userinfo=b"user:secret")
        await (
            await wire.handle_async_request(httpx.Request("GET", url))
        ).aread()

    assert server.requests[0].values("authorization") == []


@pytest.mark.attack(
    "A value that would add a header to what Graph is sent", "Nothing is sent"
)
async def test_header_cannot_smuggle_another() -> None:
    """It is refused before there is a connection for it."""
    async with WireServer() as server, AiohttpTransport() as wire:
        headers = [(b"If-Match", b"a\r\nX-Other: b")]
        request = httpx.Request("GET", server.url, headers=headers)
        with pytest.raises(httpx.LocalProtocolError):
            await wire.handle_async_request(request)

    assert server.requests == []


async def test_large_body_is_sent() -> None:
    """Also above 1 MiB, where aiohttp warns of plain bytes."""
    body = b"0123456789abcdef" * (1 << 17)
    async with WireServer() as server, client() as http:
        await http.put(server.url, content=body)

    assert server.requests[0].body == body


async def test_body_from_an_iterator_is_sent_with_its_length() -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"one "
        yield b"two"

    async with WireServer() as server, client() as http:
        await http.post(server.url, content=parts())

    assert server.requests[0].body == b"one two"
    assert server.requests[0].values("content-length") == ["7"]


async def test_answer_arrives_as_it_was() -> None:
    step = answer(b"{}", "X-Two: a", "x-two: b", "Set-Cookie: c=1", status=201)
    async with WireServer(script=[step]) as server, client() as http:
        response = await http.get(server.url)

    assert response.status_code == 201
    assert response.headers.raw == [
        (b"X-Two", b"a"),
        (b"x-two", b"b"),
        (b"Set-Cookie", b"c=1"),
        (b"Content-Length", b"2"),
    ]
    assert response.json() == {}


async def test_gzip_is_decoded_by_httpx() -> None:
    step = answer(gzip.compress(b"plain"), "Content-Encoding: gzip")
    async with WireServer(script=[step]) as server, client() as http:
        response = await http.get(server.url)

    assert response.content == b"plain"


@pytest.mark.parametrize(
    ("method", "status"), [("HEAD", 200), ("GET", 204), ("PUT", 304)]
)
async def test_answer_without_body_leaves_the_connection_usable(
    method: str, status: int
) -> None:
    head = f"HTTP/1.1 {status} Done\r\nContent-Length: 5\r\n\r\n".encode()
    script = [say(head), answer()]
    async with WireServer(script=script) as server, client() as http:
        response = await http.request(method, server.url)
        following = await http.get(server.url)

    assert response.content == b""
    assert following.text == "ok"
    assert server.connections == 1


async def test_answer_of_unknown_length_ends_with_its_connection() -> None:
    step = say(b"HTTP/1.1 200 OK\r\n\r\nall", Then.CLOSE)
    async with WireServer(script=[step]) as server, client() as http:
        assert (await http.get(server.url)).text == "all"


async def test_interim_answers_are_skipped() -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"

    async def step(peer: Peer) -> Then:
        peer.writer.write(early)
        return await answer()(peer)

    async with WireServer(script=[step]) as server, client() as http:
        assert (await http.get(server.url)).status_code == 200


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(status: int) -> None:
    step = answer(b"", "Location: /elsewhere", status=status)
    async with WireServer(script=[step]) as server, AiohttpTransport() as wire:
        request = httpx.Request("POST", server.url, content=b"x")
        response = await wire.handle_async_request(request)
        await response.aread()

    assert response.status_code == status
    assert len(server.requests) == 1


async def test_cookies_are_not_kept_nor_even_looked_at(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Of some aiohttp would complain in the log, contents included."""
    step = answer(b"", "Set-Cookie: a=1; Path=/", "Set-Cookie: b,d=2")
    async with WireServer(script=[step]) as server, AiohttpTransport() as wire:
        for _ in range(2):
            request = httpx.Request("GET", server.url)
            await (await wire.handle_async_request(request)).aread()

    assert [seen.values("cookie") for seen in server.requests] == [[], []]
    assert caplog.messages == []


async def test_large_answer_is_streamed() -> None:
    """What is not read yet is held back at the server."""
    size, part = 64 << 20, b"x" * (1 << 16)
    sent = 0

    async def step(peer: Peer) -> Then:
        nonlocal sent
        await say(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)(
            peer
        )
        while sent < size:
            sent += len(part)
            await say(part)(peer)
        return Then.KEEP

    async with (
        WireServer(script=[step]) as server,
        client() as http,
        http.stream("GET", server.url) as response,
    ):
        chunks = response.aiter_raw()
        received = len(await anext(chunks))
        assert sent < size
        async for chunk in chunks:
            assert len(chunk) < 1 << 20
            received += len(chunk)

    assert received == size


@pytest.mark.parametrize(
    "flood",
    [
        pytest.param(
            b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 500_000, id="many"
        ),
        pytest.param(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 3_000_000, id="long"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
            + b"X: a\r\n" * 500_000,
            id="trailers",
        ),
    ],
)
@pytest.mark.attack(
    "Graph answers 3 MB of headers or trailers",
    "The answer is malformed, the connection is closed",
)
async def test_headers_without_an_end(flood: bytes) -> None:
    """They are not collected for as long as they come."""
    script = [say(flood, Then.HANG)]
    async with WireServer(script=script) as server, client() as http:
        with pytest.raises(httpx.RemoteProtocolError):
            await http.get(server.url)
