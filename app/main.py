"""The ASGI application."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.middleware import Middleware

from app import __version__
from app.callers.caller import ANYBODY, Caller, Quota
from app.clock import SystemClock
from app.routers import (
    attachments,
    bulk,
    calendars,
    categories,
    contact_folders,
    contacts,
    docs,
    events,
    folders,
    health,
    mailbox_settings,
    mailboxes,
    meetings,
    messages,
    moves,
    openapi,
    ops,
    overview,
    people,
    problem_answers,
    problems,
    replies,
    rooms,
    rules,
    runbooks,
    scheduling,
    sends,
    status,
    threads,
)
from app.routers.middleware import (
    BodyLimit,
    CallerQuota,
    Cors,
    Disconnect,
    Door,
    Guard,
    Identify,
    IdsInPaths,
    LoopbackOnly,
)
from app.routers.receiving import LARGEST_UPLOAD, is_upload
from app.services.state import AppState
from app.settings import AuthMode, Settings
from app.telemetry.recorder import Telemetry

__all__ = ["create_app"]

_ROUTES = (
    mailboxes,
    overview,
    folders,
    messages,
    bulk,
    moves,
    replies,
    attachments,
    sends,
    threads,
    mailbox_settings,
    calendars,
    events,
    meetings,
    contacts,
    contact_folders,
    categories,
    rules,
    people,
    scheduling,
    rooms,
    problems,
    health,
    ops,
)
_LARGEST_BODY = 4 * 1024 * 1024


class _App(FastAPI):
    """Describes itself more fully than the framework does."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document."""
        return openapi.describe(self)


def create_app(
    settings: Settings,
    telemetry: Telemetry,
    state: AbstractAsyncContextManager[AppState],
    *,
    identify: Identify | None = None,
) -> FastAPI:
    """Build the app around an assembled state.

    Args:
        settings: The configuration.
        telemetry: Where signals go.
        state: What requests share; entered when the app starts.
        identify: Tells who makes a request; by default everybody is one
            caller, without a quota in mode ``none``.
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, AppState]]:
        async with state as shared:
            yield {"exchange": shared}

    app = _App(
        title="Exchange API",
        version=__version__,
        lifespan=lifespan,
        middleware=_middleware(
            settings, telemetry, identify or _everybody(settings)
        ),
        redirect_slashes=False,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        # Spans and metrics of requests come from the instrumentation.
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
        },
    )
    for module in _ROUTES:
        # As they are: to include them would derive each of them anew.
        app.router.routes.extend(module.router.routes)
    docs.install(app)
    app.include_router(runbooks.router)
    app.include_router(status.router)
    problem_answers.install(
        app, [route for module in _ROUTES for route in module.router.routes]
    )
    return app


def _middleware(
    settings: Settings, telemetry: Telemetry, identify: Identify
) -> list[Middleware]:
    """Return what every request passes, outermost first."""
    clock = SystemClock()
    passed = [
        Middleware(Door, clock=clock, telemetry=telemetry),
        Middleware(Disconnect),
        Middleware(
            Guard,
            clock=clock,
            telemetry=telemetry,
            most_in_flight=settings.limits.requests_in_flight,
        ),
        Middleware(CallerQuota, identify=identify),
    ]
    if settings.cors_origins:
        passed.insert(2, Middleware(Cors, origins=settings.cors_origins))
    if settings.auth_mode is AuthMode.NONE:
        passed.append(Middleware(LoopbackOnly, origins=settings.cors_origins))
    passed.append(
        Middleware(
            BodyLimit,
            most_bytes=_LARGEST_BODY,
            is_upload=is_upload,
            largest_upload=LARGEST_UPLOAD,
        )
    )
    passed.append(Middleware(IdsInPaths))
    return passed


def _everybody(settings: Settings) -> Identify:
    """Take all for one caller, as long as nobody has to say who they are."""
    caller = ANYBODY
    if settings.auth_mode is not AuthMode.NONE:
        quota = settings.quota
        caller = Caller(
            name=ANYBODY.name,
            quota=Quota(
                requests=quota.requests,
                window=quota.window,
                concurrency=quota.concurrency,
            ),
        )
    return lambda _scope: caller
