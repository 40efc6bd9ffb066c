"""Routes for attachments."""

import re
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.models.mail import Attachment, AttachmentList
from app.models.queries import Paging
from app.routers.answers import answer_with, stream_of
from app.routers.dependencies import Where, services
from app.routers.describe import (
    answers,
    asks,
    content,
    of_lists,
    of_mailboxes,
    of_reads,
)
from app.routers.parameters import AttachmentId, MessageId
from app.routers.route import StrictRoute

__all__ = ["router"]

_BYTES = "application/octet-stream"
_NAME = "[A-Za-z0-9!#$&^_.+-]{1,127}"  # RFC 6838 §4.2
_TYPE = re.compile(rf"{_NAME}/{_NAME}")

router = APIRouter(
    prefix="/v1/mailboxes/{mailbox}/messages/{message}/attachments",
    tags=["attachments"],
    route_class=StrictRoute,
)


@router.get(
    "",
    responses=answers(AttachmentList, of_mailboxes, of_lists),
    openapi_extra=asks("Cache-Control", "If-None-Match"),
)
async def list_attachments(
    request: Request,
    where: Where,
    message: MessageId,
    page: Annotated[Paging, Query()],
) -> Response:
    """List what is attached to a message."""
    answer = await services(request).attachments.list_attachments(
        where, message, page
    )
    return answer_with(request, answer)


@router.get(
    "/{attachment}",
    responses=answers(Attachment, of_mailboxes, of_reads),
    openapi_extra=asks("Cache-Control", "If-None-Match"),
)
async def get_attachment(
    request: Request,
    where: Where,
    message: MessageId,
    attachment: AttachmentId,
) -> Response:
    """Get what is known about an attachment, without its content."""
    answer = await services(request).attachments.get_attachment(
        where, message, attachment
    )
    return answer_with(request, answer)


@router.get(
    "/{attachment}/content",
    responses=content(
        "*/*", "The content, in its own type.", of_mailboxes, of_reads
    ),
    response_class=Response,
    openapi_extra=asks(),
)
async def read_attachment(
    request: Request,
    where: Where,
    message: MessageId,
    attachment: AttachmentId,
) -> Response:
    """Download an attachment, streamed."""
    found = await services(request).attachments.read_attachment(
        where, message, attachment
    )
    media_type = _media_type(found.about["content_type"])
    name = found.about["name"] or "attachment"
    return stream_of(request, found.stream, media_type, name)


def _media_type(given: str | None) -> str:
    """Return the type that a sender gave, without parameters, if it is one."""
    plain = (given or "").partition(";")[0].strip()
    return plain if _TYPE.fullmatch(plain) else _BYTES
