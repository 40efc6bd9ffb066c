"""Ids in paths."""

from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["IdsInPaths"]


class IdsInPaths:
    """Keeps a slash in an id apart from one that divides the path.

    Ids of Exchange may contain ``/``. ASGI servers decode ``%2F`` before
    routes are matched; here it stays encoded until the parameter is read
    (`app.routers.parameters.decoded`).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Pass the request on."""
        raw = scope.get("raw_path") or b""
        if b"%2" in raw:
            kept = raw.replace(b"%25", b"%2525")
            kept = kept.replace(b"%2F", b"%252F").replace(b"%2f", b"%252F")
            path = unquote_to_bytes(kept).decode("utf-8", "replace")
            # In place: what is outside looks up the route in this scope.
            scope["path"] = path
        await self._app(scope, receive, send)
