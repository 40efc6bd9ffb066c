"""How large a request may be."""

from collections.abc import Callable

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

    def __init__(
        self,
        app: ASGIApp,
        most_bytes: int,
        *,
        is_upload: Callable[[Scope], bool],
        largest_upload: int,
    ) -> None:
        """Take the limits.

        Args:
            app: What comes after it.
            most_bytes: Of any body, which is held whole.
            is_upload: Tells of requests whose bodies are not.
            largest_upload: Of theirs.
        """
        super().__init__(app)
        self._most_bytes = most_bytes
        self._is_upload = is_upload
        self._largest_upload = largest_upload

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        left = self._most_bytes
        if self._is_upload(scope):
            left = self._largest_upload
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > left:
            raise PayloadTooLarge

        async def limited() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                # The one error that FastAPI lets pass where it reads bodies.
                raise HTTPException(PayloadTooLarge.status)
            return message

        await self.app(scope, limited, send)
