"""Who calls."""

from starlette.types import ASGIApp, Receive, Scope, Send

from app.callers.identity import Authenticate, Credentials
from app.routers.middleware.base import HttpMiddleware
from app.routers.scope import notes_of

__all__ = ["Authentication"]

# What explains the service to people, and tells orchestrators that it lives.
_OPEN = {"/docs", "/openapi.json", "/problems", "/redoc", "/runbooks"}
_OPEN |= {"/health/live", "/health/ready", "/status"}
_OPEN_BELOW = ("/docs/", "/problems/", "/runbooks/", "/status/assets/")


class Authentication(HttpMiddleware):
    """Finds out who calls; who does not show it gets no further.

    What is open to all is listed here, so that whatever is added later is
    closed, and a path that does not exist looks like one that does.
    """

    def __init__(
        self, app: ASGIApp, authenticate: Authenticate | None = None
    ) -> None:
        super().__init__(app)
        self._authenticate = authenticate

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its caller, or refuse it."""
        if not _is_open(scope["path"]):
            await self.identify(scope)
        await self.app(scope, receive, send)

    async def identify(self, scope: Scope) -> None:
        """Note down who calls.

        Raises:
            ExchangeError: See `Authenticate`.
        """
        authenticate: Authenticate = (
            self._authenticate or scope["state"]["exchange"].authenticate
        )
        notes = notes_of(scope)
        headers = notes.headers
        notes.identity = await authenticate(
            Credentials(
                authorization=tuple(headers.getlist("authorization")),
                api_key=tuple(headers.getlist("x-api-key")),
            )
        )
        notes.caller = notes.identity.caller.name


def _is_open(path: str) -> bool:
    return path in _OPEN or path.startswith(_OPEN_BELOW)
