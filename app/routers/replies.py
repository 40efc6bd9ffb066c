"""Routes that answer and forward messages."""

from typing import Any

from fastapi import APIRouter, Request, Response

from app.models.mail import Message
from app.models.replies import Forward, Reply
from app.routers.answers import created_at
from app.routers.dependencies import Intended, Where, services
from app.routers.describe import asks, of_bodies
from app.routers.parameters import MessageId
from app.routers.route import StrictRoute
from app.routers.sending import sending, told
from app.services.mail.reply_drafts import Wish
from app.services.once import Intent

__all__ = ["router"]

router = APIRouter(
    prefix="/v1/mailboxes/{mailbox}/messages/{message}",
    tags=["messages"],
    route_class=StrictRoute,
)


def _described() -> dict[str, Any]:
    described = sending(200, of_bodies)
    described[201] = {
        "model": Message,
        "description": "The draft that was kept: `send` is false.",
    }
    return {
        "responses": dict(sorted(described.items())),
        "openapi_extra": asks("Idempotency-Key"),
    }


@router.post("/reply", **_described())
async def reply_to_message(
    request: Request,
    where: Where,
    message: MessageId,
    reply: Reply,
    intent: Intended,
) -> Response:
    """Answer who wrote a message.

    The message is quoted below `body`. With `send` it goes out exactly once,
    as everything that is sent here: 200 when it is done, 202 if it goes on,
    and `Location` is where to follow it (see `POST .../sends`). Otherwise it
    is kept as a draft, to be changed, given attachments, and sent later: 201,
    and `Location` is the draft.
    """
    wish = Wish(message, "reply", reply)
    return await _answered(request, where, wish, intent)


@router.post("/reply-all", **_described())
async def reply_to_all(
    request: Request,
    where: Where,
    message: MessageId,
    reply: Reply,
    intent: Intended,
) -> Response:
    """Answer who wrote a message, and all others who got it.

    As the reply to one, with the other recipients of the message.
    """
    wish = Wish(message, "reply-all", reply)
    return await _answered(request, where, wish, intent)


@router.post("/forward", **_described())
async def forward_message(
    request: Request,
    where: Where,
    message: MessageId,
    forward: Forward,
    intent: Intended,
) -> Response:
    """Pass a message on, with what is attached to it.

    As a reply, to those in `to`, `cc` and `bcc`.
    """
    wish = Wish(message, "forward", forward)
    return await _answered(request, where, wish, intent)


async def _answered(
    request: Request, where: Where, wish: Wish, intent: Intent
) -> Response:
    answer = await services(request).replies.answer(where, wish, intent)
    if wish.reply.send:
        return told(request, answer, 200)
    messages = request.url.path.rsplit("/", 2)[0]
    return created_at(request, answer, f"{messages}/{{id}}")
