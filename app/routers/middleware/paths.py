"""Ids in paths."""

from urllib.parse import unquote_to_bytes

from starlette.types import Receive, Scope, Send

from app.routers.middleware.base import HttpMiddleware

__all__ = ["IdsInPaths", "path_of"]


class IdsInPaths(HttpMiddleware):
    """Keeps a slash in an id apart from one that divides the path.

    Ids of Exchange may contain ``/``. ASGI servers decode ``%2F`` before
    routes are matched; here it stays encoded until the parameter is read
    (`app.routers.parameters.decoded`).
    """

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        # In place: what is outside looks up the route in this scope.
        scope["path"] = path_of(scope)
        await self.app(scope, receive, send)


def path_of(scope: Scope) -> str:
    """Return the path of a request, with ids as they were sent."""
    raw: bytes = scope.get("raw_path") or b""
    path: str = scope["path"]
    if b"%2" in raw:
        kept = raw.replace(b"%25", b"%2525")
        kept = kept.replace(b"%2F", b"%252F").replace(b"%2f", b"%252F")
        path = unquote_to_bytes(kept).decode("utf-8", "replace")
    return path
