"""Once connected, a request may have been processed, and was sent once.

Nothing is ever sent again behind the caller's back.
"""

import asyncio

import anyio
import anyio.lowlevel
import httpx
import pytest

from app.transport.aiohttp_transport import AiohttpTransport
from tests.wire.client import one_slot_transport, send
from tests.wire.support import Peer, Step, Then, WireServer, answer, say

pytestmark = pytest.mark.anyio

NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout)

HEAD = b"HTTP/1.1 200 OK\r\n"
LENGTH = HEAD + b"Content-Length: 9\r\n\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"

methods = pytest.mark.parametrize("method", ["GET", "PUT", "POST"])


@pytest.fixture
def anyio_backend(
    any_loop: tuple[str, dict[str, bool]],
) -> tuple[str, dict[str, bool]]:
    return any_loop


MAYBE_SENT = [
    pytest.param(say(b"", Then.RESET), httpx.ReadError, id="reset"),
    pytest.param(say(b"", Then.CLOSE), httpx.RemoteProtocolError, id="eof"),
    pytest.param(say(b"", Then.HANG), httpx.ReadTimeout, id="hang"),
    pytest.param(
        say(HEAD, Then.RESET), httpx.ReadError, id="reset-in-headers"
    ),
    pytest.param(
        say(HEAD, Then.CLOSE), httpx.RemoteProtocolError, id="eof-in-headers"
    ),
    pytest.param(
        say(b"SSH-2.0-Server\r\n", Then.HANG),
        httpx.RemoteProtocolError,
        id="garbage-status-line",
    ),
    pytest.param(
        say(HEAD + b"No colon\r\n\r\n", Then.HANG),
        httpx.RemoteProtocolError,
        id="bad-header",
    ),
    pytest.param(
        say(HEAD + b"X: " + b"x" * 20_000 + b"\r\n\r\n", Then.HANG),
        httpx.RemoteProtocolError,
        id="huge-header",
    ),
    pytest.param(
        say(HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n12"),
        httpx.RemoteProtocolError,
        id="two-lengths",
    ),
    pytest.param(
        say(LENGTH + b"cut", Then.CLOSE),
        httpx.RemoteProtocolError,
        id="truncated-length",
    ),
    pytest.param(
        say(LENGTH + b"cut", Then.RESET),
        httpx.RemoteProtocolError,
        id="reset-in-length",
    ),
    pytest.param(
        say(CHUNKED + b"9\r\ncut", Then.CLOSE),
        httpx.RemoteProtocolError,
        id="truncated-chunks",
    ),
    pytest.param(
        say(CHUNKED + b"3\r\ncut\r\n", Then.CLOSE),
        httpx.RemoteProtocolError,
        id="no-last-chunk",
    ),
    pytest.param(
        say(CHUNKED + b"x\r\n", Then.HANG),
        httpx.RemoteProtocolError,
        id="bad-chunk",
    ),
    pytest.param(
        say(LENGTH + b"cut", Then.HANG), httpx.ReadTimeout, id="hang-in-body"
    ),
]


@methods
@pytest.mark.parametrize(("step", "error"), MAYBE_SENT)
async def test_fresh_connection_fails_once_connected(
    method: str, step: Step, error: type[Exception]
) -> None:
    """The request may have been processed, and was sent once."""
    async with (
        WireServer(script=[step]) as server,
        one_slot_transport() as wire,
    ):
        with pytest.raises(error) as e:
            await send(wire, method, server.url)

    assert not isinstance(e.value, NOT_SENT)
    assert e.value.__cause__ is not None
    assert [seen.method for seen in server.requests] == [method]


@methods
@pytest.mark.parametrize(("step", "error"), MAYBE_SENT)
async def test_reused_connection_fails_once_connected(
    method: str, step: Step, error: type[Exception]
) -> None:
    """No idempotent method is an excuse for sending a second time."""
    script = [answer(), step, answer()]
    async with (
        WireServer(script=script) as server,
        one_slot_transport() as wire,
    ):
        await send(wire, "GET", server.url, patient=True)
        with pytest.raises(error) as e:
            await send(wire, method, server.url)

    assert not isinstance(e.value, NOT_SENT)
    assert [seen.method for seen in server.requests] == ["GET", method]
    assert server.connections == 1


@methods
@pytest.mark.parametrize("then", [Then.CLOSE, Then.RESET])
async def test_idle_connection_ended_by_the_server_does_no_harm(
    method: str, then: Then
) -> None:
    """It is noticed, and the next request uses another connection."""
    script = [answer(then=then), answer()]
    async with (
        WireServer(script=script) as server,
        AiohttpTransport() as wire,
    ):
        await send(wire, "GET", server.url, patient=True)
        with anyio.fail_after(1):
            while wire.connections:
                await anyio.lowlevel.checkpoint()
        response = await send(wire, method, server.url, patient=True)

    assert response.status_code == 200
    assert [seen.method for seen in server.requests] == ["GET", method]


@methods
async def test_reset_before_anything_was_read_is_reported(method: str) -> None:
    """It depends on luck whether it is noticed before the request goes out."""
    reset = say(b"", Then.RESET)
    async with (
        WireServer(at_connect=reset) as server,
        one_slot_transport() as wire,
    ):
        with pytest.raises(httpx.TransportError):
            await send(wire, method, server.url)

    assert server.connections == 1


async def test_malformed_chunk_in_mid_body_ends_the_wait() -> None:
    """By itself aiohttp would leave the reader waiting for ever."""
    first_read = asyncio.Event()

    async def step(peer: Peer) -> Then:
        peer.writer.write(CHUNKED + b"3\r\none\r\n")
        await first_read.wait()
        return await say(b"malformed\r\n", Then.HANG)(peer)

    async with (
        WireServer(script=[step]) as server,
        one_slot_transport() as wire,
    ):
        request = httpx.Request("GET", server.url)
        chunks = aiter((await wire.handle_async_request(request)).aiter_raw())
        assert await anext(chunks) == b"one"
        first_read.set()

        with pytest.raises(httpx.RemoteProtocolError):
            await asyncio.wait_for(anext(chunks), 1)


async def test_messages_of_errors_hold_no_contents() -> None:
    """Logs may show them: neither URL nor what the server said is there."""
    step = say(HEAD + b"secret\r\n\r\n", Then.HANG)
    async with (
        WireServer(script=[step]) as server,
        one_slot_transport() as wire,
    ):
        with pytest.raises(httpx.RemoteProtocolError) as e:
            await send(wire, "GET", server.url + "/private")

    assert str(e.value) == "HttpProcessingError"
