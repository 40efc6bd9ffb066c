"""HEAD is GET without the content (RFC 9110 §9.3.2)."""

from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from app.routers.middleware.base import HttpMiddleware

__all__ = ["Head"]


class Head(HttpMiddleware):
    """Serves HEAD as GET; servers leave the content away by themselves."""

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, as a GET if it is a HEAD."""
        if scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        asked = {**scope, "method": "GET"}

        async def told(message: Message) -> None:
            if not message.get("more_body", False):
                await send(message)
                return
            await send({"type": message["type"], "body": b""})
            # What flows is not fetched for nobody.
            raise ClientDisconnect

        try:
            await self.app(asked, receive, told)
        finally:
            # What is outside looks up the route here.
            scope.update({**asked, "method": "HEAD"})
