"""Which pages may call the service from a browser."""

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.problems.refusals import MalformedRequest
from app.routers.problem_answers import refusal

__all__ = ["Cors"]

_EXPOSED = (
    *("Accept-Ranges", "Age", "Allow", "Cache-Status", "Content-Disposition"),
    *("Content-Range", "ETag", "Exchange-Freshness", "Exchange-Graph-Calls"),
    *("Idempotent-Replayed", "Link", "Location", "Preference-Applied"),
    *("RateLimit", "RateLimit-Policy", "Retry-After", "Server-Timing"),
    *("WWW-Authenticate", "X-Request-ID"),
)
_REFUSED = 400


class Cors(CORSMiddleware):
    """CORS as Starlette does it, but refusing with problem documents."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["*"],
            expose_headers=_EXPOSED,
            max_age=600,
        )

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer a preflight, or let the request pass."""
        try:
            await super().__call__(scope, receive, send)
        except _PreflightRefused as refused:
            error = MalformedRequest(str(refused))
            await refusal(scope, error)(scope, receive, send)

    def preflight_response(self, request_headers: Headers) -> Response:
        """Return the answer to a preflight."""
        response = super().preflight_response(request_headers)
        if response.status_code == _REFUSED:
            raise _PreflightRefused(bytes(response.body).decode())
        return response


class _PreflightRefused(Exception):
    """The origin, method or header is not allowed."""
