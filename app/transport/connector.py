"""Find a connection for each request; when that fails, nothing was sent.

Comments say where aiohttp 3.14 is held to what it would not do by itself.
"""

import asyncio
from asyncio import Future
from dataclasses import dataclass
from functools import lru_cache, partial
from ssl import SSLContext

import aiohttp
import httpx
from aiohttp import ClientRequest, ClientTimeout, StreamReader
from aiohttp.abc import AbstractResolver
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from yarl import URL

__all__ = [
    "CONNECTED",
    "CertificateRejected",
    "Connector",
    "PoolOptions",
    "translate",
]

_DNS_AGE = 30
_MOST_ORIGINS = 64
_SHORTEST = 0.001  # of zero aiohttp makes no limit at all


class CertificateRejected(httpx.ConnectError):
    """The peer's certificate is not to be trusted; a repeat cannot help."""


_Kinds = tuple[tuple[type[Exception], type[httpx.TransportError]], ...]
_CONNECTING: _Kinds = (
    (aiohttp.ClientConnectorCertificateError, CertificateRejected),
    (TimeoutError, httpx.ConnectTimeout),
    (Exception, httpx.ConnectError),
)
CONNECTED: _Kinds = (
    (TimeoutError, httpx.ReadTimeout),
    (aiohttp.ClientConnectionResetError, httpx.WriteError),
    (OSError, httpx.ReadError),
    (Exception, httpx.RemoteProtocolError),
)


def translate(error: Exception, kinds: _Kinds) -> httpx.TransportError:
    """Name the error only: its text may quote URLs, headers or a body."""
    kind = next(kind for origin, kind in kinds if isinstance(error, origin))
    name, detail = type(error).__name__, getattr(error, "strerror", None)
    return kind(f"{name}: {detail}" if detail else name)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolOptions:
    """What a pool may do.

    ``limit`` connections at once, none older than ``max_age`` seconds when a
    request begins. ``resolver`` looks up names; the system's by default.
    """

    limit: int
    max_age: float
    ssl_context: SSLContext | None = None
    resolver: AbstractResolver | None = None


class Connector(aiohttp.TCPConnector):
    """Finds connections fit for use, and keeps track of them.

    The slots are ours: aiohttp's are lost on waiters cancelled at their turn.

    Attributes:
        born: When each open connection was made.
        in_use: How many of them a request has.
        read_from: The answers that are under way.
    """

    def __init__(self, options: PoolOptions) -> None:
        super().__init__(
            limit=0,
            # An address is not remembered for longer than a connection.
            ttl_dns_cache=int(min(_DNS_AGE, options.max_age)),
            ssl=options.ssl_context or True,
            resolver=options.resolver,
        )
        self._slots = asyncio.Semaphore(options.limit)
        self._max_age = options.max_age
        self._origin = lru_cache(maxsize=_MOST_ORIGINS)(_origin)
        self.born: dict[ResponseHandler, float] = {}
        self.in_use = 0
        self.read_from: dict[ResponseHandler, StreamReader] = {}

    def where(
        self, scheme: str, netloc: bytes, *, fresh: bool
    ) -> ClientRequest:
        """Return what aiohttp takes for where to connect to.

        ``fresh`` asks for a connection that was not used before.
        """
        if self.closed:
            raise RuntimeError
        return self._origin(scheme, netloc, fresh)

    async def connect(
        self, req: ClientRequest, traces: list[Trace], timeout: ClientTimeout
    ) -> Connection:
        """Wait for a slot and a connection, both within one limit."""
        try:
            if self._slots.locked():
                timeout = await self._wait(timeout)
            else:
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
        except httpx.PoolTimeout:
            raise
        except Exception as error:
            raise translate(error, _CONNECTING) from error
        return found

    async def _wait(self, timeout: ClientTimeout) -> ClientTimeout:
        """Wait for a slot; return what is left of the limit."""
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            async with asyncio.timeout(timeout.connect):
                await self._slots.acquire()
        except TimeoutError as error:
            # That is our own doing, and says nothing of the peer.
            raise httpx.PoolTimeout("all connections in use") from error
        if timeout.connect is None:
            return timeout
        left = max(_SHORTEST, timeout.connect - (clock() - began))
        return ClientTimeout(
            connect=left,
            sock_read=timeout.sock_read,
            ceil_threshold=timeout.ceil_threshold,
        )

    def hand_out(self, found: Connection, content: StreamReader) -> None:
        """Have a connection given back once its answer was heard to the end.

        Who does not want to hear the whole of a request is not asked again.
        """
        protocol = found.protocol
        if protocol is not None:
            self.read_from[protocol] = content
            content.on_eof(
                lambda: self.give_back(
                    found, is_fit=not protocol.writing_paused
                )
            )

    def give_back(self, found: Connection, *, is_fit: bool) -> None:
        """Free its slot, and close it unless it is fit for another use.

        Idempotent.
        """
        protocol, transport = found.protocol, found.transport
        if protocol is None:
            return
        self._slots.release()
        self.in_use -= 1
        content = self.read_from.pop(protocol, None)
        if content is not None:
            _end(content)
        if is_fit:
            found.release()
        else:
            found.close()
        # A closed connection would linger: TLS waits 30 s for the peer's
        # farewell, unsent bytes for ever for a peer that does not read.
        if protocol.transport is None and transport is not None:
            transport.abort()

    def _admits(self, found: Connection, req: ClientRequest) -> bool:
        protocol, transport = found.protocol, found.transport
        if protocol is None or transport is None or transport.is_closing():
            found.close()
            raise ConnectionResetError("closed as soon as it was open")
        now = self._loop.time()
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
        self.in_use += 1
        return True

    def _forget(self, protocol: ResponseHandler, lost: Future[None]) -> None:
        del self.born[protocol]
        _ = lost.cancelled() or lost.exception()  # else asyncio reports it
        content = self.read_from.pop(protocol, None)
        if content is not None:
            # After a malformed chunk aiohttp leaves the reader waiting.
            _end(content)


def _end(content: StreamReader) -> None:
    """Have whoever reads on hear that nothing more comes."""
    if not content.is_eof():
        content.set_exception(aiohttp.ClientPayloadError("connection lost"))


def _origin(scheme: str, netloc: bytes, fresh: bool) -> ClientRequest:  # noqa: FBT001
    url = URL(f"{scheme}://{netloc.decode()}", encoded=True)
    return ClientRequest(
        "GET",
        url,
        loop=asyncio.get_running_loop(),
        server_hostname=url.raw_host if fresh else None,
    )
