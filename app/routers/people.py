"""Routes for the people around a mailbox."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.models.people import PeopleQuery, PersonPage
from app.routers.answers import answer_with
from app.routers.dependencies import Where, services
from app.routers.describe import answers, asks, of_lists, of_mailboxes
from app.routers.route import StrictRoute

__all__ = ["router"]

router = APIRouter(
    prefix="/v1/mailboxes/{mailbox}/people",
    tags=["people"],
    route_class=StrictRoute,
)


@router.get(
    "",
    responses=answers(PersonPage, of_mailboxes, of_lists),
    openapi_extra=asks("Cache-Control", "If-None-Match"),
)
async def list_people(
    request: Request, where: Where, wanted: Annotated[PeopleQuery, Query()]
) -> Response:
    """List or find people whom the owner deals with, the closest first.

    They are colleagues, who writes to them, and the address book: whom to
    propose while an address is being typed.
    """
    answer = await services(request).people.list_people(where, wanted)
    return answer_with(request, answer)
