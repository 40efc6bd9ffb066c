"""Routes for health."""

from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from app.models.health import Health
from app.problems.documents import documented
from app.problems.registry import ANY_CALLER, ANY_REQUEST
from app.routers.dependencies import services
from app.routers.route import StrictRoute

__all__ = ["router"]

_MEDIA_TYPE = "application/health+json"
_DOCUMENTED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Well, or well enough.",
        "content": {
            _MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Health"}}
        },
    }
}

_NOT_READY = documented(ANY_REQUEST)
_NOT_READY[503]["content"][_MEDIA_TYPE] = _DOCUMENTED[200]["content"][
    _MEDIA_TYPE
]

router = APIRouter(
    prefix="/health",
    tags=["health"],
    route_class=StrictRoute,
    default_response_class=Response,
)


@router.get("/live", responses=_DOCUMENTED | documented(ANY_REQUEST))
async def live(request: Request) -> Response:
    """Tell whether the process is alive. Restart it if not."""
    return _report(services(request).health.live())


@router.get("/ready", responses=_DOCUMENTED | _NOT_READY)
async def ready(request: Request) -> Response:
    """Tell whether traffic should come: 503 if no tenant can be served."""
    return _report(services(request).health.ready())


@router.get(
    "/exchange", responses=_DOCUMENTED | documented(ANY_REQUEST, ANY_CALLER)
)
async def exchange(request: Request) -> Response:
    """Tell how Graph and Entra ID have been doing for each tenant.

    It is measured from traffic. A tenant of which nothing was heard for half
    a minute is probed meanwhile; ask again for what came of that.
    """
    return _report(services(request).health.exchange())


def _report(health: Health) -> Response:
    status = 503 if health["status"] == "fail" else 200
    return Response(
        msgspec.json.encode(health),
        status,
        {"Cache-Control": "no-store"},
        media_type=_MEDIA_TYPE,
    )
