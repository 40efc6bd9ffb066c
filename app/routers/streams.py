"""Content that flows from Graph to callers."""

import asyncio
from http import HTTPStatus

from fastapi import Request, Response
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from app.clock import Clock
from app.models.answers import ByteStream
from app.problems.errors import ExchangeError
from app.routers.answers import REVALIDATE
from app.routers.dependencies import services
from app.routers.file_names import disposition
from app.routers.headers import line_of
from app.routers.ranges import part_wanted
from app.routers.scope import notes_of

__all__ = ["not_modified", "part_of", "stream_of"]

# Graph counts a download among the four requests of a mailbox for as long as
# it lasts. Who takes nothing for so many seconds, or after a first minute
# fewer bytes in a second on average, is cut off and can go on with Range.
_IDLE = 30.0
_FIRST = 60.0
_SLOWEST = 65_536


def not_modified(etag: str) -> Response:
    """Return 304 for content that the caller has already."""
    headers = {"ETag": etag, "Cache-Control": REVALIDATE}
    return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)


async def part_of(
    request: Request,
    stream: ByteStream,
    media_type: str,
    name: str,
    etag: str,
) -> Response:
    """Return content as it comes, or the part of it that is asked for.

    Graph does not promise parts, so that what comes before one is skipped,
    and the rest left. Where it does not tell the length there are none.

    Raises:
        RangeNotSatisfiable: The content ends before the part begins.
    """
    size = stream.size
    if size is None:
        return stream_of(request, stream, media_type, name)
    headers = request.headers
    wanted, condition = line_of(headers, "range"), headers.get("if-range")
    try:
        part = part_wanted(wanted, condition, etag, size)
    except ExchangeError:
        await stream.aclose()
        raise
    if part is not None:
        stream = stream.part(part.first, part.length)
    response = stream_of(request, stream, media_type, name)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["ETag"] = etag
    if part is not None:
        response.status_code = HTTPStatus.PARTIAL_CONTENT
        response.headers["Content-Range"] = (
            f"bytes {part.first}-{part.last}/{size}"
        )
    return response


def stream_of(
    request: Request, stream: ByteStream, media_type: str, name: str | None
) -> Response:
    """Return content as it comes, to be saved under a name if it has one.

    It is never shown in place: whoever attached it may have put scripts in.
    """
    notes_of(request.scope).freshness = "fresh"
    headers = {
        "Cache-Control": REVALIDATE,
        "Content-Security-Policy": "sandbox; default-src 'none'",
        # Set here, since the framework would add a charset to text.
        "Content-Type": media_type,
        "Exchange-Freshness": "fresh",
    }
    if name is not None:
        headers["Content-Disposition"] = disposition(name)
    if stream.size is not None:
        headers["Content-Length"] = str(stream.size)
    return _Streamed(stream, headers, services(request).clock)


class _Streamed(StreamingResponse):
    """Closes its source however the sending ends, begun or not."""

    def __init__(
        self, source: ByteStream, headers: dict[str, str], clock: Clock
    ) -> None:
        super().__init__(source, headers=headers)
        self._source = source
        self._clock = clock

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        pace = _Pace(send, self._clock)
        try:
            await super().__call__(scope, receive, pace.send)
        finally:
            await self._source.aclose()


class _Pace:
    """Waits for a caller to take what it is sent, but not for ever.

    Only the caller's own time counts, not that in which Graph has nothing.
    """

    def __init__(self, send: Send, clock: Clock) -> None:
        self._send = send
        self._clock = clock
        self._waited = 0.0
        self._sent = 0

    async def send(self, message: Message) -> None:
        """Send a part of the answer.

        Raises:
            ClientDisconnect: The caller is too slow: it is cut off, since a
                problem cannot be told in the midst of content.
        """
        began = self._clock.now()
        try:
            async with asyncio.timeout(_IDLE):
                await self._send(message)
        except TimeoutError as e:
            raise ClientDisconnect from e
        self._waited += self._clock.now() - began
        self._sent += len(message.get("body", b""))
        if self._waited > _FIRST + self._sent / _SLOWEST:
            raise ClientDisconnect
