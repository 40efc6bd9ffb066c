"""Nothing leaves the service but answers and problem documents."""

from starlette.types import ASGIApp, Receive, Scope, Send

from app.problems.errors import ExchangeError
from app.problems.failures import InternalError, ServiceOverloaded
from app.routers.middleware.base import HttpMiddleware
from app.routers.problem_answers import refusal
from app.routers.scope import notes_of, route_template
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.events import INTERNAL_ERROR, SHED

__all__ = ["Guard"]

_COME_BACK = 1.0
_HEALTH = "/health/"


class Guard(HttpMiddleware):
    """Refuses what is too much, and explains what nobody thought of.

    When too many requests are being served, more are refused at once,
    except about the health of the service.
    """

    def __init__(
        self, app: ASGIApp, *, telemetry: Telemetry, most_in_flight: int
    ) -> None:
        super().__init__(app)
        self._telemetry = telemetry
        self._most_in_flight = most_in_flight
        self._in_flight = 0

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        self._in_flight += 1
        try:
            self._shed(scope)
            await self.app(scope, receive, send)
        except Exception as error:
            if not isinstance(error, ExchangeError):
                self._log(scope, error)
            if notes_of(scope).status is not None:
                # Too late for a document: the connection is cut instead.
                raise
            problem = (
                error if isinstance(error, ExchangeError) else InternalError()
            )
            await refusal(scope, problem)(scope, receive, send)
        finally:
            self._in_flight -= 1

    def _shed(self, scope: Scope) -> None:
        if self._in_flight <= self._most_in_flight:
            return
        if scope["path"].startswith(_HEALTH):
            return
        self._telemetry.log(SHED, in_flight=self._in_flight)
        raise ServiceOverloaded(retry_after=_COME_BACK)

    def _log(self, scope: Scope, error: Exception) -> None:
        """Log where it happened; its text may hold what no log should."""
        self._telemetry.log(
            INTERNAL_ERROR,
            method=scope["method"],
            route=route_template(scope),
            error=type(error).__name__,
            where=_innermost_line(error),
        )


def _innermost_line(error: Exception) -> str | None:
    found = None
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__", "")
        if name.startswith("app."):
            found = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found
