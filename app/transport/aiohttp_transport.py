"""The HTTP transport: httpx above, aiohttp below, nothing hidden between.

Where an error arises tells whether a request was perhaps processed: not while
connecting (`httpx.ConnectError`, `ConnectTimeout`), nor if it cannot be sent
(`LocalProtocolError`, `UnsupportedProtocol`); later, yes. All that leaves is
an `httpx.TransportError`. Comments say where aiohttp 3.14 is held to that.
"""

import asyncio
from asyncio import Future
from collections.abc import AsyncIterator, Callable
from functools import cached_property, lru_cache, partial
from math import inf
from ssl import SSLContext

import httpx
from aiohttp import ClientTimeout, StreamReader
from aiohttp.abc import AbstractResolver
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.http import RawResponseMessage, StreamWriter

from app.transport.connector import (
    CONNECTED,
    CertificateRejected,
    Connector,
    PoolOptions,
    translate,
)
from app.transport.wire import Arriving, Sent

__all__ = ["AiohttpTransport", "CertificateRejected"]

_SCHEMES = {"http", "https"}
_INTERIM = {*range(100, 200)} - {101}


class _Body(httpx.AsyncByteStream):
    """An answer's body as it arrives; to stop early closes the connection."""

    def __init__(
        self, content: StreamReader, stop: Callable[[], None]
    ) -> None:
        self._content = content
        self._stop = stop

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while chunk := await self._content.readany():
                yield chunk
        except Exception as error:
            raise translate(error, CONNECTED) from error
        finally:
            self._stop()

    async def aclose(self) -> None:
        """Close the connection unless the body was read to its end."""
        self._stop()


class AiohttpTransport(httpx.AsyncBaseTransport):
    """Sends each request at most once; follows nothing, keeps no cookies.

    ``connect_timeout`` covers waiting for one of ``limit`` connections, DNS,
    TCP and TLS; the extension "timeout" may replace it. The read limit there
    is for the headers and each part of the body; writing has none. Extension
    "fresh_connection" asks for a new one, as Graph does with a 503. No request
    begins on one past ``max_age`` or 15 idle seconds, nor is one made by DNS
    past 30 s or ``max_age``.
    """

    def __init__(
        self,
        *,
        limit: int = 256,
        connect_timeout: float = 2.0,
        max_age: float = 300.0,
        ssl_context: SSLContext | None = None,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._options = PoolOptions(
            limit=limit,
            max_age=max_age,
            ssl_context=ssl_context,
            resolver=resolver,
        )
        self._limits = {"connect": connect_timeout, "read": None}

    @property
    def connections(self) -> int:
        """How many connections are open, in use or idle."""
        return len(self._connector.born) if "_connector" in vars(self) else 0

    @property
    def in_use(self) -> int:
        """How many connections a request has, its answer's body included."""
        return self._connector.in_use if "_connector" in vars(self) else 0

    async def handle_async_request(
        self, request: httpx.Request
    ) -> httpx.Response:
        """Send a request; return the answer once its headers are there."""
        limits = self._limits | request.extensions.get("timeout", {})
        try:
            body = await request.aread()
        except httpx.TransportError:
            raise
        except Exception as error:
            raise httpx.LocalProtocolError(type(error).__name__) from error
        url, extensions = request.url, request.extensions
        came = await self.exchange(
            Sent(
                method=request.method,
                scheme=url.scheme,
                netloc=url.netloc,
                target=url.raw_path,
                headers=request.headers.raw,
                body=body,
                connect=limits["connect"],
                read=limits["read"],
                fresh_connection=extensions.get("fresh_connection", False),
            )
        )
        return httpx.Response(
            came.status, headers=list(came.headers), stream=came.stream
        )

    async def exchange(self, sent: Sent) -> Arriving:
        """Do the same without httpx's objects; see `Wire`."""
        if sent.scheme not in _SCHEMES:
            raise httpx.UnsupportedProtocol(sent.scheme)
        try:
            timeout = _timeout(sent.connect, sent.read)
            message = sent.message()
            found = await self._connect(sent, timeout)
        except httpx.TransportError:
            raise
        except Exception as error:
            raise httpx.LocalProtocolError(type(error).__name__) from error
        stop = partial(self._connector.give_back, found, is_fit=False)
        try:
            answer, content = await _exchange(
                found, message, timeout, is_head=sent.method == "HEAD"
            )
        except BaseException as error:
            stop()
            if isinstance(error, Exception):
                raise translate(error, CONNECTED) from error
            raise
        self._connector.hand_out(found, content)
        return Arriving(answer.code, answer.raw_headers, _Body(content, stop))

    async def aclose(self) -> None:
        """Close all connections; what is under way fails."""
        await self._connector.close()

    async def _connect(self, sent: Sent, timeout: ClientTimeout) -> Connection:
        # Not by a `ClientSession`: it silently repeats idempotent requests,
        # even when the connection was a new one.
        where = self._connector.where(
            sent.scheme, sent.netloc, fresh=sent.fresh_connection
        )
        return await self._connector.connect(where, [], timeout)

    @cached_property
    def _connector(self) -> Connector:
        return Connector(self._options)


@lru_cache
def _timeout(connect: float | None, read: float | None) -> ClientTimeout:
    # What is longer than 5 s, aiohttp would round up to whole seconds.
    return ClientTimeout(connect=connect, sock_read=read, ceil_threshold=inf)


async def _exchange(
    found: Connection,
    message: tuple[bytes, bytes],
    timeout: ClientTimeout,
    *,
    is_head: bool,
) -> tuple[RawResponseMessage, StreamReader]:
    """Send a message and return the answer once its headers are there."""
    protocol, transport = found.protocol, found.transport
    if protocol is None or transport is None:
        raise ConnectionResetError
    protocol.set_response_params(
        skip_payload=is_head,
        read_until_eof=True,
        auto_decompress=False,
        read_timeout=timeout.sock_read,
    )
    transport.writelines(message)
    _start_timeout(protocol)
    answer, content = await protocol.read()
    while answer.code in _INTERIM:
        answer, content = await protocol.read()
    return answer, content


def _start_timeout(protocol: ResponseHandler) -> None:
    """Limit the time until something is heard, once all is written."""
    if not protocol.writing_paused:
        protocol.start_timeout()
        return

    def written(done: Future[None]) -> None:
        if not done.cancelled() and done.exception() is None:
            protocol.start_timeout()

    writer = StreamWriter(protocol, asyncio.get_running_loop())
    asyncio.ensure_future(writer.drain()).add_done_callback(written)
