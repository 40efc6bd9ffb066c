"""Routes for writing and sending at once."""

from fastapi import APIRouter, Request, Response

from app.models.compose import Compose
from app.models.sends import Send
from app.routers.answers import created_at
from app.routers.dependencies import Intended, Where, services
from app.routers.describe import (
    answers,
    asks,
    goes_on,
    of_bodies,
    of_mailboxes,
    of_posts,
)
from app.routers.messages import of_sends
from app.routers.route import StrictRoute

__all__ = ["router"]

router = APIRouter(
    prefix="/v1/mailboxes/{mailbox}/sends",
    tags=["sends"],
    route_class=StrictRoute,
)


@router.post(
    "",
    status_code=201,
    responses=goes_on(
        answers(Send, of_mailboxes, of_posts, of_bodies, of_sends, status=201)
    ),
    openapi_extra=asks("Idempotency-Key"),
)
async def send_message(
    request: Request, where: Where, message: Compose, intent: Intended
) -> Response:
    """Write a message and send it, once.

    Whatever Graph does in between (a 504 for mail that was sent, a broken
    connection), the message is in Sent Items once, or the answer says that
    it was not sent. Only when Graph cannot be asked in time is the outcome
    `unknown`; then repeat the request with the same `Idempotency-Key`.
    """
    answer = await services(request).sends.compose(where, message, intent)
    place = request.url.path.removesuffix("/sends")
    return created_at(request, answer, f"{place}/messages/{{id}}")
