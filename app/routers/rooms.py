"""Routes for rooms."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.models.rooms import RoomPage, RoomQuery
from app.routers.answers import answer_with
from app.routers.dependencies import Asked, services
from app.routers.describe import answers, asks, of_lists
from app.routers.route import StrictRoute

__all__ = ["router"]

router = APIRouter(prefix="/v1/rooms", tags=["rooms"], route_class=StrictRoute)


@router.get(
    "",
    responses=answers(RoomPage, of_lists),
    openapi_extra=asks("Cache-Control", "If-None-Match"),
)
async def list_rooms(
    request: Request, asked: Asked, wanted: Annotated[RoomQuery, Query()]
) -> Response:
    """List the rooms of the tenant.

    When one is free is told by `free-busy`, by its address.
    """
    answer = await services(request).rooms.list_rooms(asked, wanted)
    return answer_with(request, answer)
