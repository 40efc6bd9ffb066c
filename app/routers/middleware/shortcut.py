"""The short way of reads."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.problems.errors import ExchangeError
from app.routers.dependencies import services
from app.routers.middleware.base import HttpMiddleware
from app.routers.problem_answers import refusal
from app.routers.reads import Read

__all__ = ["Shortcut"]


class Shortcut(HttpMiddleware):
    """Takes reads straight to their endpoints.

    A kept answer is ready to be sent, so that what costs is to find out what
    was asked. Here that is a walk along the path and what `Read` knows of the
    endpoint. Whatever is unusual about a request has it go on, the long way,
    which tells its caller what was wrong: here nothing is refused but what
    the endpoint itself refuses.
    """

    def __init__(self, app: ASGIApp, reads: Iterable[Read]) -> None:
        super().__init__(app)
        self._paths = _Paths()
        for read in reads:
            self._paths.add(read)

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request here if it is a plain read, or pass it on."""
        request = Request(scope, receive, send)
        read, in_path = self._find(scope)
        understood = None
        if read is not None:
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

    def _find(self, scope: Scope) -> tuple[Read | None, dict[str, str]]:
        """Return the read that a path leads to, and what stands in it."""
        at, found = self._paths, []
        if scope["method"] != "GET":
            return None, {}
        for segment in scope["path"].split("/"):
            onward = at.literal.get(segment)
            if onward is None:
                if at.anything is None or not segment:
                    return None, {}
                onward = at.anything
                found.append(segment)
            at = onward
        if at.read is None:
            return None, {}
        return at.read, dict(zip(at.read.names_in_path, found, strict=True))


@dataclass(slots=True)
class _Paths:
    """Routes by the segments of their paths.

    A segment that is spelled out goes before one that may be anything, as in
    the order of the routes.
    """

    literal: "dict[str, _Paths]" = field(default_factory=dict)
    anything: "_Paths | None" = None
    read: Read | None = None

    def add(self, read: Read) -> None:
        """Add a route."""
        at = self
        for segment in read.route.path.split("/"):
            if segment.startswith("{"):
                at.anything = at.anything or _Paths()
                at = at.anything
            else:
                at = at.literal.setdefault(segment, _Paths())
        at.read = read
