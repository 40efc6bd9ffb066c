"""Routes for the status page, and for the stream that keeps it live."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.routers.dependencies import services
from app.routers.guarded import GuardedRoute
from app.routers.ops import Operator
from app.routers.status.page import page_for
from app.routers.status.stream import EventStream

__all__ = ["router"]

router = APIRouter(
    prefix="/status", include_in_schema=False, route_class=GuardedRoute
)


@router.get("")
async def status_page(request: Request) -> Response:
    """Show how the service is, to people.

    The page is for all, and what it shows for those who sign in on it.
    """
    page = page_for(services(request).sign_in)
    headers = {
        "Cache-Control": "no-cache",
        "Content-Security-Policy": page.policy,
    }
    return Response(page.text, headers=headers, media_type="text/html")


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
