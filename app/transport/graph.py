"""Carry one request to Graph over HTTP and classify what comes back.

Whatever goes wrong leaves as an `ExchangeError` that says whether the
request may have been carried out: a failure to connect is the only one after
which it certainly was not.
"""

from collections.abc import AsyncIterator, Mapping

import httpx
from msgspec import Struct, field
from msgspec.structs import replace

from app.clock import Clock
from app.models.answers import ByteStream
from app.transport.bodies import Received, is_whole, pieces, whole
from app.transport.carriers import wire_over
from app.transport.envelope import request_id
from app.transport.failures import malformed, network_error, refusal
from app.transport.retry_after import retry_after_seconds
from app.transport.wire import Arriving, Headers, Sent

__all__ = ["GraphRequest", "GraphTransport", "Reply"]

_CREATED = 201
_NOT_MODIFIED = 304
_BEARING = ("POST", "PUT", "PATCH")
_OF_ANSWERS = {
    b"Accept": b"application/json",
    b"Accept-Encoding": b"gzip",
    b"User-Agent": b"exchange-api",
}
# Of what is streamed the size is wanted beforehand.
_OF_STREAMS = {
    **_OF_ANSWERS,
    b"Accept": b"*/*",
    b"Accept-Encoding": b"identity",
}
# What stands in a path and in a query as it is (RFC 3986 §3.3 and §3.4).
_PLAIN = (
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    b"-._~:/?@!$&'()*+,;=%"
)


class GraphRequest(Struct, frozen=True, kw_only=True):
    """One request as it goes over the wire.

    ``target`` is what follows the base URL: a path that starts with ``/``,
    with its query, both percent-encoded. ``elsewhere`` is the address to use
    instead, of an upload session: it gets no token. With ``streamed`` the
    body of the answer is not read but handed on. With ``fresh_connection``
    it goes over a connection of its own, perhaps to another machine.
    """

    method: str
    target: str
    token: str
    client_request_id: str
    elsewhere: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    streamed: bool = False
    fresh_connection: bool = False


class Reply(Struct, frozen=True, kw_only=True):
    """A 2xx answer of Graph's, or 304 to a request with ``If-None-Match``.

    ``body`` is a whole JSON object, or empty for 202, 204 and 304; of a
    streamed answer it is empty and ``stream`` has the content. ``etag`` is
    the entity tag of what has not changed, if a 304 names it. ``retry_after``
    is in seconds: Graph has done the work, but wants to be left alone for so
    long.
    """

    status: int
    body: bytes = b""
    content_type: str = ""
    request_id: str | None = None
    etag: str | None = None
    retry_after: float | None = None
    stream: ByteStream | None = None


