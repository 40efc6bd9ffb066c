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

__all__ = ["AiohttpTransport", "CertificateRejected"]

_WITHOUT_BODY = {"GET", "HEAD", "OPTIONS", "TRACE"}
_NOT_IN_A_LINE = (b"\r", b"\n", b"\0")
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
        if request.url.scheme not in {"http", "https"}:
            raise httpx.UnsupportedProtocol(request.url.scheme)
        try:
            limits = self._limits | request.extensions.get("timeout", {})
            timeout = _timeout(limits["connect"], limits["read"])
            message = _message(request, await request.aread())
            found = await self._connect(request, timeout)
        except httpx.TransportError:
            raise
        except Exception as error:
            raise httpx.LocalProtocolError(type(error).__name__) from error
        stop = partial(self._connector.give_back, found, is_fit=False)
        try:
            answer, content = await _exchange(
                found, message, timeout, is_head=request.method == "HEAD"
            )
        except BaseException as error:
            stop()
            if isinstance(error, Exception):
                raise translate(error, CONNECTED) from error
            raise
        self._connector.hand_out(found, content)
        return httpx.Response(
            answer.code,
            headers=answer.raw_headers,
            stream=_Body(content, stop),
        )

    async def aclose(self) -> None:
        """Close all connections; what is under way fails."""
        await self._connector.close()

    async def _connect(
        self, request: httpx.Request, timeout: ClientTimeout
    ) -> Connection:
        # Not by a `ClientSession`: it silently repeats idempotent requests,
        # even when the connection was a new one.
        where = self._connector.where(
            request.url.scheme,
            request.url.netloc,
            fresh=request.extensions.get("fresh_connection", False),
        )
        return await self._connector.connect(where, [], timeout)

    @cached_property
    def _connector(self) -> Connector:
        return Connector(self._options)


@lru_cache
def _timeout(connect: float | None, read: float | None) -> ClientTimeout:
    # What is longer than 5 s, aiohttp would round up to whole seconds.
    return ClientTimeout(connect=connect, sock_read=read, ceil_threshold=inf)


def _message(request: httpx.Request, body: bytes) -> tuple[bytes, bytes]:
    """Return what is sent: the head, and the body.

    Raises:
        ValueError: It would be another message than the one that was asked
            for, or none.
    """
    lines = [
        b"%b %b HTTP/1.1" % (request.method.encode(), request.url.raw_path)
    ]
    has_length = False
    for name, value in request.headers.raw:
        lowered = name.lower()
        has_length |= lowered == b"content-length"
        if lowered != b"transfer-encoding":
            lines.append(b"%b: %b" % (name, value))
    if not has_length and (body or request.method not in _WITHOUT_BODY):
        lines.append(b"Content-Length: %d" % len(body))
    head = b"\r\n".join(lines)
    _ = head.decode()
    if sum(map(head.count, _NOT_IN_A_LINE)) != 2 * (len(lines) - 1):
        raise ValueError("more lines than there should be")
    return head + b"\r\n\r\n", body


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
