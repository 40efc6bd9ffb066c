"""Without authentication, only this machine is served."""

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from app.problems.refusals import MalformedRequest
from app.routers.middleware.base import HttpMiddleware
from app.settings.fields import is_loopback

__all__ = ["LoopbackOnly"]


class LoopbackOnly(HttpMiddleware):
    """Serves only who asks for this machine by a name of its own.

    Otherwise a page from the Internet could reach the service through the
    browser of whoever runs it, by a host name that resolves to 127.0.0.1
    (DNS rebinding).
    """

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        hosts = Headers(scope=scope).getlist("host")
        host = hosts[0] if len(hosts) == 1 else ""
        name = host if host.endswith("]") else host.rsplit(":", 1)[0]
        if not is_loopback(name):
            raise MalformedRequest(
                "Without authentication only loopback hosts are served."
            )
        await self.app(scope, receive, send)
