"""Routes that put messages into other folders."""

from fastapi import APIRouter, Request, Response

from app.models.mail import Message
from app.models.moves import Destination
from app.routers.answers import answer_with, created_at
from app.routers.dependencies import Intended, Where, services
from app.routers.describe import (
    answers,
    asks,
    of_bodies,
    of_mailboxes,
    of_posts,
)
from app.routers.parameters import MessageId
from app.routers.route import StrictRoute

__all__ = ["router"]

router = APIRouter(
    prefix="/v1/mailboxes/{mailbox}/messages/{message}",
    tags=["messages"],
    route_class=StrictRoute,
)


@router.post(
    "/move",
    responses=answers(Message, of_mailboxes, of_posts, of_bodies),
    openapi_extra=asks("Idempotency-Key"),
)
async def move_message(
    request: Request,
    where: Where,
    message: MessageId,
    to: Destination,
    intent: Intended,
) -> Response:
    """Move a message to a folder; its id stays the same."""
    answer = await services(request).moves.move_message(
        where, message, to, intent
    )
    return answer_with(request, answer)


@router.post(
    "/copy",
    status_code=201,
    responses=answers(Message, of_mailboxes, of_posts, of_bodies, status=201),
    openapi_extra=asks("Idempotency-Key"),
)
async def copy_message(
    request: Request,
    where: Where,
    message: MessageId,
    to: Destination,
    intent: Intended,
) -> Response:
    """Copy a message to a folder; the copy has an id of its own.

    When Graph does not say whether it made the copy, the folder is compared
    with what was in it before.
    """
    answer = await services(request).moves.copy_message(
        where, message, to, intent
    )
    messages = request.url.path.rsplit("/", 2)[0]
    return created_at(request, answer, f"{messages}/{{id}}")
