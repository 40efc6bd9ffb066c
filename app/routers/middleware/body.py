"""How large a request may be."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.problems.refusals import PayloadTooLarge
from app.routers.middleware.base import HttpMiddleware

__all__ = ["BodyLimit"]


class BodyLimit(HttpMiddleware):
    """Refuses bodies above a size, by what they announce or turn out to be.

    FastAPI has such a limit too, but answers it in plain text.
    """

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        super().__init__(app)
        self._most_bytes = most_bytes

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > self._most_bytes:
            raise PayloadTooLarge
        left = self._most_bytes

        async def limited() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                # The one error that FastAPI lets pass where it reads bodies.
                raise HTTPException(PayloadTooLarge.status)
            return message

        await self.app(scope, limited, send)
