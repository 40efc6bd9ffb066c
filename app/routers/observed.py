"""An app whose requests are traced and measured."""

from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from app.routers.middleware.base import HttpMiddleware
from app.routers.scope import route_template, status_sent
from app.telemetry.server import ServerSignals

__all__ = ["NOT_OBSERVED", "ObservedApp"]

NOT_OBSERVED = ("/health/live", "/health/ready", "/status/stream")
"""Asked every few seconds, by machines; and a stream that lasts for hours."""

_READS = {"GET", "HEAD"}
_API = "/v1/"


class ObservedApp(FastAPI):
    """Measures all requests, and traces those that are made most.

    The spans of all others come from OpenTelemetry's instrumentation, if it
    is set to work on the app. For reads it would cost more than a kept answer
    does: they go past it, into the same chain of middleware.

    Attributes:
        signals: What records requests; None if none are recorded.
        has_library: Whether the instrumentation is set to work.
    """

    def __init__(self, **options: Any) -> None:
        self.signals: ServerSignals | None = None
        self.has_library = False
        self._chain: Any = None
        super().__init__(**options)

    def build_middleware_stack(self) -> ASGIApp:
        """Return the chain of middleware; others may wrap it.

        What FastAPI puts before ours has nothing to do for reads: they have
        no body, and `Guard` sees to errors.
        """
        whole = super().build_middleware_stack()
        self._chain = whole
        while not isinstance(self._chain, HttpMiddleware):
            self._chain = vars(self._chain)["app"]
        return whole

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Serve a request, and tell of it."""
        is_read = (
            scope["type"] == "http"
            and scope["method"] in _READS
            and scope["path"].startswith(_API)
        )
        served: ASGIApp = super().__call__
        if is_read and self._chain is not None:
            scope["app"], served = self, self._chain.serve
        if (
            self.signals is None
            or scope["type"] != "http"
            or scope["path"] in NOT_OBSERVED
        ):
            await served(scope, receive, send)
            return
        has_span = self.has_library and not is_read
        request = self.signals.begin(scope, has_span=has_span)
        error: Exception | None = None
        try:
            await served(scope, receive, send)
        except Exception as e:
            error = e
            raise
        finally:
            request.end(status_sent(scope), route_template(scope), error)
