"""Routes for mailboxes."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.models.mailboxes import Mailbox, MailboxPage
from app.models.queries import MailboxQuery
from app.routers.answers import answer_with
from app.routers.dependencies import Asked, Where, services
from app.routers.describe import (
    answers,
    asks,
    of_lists,
    of_mailboxes,
    of_reads,
)
from app.routers.route import StrictRoute

__all__ = ["router"]

router = APIRouter(
    prefix="/v1/mailboxes", tags=["mailboxes"], route_class=StrictRoute
)


@router.get(
    "",
    responses=answers(MailboxPage, of_lists),
    openapi_extra=asks("Cache-Control", "If-None-Match"),
)
async def list_mailboxes(
    request: Request,
    asked: Asked,
    wanted: Annotated[MailboxQuery, Query()],
) -> Response:
    """List the mailboxes of the directory."""
    answer = await services(request).mailboxes.list_mailboxes(asked, wanted)
    return answer_with(request, answer)


@router.get(
    "/{mailbox}",
    responses=answers(Mailbox, of_mailboxes, of_reads),
    openapi_extra=asks("Cache-Control", "If-None-Match"),
)
async def get_mailbox(request: Request, where: Where) -> Response:
    """Get a mailbox: whose it is, its addresses, language and time zone."""
    return answer_with(
        request, await services(request).mailboxes.get_mailbox(where)
    )
