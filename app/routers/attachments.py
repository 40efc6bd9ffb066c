"""Routes for attachments."""

import re
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.models.attaching import FileNaming, ItemToAdd
from app.models.mail import Attachment, AttachmentList
from app.models.queries import Paging
from app.routers.answers import (
    answer_with,
    created_at,
    no_content,
)
from app.routers.dependencies import IfMatch, Where, services
from app.routers.describe import (
    answers,
    asks,
    content,
    nothing,
    of_bodies,
    of_lists,
    of_mailboxes,
    of_posts,
    of_ranges,
    of_reads,
    of_writes,
    takes_files,
)
from app.routers.headers import line_of, matches_none
from app.routers.parameters import AttachmentId, MessageId
from app.routers.receiving import WhereToUpload, received
from app.routers.route import StreamedRoute, StrictRoute
from app.routers.streams import not_modified, part_of, stream_of

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


async def add_attachment(
    request: Request,
    where: WhereToUpload,
    message: MessageId,
    naming: Annotated[FileNaming, Query()],
) -> Response:
    """Attach a file or a message to a draft.

    A file up to 150 MB is the body itself, as it is, with its name in the
    query or in `Content-Disposition` and its type in `Content-Type`; or the
    part `file` of a form. A small one, and a message of the same mailbox,
    can be given in JSON. Links to files elsewhere can be read and removed,
    but Graph v1.0 offers no way to make them.

    Large files go on to Exchange while they come in, piece by piece, and
    where a piece is lost from there on. Exchange takes 150 MB in five
    minutes for a mailbox; what is more waits. Without `Prefer: wait` there
    are 15 minutes for all of it. An `Idempotency-Key` stands for name, type
    and size of the file and, if it is sent, its `Content-Digest`.
    """
    async with received(request, naming) as (given, intent):
        attaching = services(request).attaching
        if isinstance(given, ItemToAdd):
            attach = attaching.attach_message(where, message, given, intent)
        else:
            attach = attaching.attach_file(where, message, given, intent)
        answer = await attach
    return created_at(request, answer, f"{request.url.path}/{{id}}")


router.add_api_route(
    "",
    add_attachment,
    methods=["POST"],
    status_code=201,
    responses=answers(
        Attachment, of_mailboxes, of_posts, of_bodies, status=201
    ),
    openapi_extra=takes_files(asks("Idempotency-Key")),
    route_class_override=StreamedRoute,
)


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


@router.delete(
    "/{attachment}",
    status_code=204,
    responses=nothing(of_mailboxes, of_writes),
    openapi_extra=asks("If-Match"),
)
async def delete_attachment(
    request: Request,
    where: Where,
    message: MessageId,
    attachment: AttachmentId,
    etag: IfMatch,
) -> Response:
    """Take an attachment from its message."""
    delete = services(request).attachments.delete_attachment
    await delete(where, message, attachment, etag)
    return no_content()


@router.get(
    "/{attachment}/content",
    responses=content(
        "*/*",
        "The content, in its own type.",
        *(of_mailboxes, of_reads, of_ranges),
    ),
    response_class=Response,
    openapi_extra=asks("If-None-Match", "Range", "If-Range"),
)
async def read_attachment(
    request: Request,
    where: Where,
    message: MessageId,
    attachment: AttachmentId,
) -> Response:
    """Download an attachment, streamed, or a part of it.

    Of files single ranges can be asked for (`Range: bytes=0-99`), and a
    download that broke off be gone on with (`If-Range`). Who takes nothing
    for 30 seconds, or less than 64 KiB a second for long, is cut off: Graph
    counts a download among the four requests of the mailbox.
    """
    attachments = services(request).attachments
    found = await attachments.look_at_content(where, message, attachment)
    if found.etag and matches_none(
        line_of(request.headers, "if-none-match"), found.etag
    ):
        return not_modified(found.etag)
    stream = await attachments.read_attachment(where, message, attachment)
    media_type = _media_type(found.about["content_type"])
    name = found.about["name"] or "attachment"
    if found.etag is None:
        return stream_of(request, stream, media_type, name)
    return await part_of(request, stream, media_type, name, found.etag)


def _media_type(given: str | None) -> str:
    """Return the type that a sender gave, without parameters, if it is one."""
    plain = (given or "").partition(";")[0].strip()
    return plain if _TYPE.fullmatch(plain) else _BYTES
