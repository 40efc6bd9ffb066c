"""Route for the overview of a mailbox."""

from fastapi import APIRouter, Request, Response

from app.models.overview import Overview
from app.routers.answers import answer_with
from app.routers.dependencies import Where, services
from app.routers.describe import answers, asks, of_mailboxes
from app.routers.route import StrictRoute

__all__ = ["router"]

router = APIRouter(
    prefix="/v1/mailboxes/{mailbox}/overview",
    tags=["mailboxes"],
    route_class=StrictRoute,
)


@router.get(
    "",
    responses=answers(Overview, of_mailboxes),
    openapi_extra=asks("Cache-Control", "If-None-Match"),
)
async def get_overview(request: Request, where: Where) -> Response:
    """Get what a mailbox is like at a glance.

    Parts fail by themselves: each tells whether it is `ok`, `stale` or
    `unavailable`, and in that case why. Stale parts are up to a day old.
    """
    return answer_with(
        request, await services(request).overview.get_overview(where)
    )
