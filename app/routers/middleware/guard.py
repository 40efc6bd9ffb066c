"""Nothing leaves the service but answers and problem documents."""

from collections.abc import Awaitable
from random import uniform

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.clock import Clock
from app.problems.errors import ExchangeError, Outcome
from app.problems.failures import InternalError, ServiceOverloaded
from app.routers.middleware.admission import come_back_in, criticality_of
from app.routers.middleware.base import HttpMiddleware
from app.routers.middleware.room import Room
from app.routers.problem_answers import refusal
from app.routers.scope import notes_of, route_template
from app.telemetry.places import innermost_line
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.events import INTERNAL_ERROR

__all__ = ["CutShort", "Guard"]

# What people and orchestrators look at while there is too much to do.
_ALWAYS = ("/health/", "/ops", "/runbooks", "/status")


class CutShort(Exception):
    """An answer had begun and cannot be finished.

    It stands for whatever happened: servers and tracers write the text of
    what they are left with, and that may hold what no log should.
    """


class Guard(HttpMiddleware):
    """Refuses what is too much, and explains what nobody thought of.

    When too many requests are being served, more are refused at once, what
    can wait before what cannot. Health is told always, and operators are let
    in: they are not counted and wait for nobody's turn.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        clock: Clock,
        telemetry: Telemetry,
        room: Room,
    ) -> None:
        super().__init__(app)
        self._clock = clock
        self._telemetry = telemetry
        self._room = room

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        try:
            if scope["path"].startswith(_ALWAYS):
                await self.app(scope, receive, send)
            else:
                await self._admitted(scope, receive, send)
        except ClientDisconnect:
            # It left before it had said what it wants: no fault of ours.
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is
            refused = self.explain(scope, error)
            await refused(scope, receive, send)

    def admit(self, scope: Scope) -> None:
        """Let a request in; whoever calls this must `leave` in the end.

        Raises:
            ServiceOverloaded: There is too much to do.
        """
        criticality = criticality_of(scope["method"], scope["query_string"])
        if not self._room.has_room(criticality):
            self._room.shed(criticality)
            raise ServiceOverloaded(
                retry_after=come_back_in(criticality, uniform)
            )
        notes_of(scope).criticality = criticality
        self._room.take()

    def turn(self) -> Awaitable[None]:
        """Wait until it is the turn of who was admitted last."""
        return self._room.turn()

    def leave(self) -> None:
        """Note that a request that was admitted has ended."""
        self._room.leave()

    def explain(self, scope: Scope, error: Exception) -> Response:
        """Return the problem document for what a request has come to.

        Raises:
            CutShort: It is too late for one.
        """
        if not isinstance(error, ExchangeError):
            self._log(scope, error)
        if notes_of(scope).status is not None:
            # The connection is cut instead.
            raise CutShort from None
        problem = _problem(scope, error)
        # Since Graph said how long to wait, something else may have been
        # tried.
        problem.age(self._clock.now())
        return refusal(scope, problem)

    async def _admitted(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self.admit(scope)
        try:
            await self.turn()
            await self.app(scope, receive, send)
        finally:
            self.leave()

    def _log(self, scope: Scope, error: Exception) -> None:
        """Log where it happened; its text may hold what no log should."""
        self._telemetry.log(
            INTERNAL_ERROR,
            method=scope["method"],
            route=route_template(scope),
            error=type(error).__name__,
            where=innermost_line(error),
        )


def _problem(scope: Scope, error: Exception) -> ExchangeError:
    """Return what to answer; nobody knows what a failed write has done."""
    if isinstance(error, ExchangeError):
        return error
    is_begun = scope["method"] != "GET" and notes_of(scope).costs.graph_calls
    return InternalError(
        outcome=Outcome.UNKNOWN if is_begun else Outcome.NOT_PERFORMED
    )
