"""The short way of reads."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import NamedTuple, TypeVar

from fastapi import Request, Response
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.callers.quotas import Visit
from app.problems.prepared import Prepared
from app.routers.middleware.authentication import Authentication
from app.routers.middleware.base import HttpMiddleware
from app.routers.middleware.cors import Cors
from app.routers.middleware.disconnect import Disconnect, Line
from app.routers.middleware.door import Door
from app.routers.middleware.guard import Guard
from app.routers.middleware.loopback import LoopbackOnly
from app.routers.middleware.paths import path_of
from app.routers.middleware.quota import CallerQuota
from app.routers.outgoing import outgoing_of
from app.routers.paths import Paths
from app.routers.reads import Arguments, Read
from app.routers.route import StrictRoute
from app.routers.scope import notes_of
from app.telemetry.logs import bound_request

__all__ = ["ShortWay"]

M = TypeVar("M", bound=HttpMiddleware)
_Header = tuple[bytes, bytes]


class ShortWay(HttpMiddleware):
    """Takes plain reads through all that requests pass, in one go.

    A kept answer is ready to be sent, so that what costs is the way to it: a
    dozen apps around each other, each with its own idea of what is sent. Here
    the same parts do the same in the same order, one after another, and the
    endpoint is called with what `Read` knows of it. `Head`, `IdsInPaths`,
    `Audit` and `BodyLimit` have nothing to do for one. Whatever is unusual
    about a request has it go the long way, which tells its caller what was
    wrong.
    """

    def __init__(self, app: ASGIApp, routes: Iterable[StrictRoute]) -> None:
        super().__init__(app)
        self._paths = Paths(routes)
        passed = list(_passed(app))
        self._door = _the(Door, passed)
        self._disconnect = _the(Disconnect, passed)
        self._guard = _the(Guard, passed)
        self._authentication = _the(Authentication, passed)
        self._quota = _the(CallerQuota, passed)
        loopback = [one for one in passed if isinstance(one, LoopbackOnly)]
        self._loopback = loopback[0] if loopback else None
        self._has_cors = any(isinstance(one, Cors) for one in passed)

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request here if it is a plain read, or pass it on."""
        path = path_of(scope)
        read, in_path = self._paths.find(path)
        if read is None or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        notes = self._door.open(scope)
        from_page = self._has_cors and "origin" in notes.headers
        understood = None if from_page else read.understand(scope, in_path)
        if understood is None:
            await self.app(scope, receive, send)
            return
        scope["path"] = path
        scope["route"], scope["path_params"] = read.route, in_path

        asked = _Asked(scope, send, read, understood)
        answer = partial(self._answer, asked)
        with bound_request(notes.request_id):
            try:
                await self._disconnect.read(scope, Line(receive, send), answer)
            finally:
                self._door.close(scope, notes)

    async def _answer(self, asked: "_Asked", line: Line) -> None:
        """Answer a read, or explain why there is no answer."""
        scope, visit = asked.scope, None
        try:
            self._guard.admit(scope)
            try:
                await self._guard.turn()
                if self._loopback is not None:
                    self._loopback.check(scope)
                await self._authentication.identify(scope)
                with self._quota.visit(scope) as visit:
                    request = Request(scope, line.receive)
                    response = await asked.read.answer(
                        request, asked.arguments
                    )
                    await self._tell(asked, response, visit, line)
            finally:
                self._guard.leave()
        except ClientDisconnect:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is
            refused = self._guard.explain(scope, error)
            await self._tell(asked, refused, visit, line)

    async def _tell(
        self,
        asked: "_Asked",
        response: Response,
        visit: Visit | None,
        line: Line,
    ) -> None:
        """Send an answer: in one go if all of it is there."""
        scope = asked.scope
        outgoing = outgoing_of(scope)
        if (
            isinstance(response, Prepared)
            and outgoing is not None
            and outgoing.is_ready()
        ):
            status, given = response.status_code, response.raw_headers
            headers = self._head(asked, status, given, visit)
            outgoing.answer(status, headers, bytes(response.body))
            line.end()
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                status, given = message["status"], message["headers"]
                message["headers"] = self._head(asked, status, given, visit)
            line.note(message)
            await asked.send(message)

        await response(scope, line.receive, told)

    def _head(
        self,
        asked: "_Asked",
        status: int,
        given: Iterable[_Header],
        visit: Visit | None,
    ) -> list[_Header]:
        """Return the headers of an answer that begins, with what it cost."""
        if visit is not None:
            visit.settle()
        return self._door.head(status, given, notes_of(asked.scope))


class _Asked(NamedTuple):
    """Which read is asked for, and for what."""

    scope: Scope
    send: Send
    read: Read
    arguments: Arguments


def _passed(app: ASGIApp) -> Iterator[object]:
    """Yield what requests pass on the long way."""
    while isinstance(app, HttpMiddleware | Cors):
        yield app
        app = app.app


def _the(kind: type[M], passed: Iterable[object]) -> M:
    """Return the one of its kind."""
    return next(one for one in passed if isinstance(one, kind))
