"""Routes for the status page, and for the stream that keeps it live."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.routers.dependencies import services
from app.routers.guarded import GuardedRoute
from app.routers.ops import Operator
from app.routers.status.page import PAGE, POLICY
from app.routers.status.stream import EventStream

__all__ = ["router"]

router = APIRouter(
    prefix="/status", include_in_schema=False, route_class=GuardedRoute
)


@router.get("")
async def status_page() -> Response:
    """Show how the service is, to people."""
    headers = {
        "Cache-Control": "no-cache",
        "Content-Security-Policy": POLICY,
    }
    return Response(PAGE, headers=headers, media_type="text/html")


@router.get("/stream")
async def status_stream(
    request: Request,
    _who: Operator,
    tenant: Annotated[str | None, Query()] = None,
) -> Response:
    """Tell the page what changes, once a second, for as long as it listens.

    With a tenant the charts are of that one only.
    """
    return EventStream(services(request).status.watch(tenant))
