"""The ASGI application."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.middleware import Middleware

from app import __version__
from app.callers.identity import Authenticate
from app.clock import Clock, SystemClock
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
    Audit,
    Authentication,
    BodyLimit,
    CallerQuota,
    Cors,
    Disconnect,
    Door,
    Guard,
    Head,
    IdsInPaths,
    LoopbackOnly,
    ShortWay,
)
from app.routers.middleware.room import Room
from app.routers.observed import ObservedApp
from app.routers.paths import Paths
from app.routers.receiving import LARGEST_UPLOAD, is_upload
from app.routers.refusals import Refusals
from app.routers.route import StrictRoute
from app.routers.wording import Wording
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
_PAGES = (docs, runbooks, status)
_LARGEST_BODY = 4 * 1024 * 1024


class _App(ObservedApp):
    """Describes itself more fully than the framework does."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document."""
        return openapi.describe(self)


def create_app(
    settings: Settings,
    telemetry: Telemetry,
    state: AbstractAsyncContextManager[AppState],
    *,
    authenticate: Authenticate | None = None,
) -> ObservedApp:
    """Build the app around an assembled state.

    Args:
        settings: The configuration.
        telemetry: Where signals go.
        state: What requests share; entered when the app starts.
        authenticate: Tells who makes a request; as the settings have it by
            default.
    """
    clock = SystemClock()
    room = Room(
        settings.limits.requests_in_flight, clock=clock, telemetry=telemetry
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        async with state as shared:
            refusals = Refusals(
                room,
                Wording(clock, telemetry),
                paths=Paths(_reads()),
                history=shared.status.history,
                telemetry=telemetry,
            )
            yield {"exchange": shared, "refusals": refusals}
            refusals.tell()

    app = _App(
        title="Exchange API",
        version=__version__,
        lifespan=lifespan,
        middleware=_middleware(
            settings, telemetry, authenticate, clock=clock, room=room
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
    app.mount(docs.ASSETS, docs.assets())
    for module in (*_ROUTES, *_PAGES):
        # As they are: to include them would derive each of them anew.
        app.router.routes.extend(module.router.routes)
    problem_answers.install(
        app, [route for module in _ROUTES for route in module.router.routes]
    )
    return app


def _reads() -> list[StrictRoute]:
    """Return what could be read by the short way."""
    return [
        route
        for module in _ROUTES
        for route in module.router.routes
        if isinstance(route, StrictRoute)
        and route.methods == {"GET"}
        # The rest is open to all, or never refused.
        and route.path.startswith("/v1/")
    ]


def _middleware(
    settings: Settings,
    telemetry: Telemetry,
    authenticate: Authenticate | None,
    *,
    clock: Clock,
    room: Room,
) -> list[Middleware]:
    """Return what every request passes, outermost first."""
    passed = [
        Middleware(ShortWay, routes=_reads()),
        Middleware(Head),
        Middleware(Door, clock=clock, telemetry=telemetry),
        Middleware(IdsInPaths),
        Middleware(Audit, telemetry=telemetry),
        Middleware(Disconnect),
    ]
    if settings.cors_origins:
        passed.append(Middleware(Cors, origins=settings.cors_origins))
    passed.append(
        Middleware(Guard, clock=clock, telemetry=telemetry, room=room)
    )
    if settings.auth_mode is AuthMode.NONE:
        passed.append(Middleware(LoopbackOnly, origins=settings.cors_origins))
    passed += [
        Middleware(Authentication, authenticate=authenticate),
        Middleware(CallerQuota),
        Middleware(
            BodyLimit,
            most_bytes=_LARGEST_BODY,
            clock=clock,
            is_upload=is_upload,
            largest_upload=LARGEST_UPLOAD,
        ),
    ]
    return passed
