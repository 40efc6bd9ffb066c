"""How large a request may be, and how long it may take to come."""

import asyncio
from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.clock import Clock
from app.problems.refusals import (
    MalformedRequest,
    PayloadTooLarge,
    UnsupportedMediaType,
)
from app.routers.middleware.base import HttpMiddleware
from app.routers.scope import headers_of

__all__ = ["BodyLimit"]

# Seconds that a body may take, and any part of it alone; and the bytes that
# allow for one second more.
_PATIENCE = 30.0
_SLOWEST = 65_536


class BodyLimit(HttpMiddleware):
    """Refuses bodies that are too large, too slow, or compressed.

    Too large by what they announce or turn out to be: FastAPI has such a
    limit too, but answers it in plain text. Nothing is ever unpacked, so
    that nothing can turn out to be more than it was.
    """

    def __init__(
        self,
        app: ASGIApp,
        most_bytes: int,
        *,
        clock: Clock,
        is_upload: Callable[[Scope], bool],
        largest_upload: int,
    ) -> None:
        """Take the limits.

        Args:
            app: What comes after it.
            most_bytes: Of any body, which is held whole.
            clock: To measure how long a body takes.
            is_upload: Tells of requests whose bodies are not.
            largest_upload: Of theirs.
        """
        super().__init__(app)
        self._most_bytes = most_bytes
        self._clock = clock
        self._is_upload = is_upload
        self._largest_upload = largest_upload

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        most = self._most_bytes
        if self._is_upload(scope):
            most = self._largest_upload
        headers = headers_of(scope)
        announced = headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > most:
            raise PayloadTooLarge
        if headers.get("content-encoding", "identity").lower() != "identity":
            raise UnsupportedMediaType("The body must not be compressed.")
        body = _Body(receive, self._clock, most)
        await self.app(scope, body.receive, send)


class _Body:
    """A body as it comes in."""

    def __init__(
        self, receive: Receive, clock: Clock, most_bytes: int
    ) -> None:
        self._receive = receive
        self._clock = clock
        self._most_bytes = most_bytes
        self._received = 0
        self._waited = 0.0
        self._is_whole = False

    async def receive(self) -> Message:
        """Return the next part; only the waiting for one counts as time.

        Raises:
            HTTPException: It is too large. That is the one error that
                FastAPI lets pass where it reads bodies.
            MalformedRequest: It comes too slowly.
        """
        if self._is_whole:
            return await self._receive()
        began = self._clock.now()
        left = _PATIENCE + self._received / _SLOWEST - self._waited
        try:
            async with asyncio.timeout(min(_PATIENCE, max(0.0, left))):
                message = await self._receive()
        except TimeoutError as e:
            raise MalformedRequest(
                "The body of the request did not arrive in time."
            ) from e
        self._waited += self._clock.now() - began
        self._received += len(message.get("body", b""))
        self._is_whole = not message.get("more_body", False)
        if self._received > self._most_bytes:
            raise HTTPException(PayloadTooLarge.status)
        return message
