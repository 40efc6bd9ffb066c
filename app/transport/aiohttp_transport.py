"""The HTTP transport: httpx above, aiohttp below, nothing hidden between.

Where an error arises tells whether a request was perhaps processed: not while
connecting (`httpx.ConnectError`, `ConnectTimeout`), nor if it cannot be sent
(`LocalProtocolError`, `UnsupportedProtocol`); later, yes. All that leaves is
an `httpx.TransportError`. Comments say where aiohttp 3.14 is held to that.
"""

import asyncio
import io
from asyncio import Future, Transport
from collections.abc import AsyncIterator
from functools import cached_property, partial
from ssl import SSLContext

import aiohttp
import httpx
from aiohttp import ClientRequest, ClientResponse, ClientTimeout
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from yarl import URL

__all__ = ["AiohttpTransport", "CertificateRejected"]


class CertificateRejected(httpx.ConnectError):
    """The peer's certificate is not to be trusted; a repeat cannot help."""


_Kinds = tuple[tuple[type[Exception], type[httpx.TransportError]], ...]
_CONNECTING: _Kinds = (
    (aiohttp.ClientConnectorCertificateError, CertificateRejected),
    (TimeoutError, httpx.ConnectTimeout),
    (Exception, httpx.ConnectError),
)
_CONNECTED: _Kinds = (
    (TimeoutError, httpx.ReadTimeout),
    (aiohttp.ClientConnectionResetError, httpx.WriteError),
    (OSError, httpx.ReadError),
    (Exception, httpx.RemoteProtocolError),
)
_NOT_ADDED = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


def _translate(error: Exception, kinds: _Kinds) -> httpx.TransportError:
    """Name the error only: its text may quote URLs, headers or a body."""
    kind = next(kind for origin, kind in kinds if isinstance(error, origin))
    name, detail = type(error).__name__, getattr(error, "strerror", None)
    return kind(f"{name}: {detail}" if detail else name)


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
        raise _translate(error, _CONNECTED) from error


class _Connector(aiohttp.TCPConnector):
    """Finds connections fit for use; when that fails, nothing was sent.

    The slots are ours: aiohttp's are lost on waiters cancelled at their turn.
    """

    def __init__(
        self, limit: int, max_age: float, context: SSLContext | None
    ) -> None:
        super().__init__(limit=0, ttl_dns_cache=30, ssl=context or True)
        self._slots = asyncio.Semaphore(limit)
        self._max_age = max_age
        self.born: dict[ResponseHandler, float] = {}

    async def connect(
        self, req: ClientRequest, traces: list[Trace], timeout: ClientTimeout
    ) -> Connection:
        """Wait for a slot and a connection, both within one limit."""
        try:
            async with asyncio.timeout(timeout.connect):
                await self._slots.acquire()
                try:
                    found = await super().connect(req, traces, timeout)
                    while not self._admits(found, req):
                        found.close()
                        found = await super().connect(req, traces, timeout)
                except BaseException:
                    self._slots.release()
                    raise
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if not self.closed or task is None or task.cancelling():
                raise
            raise httpx.ConnectError("closed while connecting") from error
        except Exception as error:
            raise _translate(error, _CONNECTING) from error
        return found

    def _admits(self, found: Connection, req: ClientRequest) -> bool:
        protocol, transport = found.protocol, found.transport
        if protocol is None or transport is None or transport.is_closing():
            found.close()
            raise ConnectionResetError("closed as soon as it was open")
        now = asyncio.get_running_loop().time()
        if protocol not in self.born and protocol.closed is not None:
            self.born[protocol] = now
            protocol.closed.add_done_callback(partial(self._forget, protocol))
        # Else aiohttp hands on an answer that came unasked: `should_close`.
        elif (
            protocol.should_close
            or req.server_hostname
            or now - self.born[protocol] >= self._max_age
        ):
            return False
        found.add_callback(partial(self._free, protocol, transport))
        return True

    def _forget(self, protocol: ResponseHandler, lost: Future[None]) -> None:
        del self.born[protocol]
        _ = lost.cancelled() or lost.exception()  # else asyncio reports it

    def _free(self, protocol: ResponseHandler, transport: Transport) -> None:
        # A closed connection would linger: TLS waits 30 s for the peer's
        # farewell, unsent bytes for ever for a peer that does not read.
        def abort_unless_kept() -> None:
            if protocol.transport is None:
                transport.abort()

        self._slots.release()
        asyncio.get_running_loop().call_soon(abort_unless_kept)


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
            raise _translate(error, _CONNECTED) from error
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
    begins on one past ``max_age`` or 15 idle seconds, nor on DNS past 30 s.
    """

    def __init__(
        self,
        *,
        limit: int = 256,
        connect_timeout: float = 2.0,
        max_age: float = 300.0,
        ssl_context: SSLContext | None = None,
    ) -> None:
        self._options = limit, max_age, ssl_context
        self._limits = {"connect": connect_timeout, "read": None}

    @property
    def connections(self) -> int:
        """How many connections are open, in use or idle."""
        return len(self._connector.born) if "_connector" in vars(self) else 0

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
    def _connector(self) -> _Connector:
        return _Connector(*self._options)

    @cached_property
    def _session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=self._connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=_NOT_ADDED,
            middlewares=[_send_once],
        )
