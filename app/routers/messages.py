"""Routes for messages."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.models.compose import Draft, MessagePatch
from app.models.fields import Flag
from app.models.mail import Message, MessagePage
from app.models.queries import MessageQuery, MessageView
from app.problems.resources import QueryTooComplex
from app.routers.answers import (
    answer_with,
    created_at,
    no_content,
)
from app.routers.dependencies import IfMatch, Intended, Where, services
from app.routers.describe import (
    answers,
    asks,
    content,
    nothing,
    of_bodies,
    of_lists,
    of_mailboxes,
    of_posts,
    of_reads,
    of_writes,
)
from app.routers.parameters import MessageId
from app.routers.route import StrictRoute
from app.routers.sending import FOLLOWED, sending, told
from app.routers.streams import stream_of

__all__ = ["router"]

_MIME = "message/rfc822"

router = APIRouter(
    prefix="/v1/mailboxes/{mailbox}/messages",
    tags=["messages"],
    route_class=StrictRoute,
)


@router.get(
    "",
    responses=answers(MessagePage, of_mailboxes, of_lists, (QueryTooComplex,)),
    openapi_extra=asks("Cache-Control", "If-None-Match"),
)
async def list_messages(
    request: Request,
    where: Where,
    wanted: Annotated[MessageQuery, Query()],
) -> Response:
    """List messages, newest first.

    All parameters go together. What Exchange cannot combine is looked at
    here, page by page: a page that is short, or empty, but has a
    `next_cursor` is not the last. Too many to be sorted otherwise than by
    time are refused with `query-too-complex`.
    """
    answer = await services(request).search.list_messages(where, wanted)
    return answer_with(request, answer)


@router.post(
    "",
    status_code=201,
    responses=answers(Message, of_mailboxes, of_posts, of_bodies, status=201),
    openapi_extra=asks("Idempotency-Key"),
)
async def create_draft(
    request: Request, where: Where, draft: Draft, intent: Intended
) -> Response:
    """Write a draft.

    Everything may be left out, and be filled in later. `Location` is where
    the draft can be read, changed and sent.
    """
    answer = await services(request).drafts.create_draft(where, draft, intent)
    return created_at(request, answer, f"{request.url.path}/{{id}}")


@router.get(
    "/{message}",
    responses=answers(Message, of_mailboxes, of_reads),
    openapi_extra=asks("Cache-Control", "If-None-Match"),
)
async def get_message(
    request: Request,
    where: Where,
    message: MessageId,
    view: Annotated[MessageView, Query()],
) -> Response:
    """Get a message.

    HTML is sanitized: what could run, reach out or be mistaken for the page
    around it is gone, and remote images wait for the reader's consent.
    """
    answer = await services(request).messages.get_message(where, message, view)
    return answer_with(request, answer)


@router.patch(
    "/{message}",
    responses=answers(Message, of_mailboxes, of_writes, of_bodies),
    openapi_extra=asks("If-Match"),
)
async def update_message(
    request: Request,
    where: Where,
    message: MessageId,
    patch: MessagePatch,
    etag: IfMatch,
) -> Response:
    """Change a message by a JSON merge patch (RFC 7396).

    Read state, flag, categories and importance can be changed always;
    subject, body and people only while it is a draft.
    """
    answer = await services(request).messages.update_message(
        where, message, patch, etag
    )
    return answer_with(request, answer)


@router.delete(
    "/{message}",
    status_code=204,
    responses=nothing(of_mailboxes, of_writes),
    openapi_extra=asks("If-Match"),
)
async def delete_message(
    request: Request,
    where: Where,
    message: MessageId,
    etag: IfMatch,
    *,
    permanent: Annotated[
        Flag, Query(description="Beyond what its owner can recover.")
    ] = False,
) -> Response:
    """Move a message to Deleted Items, or delete it for good.

    One that lies in Deleted Items already is removed from sight, as in
    Outlook; with `permanent` its owner cannot get it back either.
    """
    delete = services(request).messages.delete_message
    if permanent:
        delete = services(request).messages.purge_message
    await delete(where, message, etag)
    return no_content()


@router.get(
    "/{message}/mime",
    responses=content(
        _MIME, "The message as it travels (RFC 5322).", of_mailboxes
    ),
    response_class=Response,
    openapi_extra=asks(),
)
async def read_mime(
    request: Request, where: Where, message: MessageId
) -> Response:
    """Download a message as `message/rfc822`, streamed."""
    stream = await services(request).messages.read_mime(where, message)
    return stream_of(request, stream, _MIME, "message.eml")


@router.post(
    "/{message}/send",
    status_code=201,
    responses=sending(201),
    openapi_extra=asks("Idempotency-Key"),
    description=FOLLOWED,
)
async def send_draft(
    request: Request,
    where: Where,
    message: MessageId,
    intent: Intended,
) -> Response:
    """Send a draft, once."""
    answer = await services(request).sends.send_draft(where, message, intent)
    return told(request, answer, 201)
