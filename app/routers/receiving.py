"""Take in files from callers: as they are, in a form, or in JSON."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from msgspec.structs import replace
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.types import Scope

from app.clock import Deadline
from app.models.attaching import (
    AttachmentToAdd,
    FileNaming,
    IncomingFile,
    ItemToAdd,
)
from app.models.context import InMailbox
from app.problems.refusals import InvalidRequest, PayloadTooLarge
from app.routers.bodies import json_value
from app.routers.dependencies import Where, services
from app.routers.headers import (
    file_name,
    idempotency_key,
    line_of,
    media_type,
    preferences,
)
from app.routers.pointers import wrong_at
from app.services.once import Intent

__all__ = [
    "LARGEST_UPLOAD",
    "Received",
    "WhereToUpload",
    "is_upload",
    "received",
]

LARGEST_UPLOAD = 150_000_000 + 65_536
"""The largest body in bytes: a file, and what a form puts around it."""

Received = tuple[IncomingFile | ItemToAdd, Intent]

_Model = TypeVar("_Model", bound=BaseModel)

_LARGEST_JSON = 4 * 1024 * 1024
_UPLOAD_TIME = 900.0
_READ = 65_536
_JSON = "application/json"
_FORM = "multipart/form-data"
_PATH = re.compile(rb"/v1/mailboxes/[^/]+/messages/[^/]+/attachments")
# The discriminator's names of the shapes, which are no members of the body.
_SHAPES = ("file", "item")


def is_upload(scope: Scope) -> bool:
    """Tell whether a request may have a body of `LARGEST_UPLOAD` bytes."""
    path = scope.get("raw_path") or scope["path"].encode()
    return scope["method"] == "POST" and bool(_PATH.fullmatch(path))


async def _where_to_upload(request: Request, where: Where) -> InMailbox:
    """Allow for the time that a large file takes, unless told otherwise."""
    if preferences(line_of(request.headers, "prefer")).wait is not None:
        return where
    deadline = Deadline(services(request).clock, _UPLOAD_TIME)
    return replace(where, context=replace(where.context, deadline=deadline))


WhereToUpload = Annotated[InMailbox, Depends(_where_to_upload)]


@asynccontextmanager
async def received(
    request: Request, naming: FileNaming
) -> AsyncIterator[Received]:
    """Tell what the body of a request has to be attached.

    With a name (in the query or in Content-Disposition) the body is the
    file, of whatever type; without one it is a form or JSON.
    """
    kind = media_type(request.headers)
    name = naming.name or file_name(request.headers)
    if kind == _FORM:
        form = request.form(max_files=1, max_fields=3, max_part_size=4096)
        async with form as parts:
            yield _in_form(request, parts)
    elif name is not None:
        given = naming.model_dump(exclude_defaults=True) | {"name": name}
        naming = _checked(FileNaming, given, "query")
        announced = request.headers.get("content-length", "")
        size = int(announced) if announced.isdecimal() else None
        file = _incoming(naming, kind, size, request.stream())
        yield file, _intent(request, _facts(request, file))
    elif kind == _JSON:
        yield await _in_json(request)
    else:
        problem = "a body that is neither JSON nor a form needs a name"
        raise InvalidRequest.because([wrong_at(problem, "query", "name")])


async def _in_json(request: Request) -> Received:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _LARGEST_JSON:
            raise PayloadTooLarge
    intent = _intent(request, bytes(body))
    value = await asyncio.to_thread(json_value, bytes(body))
    given = _checked(AttachmentToAdd, value, "body").root
    if isinstance(given, ItemToAdd):
        return given, intent
    naming = FileNaming(
        name=given.name,
        is_inline=given.is_inline,
        content_id=given.content_id,
    )
    content = given.content
    file = _incoming(
        naming, given.content_type, len(content), _at_once(content)
    )
    return file, intent


def _in_form(request: Request, form: FormData) -> Received:
    file = form.get("file")
    if not isinstance(file, UploadFile):
        problem = "the form has no such file"
        raise InvalidRequest.because([wrong_at(problem, "body", "file")])
    given = {k: v for k, v in form.multi_items() if k != "file"}
    given.setdefault("name", file.filename or "")
    naming = _checked(FileNaming, given, "body")
    incoming = _incoming(
        naming, media_type(file.headers), file.size, _of_file(file)
    )
    return incoming, _intent(request, _facts(request, incoming))


def _incoming(
    naming: FileNaming,
    kind: str,
    size: int | None,
    content: AsyncIterator[bytes],
) -> IncomingFile:
    return IncomingFile(
        name=naming.name or "",
        content_type=kind,
        is_inline=naming.is_inline,
        content_id=naming.content_id,
        size=size,
        content=content,
    )


def _intent(request: Request, body: bytes) -> Intent:
    mailbox = request.path_params["mailbox"]
    return Intent(
        operation=request.scope["route"].name,
        path=request.url.path.replace(mailbox, mailbox.lower(), 1),
        body=body,
        key=idempotency_key(request.headers.getlist("idempotency-key")),
    )


def _facts(request: Request, file: IncomingFile) -> bytes:
    """Return what tells a file from others without reading it.

    A caller that wants its content to count sends ``Content-Digest`` or
    ``Repr-Digest`` (RFC 9530).
    """
    digests = [
        line_of(request.headers, name)
        for name in ("content-digest", "repr-digest")
    ]
    return msgspec.json.encode(
        [
            *(file.name, file.content_type, file.is_inline),
            *(file.content_id, file.size, *digests),
        ]
    )


def _checked(kind: type[_Model], value: Any, place: str) -> _Model:
    """Return what a value stands for, or say what is wrong and where."""
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        raise RequestValidationError(
            [
                {**part, "loc": (place, *_members(part["loc"]))}
                for part in error.errors(include_input=False)
            ]
        ) from error


def _members(path: tuple[int | str, ...]) -> tuple[int | str, ...]:
    return path[1:] if path and path[0] in _SHAPES else path


async def _of_file(file: UploadFile) -> AsyncIterator[bytes]:
    while part := await file.read(_READ):
        yield part


async def _at_once(content: bytes) -> AsyncIterator[bytes]:
    yield content
