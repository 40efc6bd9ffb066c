"""Which connection a request gets, and what is left when all is over."""

import asyncio
import gc
import socket
import ssl
import weakref

import anyio
import httpx
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from app.transport.aiohttp_transport import AiohttpTransport
from tests.support.virtual_loop import VirtualLoop
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


class Resolver(AbstractResolver):
    """Knows one name, and that it moves."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = list(addresses)
        self.asked = 0

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,
    ) -> list[ResolveResult]:
        self.asked += 1
        last = len(self._addresses) == 1
        address = self._addresses[0] if last else self._addresses.pop(0)
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=family,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        pass


async def test_a_name_that_moves_is_followed() -> None:
    """With the connection's age ends that of the address."""
    async with WireServer() as server:
        port = httpx.URL(server.url).port
        resolver = Resolver("127.0.0.1", "127.0.0.2")
        async with AiohttpTransport(max_age=0, resolver=resolver) as wire:
            request = httpx.Request("GET", f"http://graph.example:{port}")
            first = await wire.handle_async_request(request)
            await first.aread()
            with pytest.raises(httpx.ConnectError):
                await wire.handle_async_request(request)

    assert len(server.requests) == 1
    assert resolver.asked == 2


async def test_a_name_is_not_looked_up_for_each_connection() -> None:
    """As long as the address is young, it is remembered."""
    resolver = Resolver("127.0.0.1")
    async with (
        WireServer() as server,
        AiohttpTransport(resolver=resolver) as wire,
    ):
        port = httpx.URL(server.url).port
        for _ in range(3):
            response = await wire.handle_async_request(
                httpx.Request(
                    "GET",
                    f"http://graph.example:{port}",
                    extensions={"fresh_connection": True},
                )
            )
            await response.aread()

    assert server.connections == 3
    assert resolver.asked == 1


async def test_connections_are_counted() -> None:
    """Those that are open, and those of them that a request has."""
    script = [HANG_IN_BODY, answer()]
    async with WireServer(script=script) as server, AiohttpTransport() as wire:
        counts = [(wire.connections, wire.in_use)]
        holding = await start(wire, server)
        counts.append((wire.connections, wire.in_use))
        await send(wire, server)
        counts.append((wire.connections, wire.in_use))
        await holding.aclose()
        await server.until(lambda: server.open == 1)
        counts.append((wire.connections, wire.in_use))

    assert counts == [(0, 0), (1, 1), (2, 1), (1, 0)]
    assert wire.in_use == 0


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
        with pytest.raises(httpx.PoolTimeout):
            await send(wire, server)
        with pytest.raises(httpx.PoolTimeout):
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


class _Silent(AbstractResolver):
    async def resolve(
        self, *_: object, **_named: object
    ) -> list[ResolveResult]:
        await asyncio.get_running_loop().create_future()
        return []

    async def close(self) -> None:
        pass


def test_time_to_connect_is_what_was_set() -> None:
    """Also if it is longer than five seconds; in virtual time."""

    async def took() -> float:
        wire = AiohttpTransport(connect_timeout=5.1, resolver=_Silent())
        with pytest.raises(httpx.ConnectTimeout):
            await wire.handle_async_request(
                httpx.Request("GET", "http://contoso.example")
            )
        await wire.aclose()
        return asyncio.get_running_loop().time() - 1000

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(took()) == pytest.approx(5.1)


async def test_closed_transport_refuses() -> None:
    async with WireServer() as server:
        wire = AiohttpTransport()
        await wire.aclose()
        with pytest.raises(httpx.LocalProtocolError):
            await send(wire, server)
        await wire.aclose()

    assert server.requests == []
