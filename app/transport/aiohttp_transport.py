"""The HTTP transport: httpx above, aiohttp below, nothing hidden between.

Where an error arises tells whether a request was perhaps processed: not while
connecting (`httpx.ConnectError`, `ConnectTimeout`), nor if it cannot be sent
(`LocalProtocolError`, `UnsupportedProtocol`); later, yes. All that leaves is
an `httpx.TransportError`. Comments say where aiohttp 3.14 is held to that.
"""

import io
from asyncio import Future
from collections.abc import AsyncIterator
from functools import cached_property
from ssl import SSLContext

import aiohttp
import httpx
from aiohttp import ClientRequest, ClientResponse, ClientTimeout
from aiohttp.abc import AbstractResolver
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


async def _send_once(
    request: ClientRequest, send: aiohttp.ClientHandlerType
) -> ClientResponse:
    """Hide errors from aiohttp: it silently repeats idempotent requests.

    It does so even when the connection was a new one.
    """
    try:
        return await send(request)
    except httpx.TransportError:
        raise
    except Exception as error:
        raise translate(error, CONNECTED) from error


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
            answer = await self._send(request)
        except httpx.TransportError:
            raise
        except Exception as error:
            raise httpx.LocalProtocolError(type(error).__name__) from error
        status, headers = answer.status, answer.raw_headers
        return httpx.Response(status, headers=headers, stream=_Body(answer))

    async def aclose(self) -> None:
        """Close all connections; what is under way fails."""
        await self._session.close()

    async def _send(self, request: httpx.Request) -> ClientResponse:
        body, url = await request.aread(), request.url
        origin = f"{url.scheme}://{url.netloc.decode()}"
        fresh = request.extensions.get("fresh_connection")
        limits = self._limits | request.extensions.get("timeout", {})
        return await self._session.request(
            request.method,
            URL(origin + url.raw_path.decode(), encoded=True),
            headers=[
                (name.decode(), value.decode())
                for name, value in request.headers.raw
                if name.lower() != b"transfer-encoding"
            ],
            data=io.BytesIO(body) if body else None,
            timeout=ClientTimeout(
                connect=limits["connect"], sock_read=limits["read"]
            ),
            server_hostname=url.raw_host.decode() if fresh else None,
            allow_redirects=False,
        )

    @cached_property
    def _connector(self) -> Connector:
        return Connector(self._options)

    @cached_property
    def _session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=self._connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=_NOT_ADDED,
            middlewares=[_send_once],
        )
