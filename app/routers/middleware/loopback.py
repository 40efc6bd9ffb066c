"""Without authentication, only this machine is served."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.problems.refusals import MalformedRequest
from app.routers.middleware.base import HttpMiddleware
from app.settings.fields import is_loopback

__all__ = ["LoopbackOnly"]

_HOST = re.compile(r"(\[[^\]]*\]|[^:]*)(?::[0-9]*)?")
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class LoopbackOnly(HttpMiddleware):
    """Serves only who asks for this machine by a name of its own.

    Otherwise a page from the Internet could reach the service through the
    browser of whoever runs it, by a host name that resolves to 127.0.0.1
    (DNS rebinding). Nor may such a page set anything off by a form or a
    request without a body, which browsers send without asking first.
    """

    def __init__(self, app: ASGIApp, *, origins: Sequence[str] = ()) -> None:
        super().__init__(app)
        self._origins = set(origins)

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        self.check(scope)
        await self.app(scope, receive, send)

    def check(self, scope: Scope) -> None:
        """Let pass who asks for this machine.

        Raises:
            MalformedRequest: It is another one that is asked for.
        """
        hosts = Headers(scope=scope).getlist("host")
        host = hosts[0] if len(hosts) == 1 else ""
        found = _HOST.fullmatch(host)
        if scope["method"] not in _SAFE_METHODS:
            self._check_origin(Headers(scope=scope).getlist("origin"))
        if found is None or not is_loopback(found[1]):
            raise MalformedRequest(
                "Without authentication only loopback hosts are served."
            )

    def _check_origin(self, origins: Sequence[str]) -> None:
        for origin in origins:
            if origin not in self._origins and not _is_own(origin):
                raise MalformedRequest(
                    "A page from elsewhere may not change anything here."
                )


def _is_own(origin: str) -> bool:
    try:
        return is_loopback(urlsplit(origin).hostname or "")
    except ValueError:
        return False
