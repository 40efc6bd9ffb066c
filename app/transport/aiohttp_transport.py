"""The HTTP transport: httpx above, aiohttp below, nothing hidden between.

Where an error arises tells whether a request was perhaps processed: not while
connecting (`httpx.ConnectError`, `ConnectTimeout`), nor if it cannot be sent
(`LocalProtocolError`, `UnsupportedProtocol`); later, yes. All that leaves is
an `httpx.TransportError`. Comments say where aiohttp 3.14 is held to that.
"""

import asyncio
import io
from asyncio import Future
from collections.abc import AsyncIterator
from functools import cached_property, lru_cache
from ssl import SSLContext

import aiohttp
import httpx
from aiohttp import ClientRequest, ClientResponse, ClientTimeout
from aiohttp.abc import AbstractResolver
from aiohttp.connector import Connection
from yarl import URL

from app.transport.connector import (
    CONNECTED,
    CertificateRejected,
    Connector,
    PoolOptions,
    translate,
)

__all__ = ["AiohttpTransport", "CertificateRejected"]

_NOT_ADDED = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


class _Body(httpx.AsyncByteStream):
    """An answer's body as it arrives; to stop early closes the connection."""

    def __init__(self, response: ClientResponse) -> None:
        self._response = response
        protocol = response.connection and response.connection.protocol
        self._lost = None if protocol is None else protocol.closed
        if self._lost is not None:
            self._lost.add_done_callback(self._wake)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while chunk := await self._response.content.readany():
                yield chunk
        except Exception as error:
            raise translate(error, CONNECTED) from error
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        """Close the connection unless the body was read to its end."""
        if self._lost is not None:
            self._lost.remove_done_callback(self._wake)
        self._response.close()

    def _wake(self, _lost: Future[None]) -> None:
        # After a malformed chunk aiohttp leaves the reader waiting for ever.
        if not self._response.content.is_eof():
            error = aiohttp.ClientPayloadError("connection lost")
            self._response.content.set_exception(error)


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
        if request.url.scheme not in {"http", "https"}:
            raise httpx.UnsupportedProtocol(request.url.scheme)
        try:
            limits = self._limits | request.extensions.get("timeout", {})
            message = self._message(request, await request.aread())
            timeout = _timeout(limits["connect"], limits["read"])
        except Exception as error:
            raise httpx.LocalProtocolError(type(error).__name__) from error
        answer = await self._send(message, timeout)
        status, headers = answer.status, answer.raw_headers
        return httpx.Response(status, headers=headers, stream=_Body(answer))

    async def aclose(self) -> None:
        """Close all connections; what is under way fails."""
        await self._connector.close()

    def _message(self, request: httpx.Request, body: bytes) -> ClientRequest:
        if self._connector.closed:
            raise RuntimeError
        url = request.url
        origin = f"{url.scheme}://{url.netloc.decode()}"
        fresh = request.extensions.get("fresh_connection")
        return ClientRequest(
            request.method,
            URL(origin + url.raw_path.decode(), encoded=True),
            headers=[
                (name.decode(), value.decode())
                for name, value in request.headers.raw
                if name.lower() != b"transfer-encoding"
            ],
            skip_auto_headers=_NOT_ADDED,
            data=io.BytesIO(body) if body else None,
            loop=asyncio.get_running_loop(),
            server_hostname=url.raw_host.decode() if fresh else None,
        )

    async def _send(
        self, message: ClientRequest, timeout: ClientTimeout
    ) -> ClientResponse:
        # Not by a `ClientSession`: it silently repeats idempotent requests,
        # even when the connection was a new one.
        found = await self._connector.connect(message, [], timeout)
        try:
            _expect(found, message, timeout)
            answer = await message.send(found)
            try:
                return await answer.start(found)
            except BaseException:
                answer.close()
                raise
        except BaseException as error:
            found.close()
            if isinstance(error, Exception):
                raise translate(error, CONNECTED) from error
            raise

    @cached_property
    def _connector(self) -> Connector:
        return Connector(self._options)


@lru_cache
def _timeout(connect: float | None, read: float | None) -> ClientTimeout:
    return ClientTimeout(connect=connect, sock_read=read)


def _expect(
    found: Connection, message: ClientRequest, timeout: ClientTimeout
) -> None:
    if found.protocol is None:
        raise ConnectionResetError
    found.protocol.set_response_params(
        skip_payload=message.method == "HEAD",
        read_until_eof=True,
        auto_decompress=False,
        read_timeout=timeout.sock_read,
    )