class GraphTransport:
    """Sends single requests to Graph. Never repeats any of them."""

    def __init__(
        self,
        network: httpx.AsyncBaseTransport,
        base_url: str,
        *,
        clock: Clock,
        connect_timeout: float,
        read_timeout: float,
    ) -> None:
        """Take the network to use.

        Args:
            network: Carries requests; repeats and redirects nothing.
            base_url: Graph's address, version included, no slash at the end.
            clock: For dates in Retry-After.
            connect_timeout: Seconds to get a connection.
            read_timeout: Seconds between two pieces of a streamed answer.
        """
        self._wire = wire_over(network)
        self._base_url = base_url
        base = httpx.URL(base_url)
        self._origin = base.scheme, base.netloc
        self._root = base.raw_path.rstrip(b"/")
        self._clock = clock
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout

    async def send(self, request: GraphRequest) -> Reply:
        """Send a request; return a `Reply` or raise an `ExchangeError`."""
        try:
            arriving = await self._wire.exchange(self._sent(request))
            if request.streamed and arriving.is_success:
                return self._streamed(arriving)
            received = await whole(arriving)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as e:
            raise network_error(e, request.client_request_id) from e
        if not (received.is_success or _is_unchanged(request, received)):
            raise refusal(
                received, request.client_request_id, self._clock.wall()
            )
        if received.is_success and not _is_as_promised(request, received):
            raise malformed(received, request.client_request_id)
        body = received.content if received.is_success else b""
        return self._reply(received.status, received.raw, body)

    def _streamed(self, arriving: Arriving) -> Reply:
        reply = self._reply(arriving.status, arriving.headers)
        return replace(reply, stream=_stream(arriving))

    def _reply(
        self, status: int, headers: Headers, body: bytes = b""
    ) -> Reply:
        named = {name.lower(): value for name, value in headers}
        pause = None
        if b"retry-after" in named:
            pause = retry_after_seconds(
                httpx.Headers(list(headers)).get_list("Retry-After"),
                self._clock.wall(),
            )
        return Reply(
            status=status,
            body=body,
            content_type=_text(named, b"content-type") or "",
            request_id=request_id(_text(named, b"request-id")),
            etag=_text(named, b"etag"),
            retry_after=pause,
        )

    def _sent(self, request: GraphRequest) -> Sent:
        scheme, netloc, target = self._where(request)
        headers = {
            b"Host": netloc,
            **(_OF_STREAMS if request.streamed else _OF_ANSWERS),
            b"client-request-id": request.client_request_id.encode(),
        }
        for name, value in request.headers.items():
            headers[name.encode()] = value.encode()
        if request.elsewhere is None:
            headers[b"Authorization"] = b"Bearer " + request.token.encode()
        body = request.body or b""
        if request.body is not None:
            headers.setdefault(b"Content-Type", b"application/json")
        if request.body is not None or request.method in _BEARING:
            headers[b"Content-Length"] = b"%d" % len(body)
        return Sent(
            method=request.method,
            scheme=scheme,
            netloc=netloc,
            target=target,
            headers=list(headers.items()),
            body=body,
            connect=self._connect_timeout,
            # Of what is held whole the time is limited as a whole, by the
            # caller.
            read=self._read_timeout if request.streamed else None,
            fresh_connection=request.fresh_connection,
        )

    def _where(self, request: GraphRequest) -> tuple[str, bytes, bytes]:
        """Return scheme, host and target.

        Nearly all targets were put together here of parts that are encoded,
        and are sent as they are: httpx takes as long to look at one as all
        else about a request takes.
        """
        if request.elsewhere is None:
            target = request.target.encode()
            if not target.translate(None, _PLAIN) and b"/." not in target:
                return *self._origin, self._root + target
        url = httpx.URL(request.elsewhere or self._base_url + request.target)
        return url.scheme, url.netloc, url.raw_path


def _text(named: Mapping[bytes, bytes], name: bytes) -> str | None:
    value = named.get(name)
    return None if value is None else value.decode("latin-1")


def _is_as_promised(request: GraphRequest, response: Received) -> bool:
    """Tell whether a 2xx answer is whole; the end of an upload has no body.

    Source: https://learn.microsoft.com/graph/outlook-large-attachments
    """
    if request.elsewhere is not None and not response.content:
        return response.status == _CREATED or is_whole(response)
    return is_whole(response)


def _is_unchanged(request: GraphRequest, response: Received) -> bool:
    """Tell whether Graph says that what was given before still holds."""
    asked = "If-None-Match" in request.headers
    return asked and response.status == _NOT_MODIFIED


def _stream(arriving: Arriving) -> ByteStream:
    headers = httpx.Headers(list(arriving.headers))
    length = headers.get("Content-Length", "")
    is_plain = "Content-Encoding" not in headers
    return ByteStream(
        _chunks(arriving),
        close=arriving.stream.aclose,
        size=int(length) if is_plain and length.isdecimal() else None,
    )


async def _chunks(arriving: Arriving) -> AsyncIterator[bytes]:
    try:
        async for piece in pieces(arriving):
            yield piece
    except httpx.HTTPError as e:
        raise network_error(e) from e
