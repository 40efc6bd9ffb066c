"""Routes for writing and sending at once, and for what was handed in."""

from fastapi import APIRouter, Request, Response

from app.models.compose import Compose
from app.models.sends import Send, SendPatch
from app.problems.refusals import UnsupportedMediaType
from app.routers.answers import answer_with, no_content
from app.routers.dependencies import IfMatch, Intended, Where, services
from app.routers.describe import asks, of_bodies, of_writes
from app.routers.parameters import SendId
from app.routers.route import StrictRoute
from app.routers.sending import FOLLOWED, of_outbox, of_rights, sending, told

__all__ = ["router"]

router = APIRouter(
    prefix="/v1/mailboxes/{mailbox}/sends",
    tags=["sends"],
    route_class=StrictRoute,
)


@router.post(
    "",
    status_code=201,
    responses=sending(201, of_bodies),
    openapi_extra=asks("Idempotency-Key"),
    description=f"""\
Whatever Graph does in between (a 504 for mail that was sent, a broken \
connection), the message is in Sent Items once, or the answer says that it \
was not sent. With `send_at` it waits for its time, up to a year, and the \
answer is 202; a time that is past is now. With a user's rights there is no \
time beyond the end of the user's token: `501 not-supported`.

{FOLLOWED}""",
)
async def send_message(
    request: Request, where: Where, message: Compose, intent: Intended
) -> Response:
    """Write a message and send it, once."""
    answer = await services(request).sends.compose(where, message, intent)
    return told(request, answer, 201)


@router.get(
    "/{send}",
    responses=of_outbox(Send),
    openapi_extra=asks("If-None-Match"),
)
async def get_send(request: Request, where: Where, send: SendId) -> Response:
    """Tell what has become of a message that was handed in.

    `queued`, `sending` and `verifying` go on by themselves: ask again, every
    few seconds at first and then less often, with `If-None-Match`. `problem`
    tells why it is not done yet, if there is a reason; it is tried again, for
    a day by default.

    The others are final. `sent`: it is in Sent Items. `failed`: it was not
    sent; `problem` says why, and operators can have it tried again.
    `cancelled`: it was taken back. `unknown`: nobody could find out, and it
    is not tried again by itself, lest it be there twice; look into Sent Items
    before writing it anew, or repeat the request that handed it in with its
    `Idempotency-Key`: it is looked for first then.

    Its content is deleted as soon as it is not needed any more; this is
    forgotten a week after the end, by default.
    """
    answer = await services(request).outbox.status(where, send)
    return answer_with(request, answer)


@router.patch(
    "/{send}",
    responses=of_outbox(Send, *of_writes, *of_rights, UnsupportedMediaType),
    openapi_extra=asks("If-Match"),
)
async def reschedule_send(
    request: Request,
    where: Where,
    send: SendId,
    patch: SendPatch,
    etag: IfMatch,
) -> Response:
    """Have a message leave at another time, by a JSON merge patch (RFC 7396).

    `null`, or a time that is past, is now: it takes its turn after what the
    mailbox has waiting already. Only what has not left can be moved: `409
    conflict` says that it is being sent, or has ended. With a user's rights
    there is no time beyond the end of the user's token: `501 not-supported`.
    """
    answer = await services(request).outbox.reschedule(
        where, send, patch, etag
    )
    return answer_with(request, answer)


@router.delete(
    "/{send}",
    status_code=204,
    responses=of_outbox(None, *of_writes),
    openapi_extra=asks("If-Match"),
)
async def cancel_send(
    request: Request, where: Where, send: SendId, etag: IfMatch
) -> Response:
    """Take back a message that has not left.

    Then it is not sent, and what was written is deleted, here and in Drafts;
    a draft of the caller's own stays. It can be done again. `409 conflict`
    says that it is just being sent, or has ended: `GET` tells which. What is
    tried and fails can be taken back between the tries.
    """
    await services(request).outbox.cancel(where, send, etag)
    return no_content()
