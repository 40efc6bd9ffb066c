"""Which connection a request gets, and what is left when all is over."""

import asyncio
import gc
import ssl
import weakref

import anyio
import httpx
import pytest

from app.transport.aiohttp_transport import AiohttpTransport
from tests.wire.support import Peer, Then, WireServer, answer, say

pytestmark = pytest.mark.anyio

HANG = say(b"", Then.HANG)
HANG_IN_BODY = say(
    b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut", Then.HANG
)


async def send(
    wire: AiohttpTransport, server: WireServer, **extensions: object
) -> httpx.Response:
    """Send a GET; return its answer once that is read."""
    response = await start(wire, server, **extensions)
    await response.aread()
    return response


async def start(
    wire: AiohttpTransport, server: WireServer, **extensions: object
) -> httpx.Response:
    """Send a GET; return its answer, the body still unread."""
    return await wire.handle_async_request(
        httpx.Request("GET", server.url, extensions=extensions)
    )


def test_transport_can_be_made_without_a_loop() -> None:
    assert AiohttpTransport().connections == 0


async def test_connection_is_used_again() -> None:
    async with WireServer() as server, AiohttpTransport() as wire:
        for _ in range(3):
            await send(wire, server)
        open_now = wire.connections

    assert [seen.connection for seen in server.requests] == [1, 1, 1]
    assert open_now == 1
    assert wire.connections == 0


async def test_tls_connection_is_used_again(
    server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    async with (
        WireServer(tls=server_tls) as server,
        AiohttpTransport(ssl_context=client_tls) as wire,
    ):
        for _ in range(2):
            assert (await send(wire, server)).text == "ok"

    assert server.connections == 1


async def test_finished_answer_is_not_kept_in_memory() -> None:
    """Though its connection lives on."""
    asked = asyncio.Event()

    async def step(peer: Peer) -> Then:
        await say(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")(peer)
        await asked.wait()
        return await say(b"ok")(peer)

    async with WireServer(script=[step]) as server, AiohttpTransport() as wire:
        response = await start(wire, server)
        asked.set()
        await response.aread()
        kept = weakref.ref(response.stream)
        del response
        gc.collect()

        assert kept() is None
        assert wire.connections == 1


async def test_unread_answer_costs_its_connection() -> None:
    script = [HANG_IN_BODY, answer()]
    async with WireServer(script=script) as server, AiohttpTransport() as wire:
        response = await start(wire, server)
        await response.aclose()
        await server.until(lambda: server.open == 0)
        await send(wire, server)

    assert [seen.connection for seen in server.requests] == [1, 2]


async def test_connection_past_its_age_is_not_used_again() -> None:
    async with WireServer() as server, AiohttpTransport(max_age=0) as wire:
        for _ in range(3):
            await send(wire, server)

    assert [seen.connection for seen in server.requests] == [1, 2, 3]


async def test_fresh_connection_on_demand() -> None:
    """It was never used; the others stay as they are."""
    async with WireServer() as server, AiohttpTransport() as wire:
        await send(wire, server)
        await send(wire, server, fresh_connection=True)
        await send(wire, server, fresh_connection=True)
        await send(wire, server)

    assert [seen.connection for seen in server.requests] == [1, 2, 3, 1]


async def test_fresh_tls_connection_on_demand(
    server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    async with (
        WireServer(tls=server_tls) as server,
        AiohttpTransport(ssl_context=client_tls) as wire,
    ):
        await send(wire, server)
        await send(wire, server, fresh_connection=True)

    assert [seen.connection for seen in server.requests] == [1, 2]


async def test_answer_that_nobody_asked_for_is_not_given_to_anybody() -> None:
    """By itself aiohttp would give it to the next request."""
    more, said = asyncio.Event(), asyncio.Event()

    async def step(peer: Peer) -> Then:
        await answer(b"first")(peer)
        await more.wait()
        await answer(b"stray")(peer)
        said.set()
        return Then.KEEP

    script = [step, answer(b"second")]
    async with WireServer(script=script) as server, AiohttpTransport() as wire:
        assert (await send(wire, server)).text == "first"
        more.set()
        await said.wait()
        await anyio.wait_all_tasks_blocked()
        assert (await send(wire, server)).text == "second"

    assert [seen.connection for seen in server.requests] == [1, 2]


async def test_waiting_for_a_slot_ends_as_not_sent() -> None:
    script = [HANG_IN_BODY, answer()]
    async with (
        WireServer(script=script) as server,
        AiohttpTransport(limit=1, connect_timeout=0.1) as wire,
    ):
        holding = await start(wire, server)
        with pytest.raises(httpx.ConnectTimeout):
            await send(wire, server)
        with pytest.raises(httpx.ConnectTimeout):
            await send(wire, server, timeout={"connect": 0.05})
        await holding.aclose()
        await send(wire, server)

    assert len(server.requests) == 2


async def test_turn_of_a_cancelled_waiter_passes_to_the_next() -> None:
    """With its own limit aiohttp would leave the next one waiting."""
    script = [HANG_IN_BODY, answer()]
    async with (
        WireServer(script=script) as server,
        AiohttpTransport(limit=1) as wire,
    ):
        holding = await start(wire, server)
        first = asyncio.create_task(send(wire, server))
        second = asyncio.create_task(send(wire, server))
        await anyio.wait_all_tasks_blocked()
        await holding.aclose()
        first.cancel()

        assert (await asyncio.wait_for(second, 1)).text == "ok"

    assert first.cancelled()


async def test_closing_ends_what_is_under_way() -> None:
    """Nobody is left waiting, or cancelled whom nobody has cancelled."""
    script = [HANG_IN_BODY, HANG]
    async with WireServer(script=script) as server:
        wire = AiohttpTransport(limit=2)
        in_body = asyncio.create_task(send(wire, server))
        await server.until(lambda: len(server.requests) == 1)
        in_headers = asyncio.create_task(send(wire, server))
        await server.until(lambda: len(server.requests) == 2)
        for_slot = asyncio.create_task(send(wire, server))
        await anyio.wait_all_tasks_blocked()
        await wire.aclose()

        with pytest.raises(httpx.RemoteProtocolError):
            await in_body
        with pytest.raises(httpx.RemoteProtocolError):
            await in_headers
        with pytest.raises(httpx.ConnectError):
            await for_slot

    assert wire.connections == 0


async def test_closing_ends_a_look_up() -> None:
    """Also there aiohttp cancels whom nobody has cancelled."""
    wire = AiohttpTransport()
    request = httpx.Request("GET", "http://localhost:1")
    looking_up = asyncio.create_task(wire.handle_async_request(request))
    await asyncio.wait([looking_up], timeout=0)
    await wire.aclose()

    with pytest.raises(httpx.ConnectError):
        await looking_up


async def test_closed_transport_refuses() -> None:
    async with WireServer() as server:
        wire = AiohttpTransport()
        await wire.aclose()
        with pytest.raises(httpx.LocalProtocolError):
            await send(wire, server)
        await wire.aclose()

    assert server.requests == []
