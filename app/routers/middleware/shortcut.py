"""The short way of reads."""

from collections.abc import Iterable

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.problems.errors import ExchangeError
from app.routers.dependencies import services
from app.routers.middleware.base import HttpMiddleware
from app.routers.paths import Paths
from app.routers.problem_answers import refusal
from app.routers.route import StrictRoute

__all__ = ["Shortcut"]


class Shortcut(HttpMiddleware):
    """Takes reads straight to their endpoints.

    A kept answer is ready to be sent, so that what costs is to find out what
    was asked. Here that is a walk along the path and what `Read` knows of the
    endpoint. Whatever is unusual about a request has it go on, the long way,
    which tells its caller what was wrong: here nothing is refused but what
    the endpoint itself refuses.
    """

    def __init__(self, app: ASGIApp, routes: Iterable[StrictRoute]) -> None:
        super().__init__(app)
        self._paths = Paths(routes)

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request here if it is a plain read, or pass it on."""
        request = Request(scope, receive, send)
        read, in_path = self._paths.find(scope["path"])
        understood = None
        if read is not None and scope["method"] == "GET":
            understood = read.understand(request, in_path)
        if read is None or understood is None:
            await self.app(scope, receive, send)
            return
        scope["route"], scope["path_params"] = read.route, in_path
        try:
            response = await read.answer(request, understood)
        except ExchangeError as error:
            error.age(services(request).clock.now())
            response = refusal(scope, error)
        await response(scope, receive, send)
