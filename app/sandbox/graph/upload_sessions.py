"""Large attachments: a session is opened here, the bytes go elsewhere.

Source: https://learn.microsoft.com/graph/outlook-large-attachments
"""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import msgspec

from app.sandbox.graph.bodies import not_deserializable, read_json
from app.sandbox.graph.context import Context
from app.sandbox.odata.options import read_options
from app.sandbox.state.upload_sessions import UploadSession
from app.sandbox.wire import Answer, GraphError, json_answer

__all__ = ["create_upload_session", "precise"]

# Files between these go by a session, the smaller ones by a POST.
SMALLEST = 3_000_000
LARGEST = 150 * 1024 * 1024
LIFETIME = timedelta(hours=1)


class _File(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """An ``attachmentItem``."""

    name: str
    size: int
    attachment_type: str = "file"
    content_type: str | None = None
    is_inline: bool | None = None
    content_id: str | None = None


def create_upload_session(context: Context) -> Answer:
    """Open a session for one file."""
    read_options(context.request)
    item = context.mailbox.find(context.params["id"])
    wanted = _wanted(read_json(context.request))
    sessions = context.world.uploads
    session = UploadSession(
        id=sessions.new_secret(),
        token=sessions.new_secret(),
        app=context.grant.app,
        owner=context.owner,
        item=item.id,
        name=wanted.name,
        size=wanted.size,
        content_type=wanted.content_type,
        inline=bool(wanted.is_inline),
        content_id=wanted.content_id,
        expires=context.now + LIFETIME,
    )
    sessions.add(session)
    base = f"{context.request.base_url}/v1.0/$metadata"
    body: dict[str, Any] = {
        "@odata.context": f"{base}#microsoft.graph.uploadSession",
        "uploadUrl": _url(context, session),
        "expirationDateTime": precise(session.expires),
        "nextExpectedRanges": ["0-"],
    }
    return json_answer(body, 201)


def precise(moment: datetime) -> str:
    """Format a time with the seven digits that this host gives."""
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}0Z"


def _url(context: Context, session: UploadSession) -> str:
    """Return where the bytes go: a host of Outlook's, below another path."""
    owner = f"{session.owner.id}@{session.owner.tenant}"
    path = (
        f"Users('{owner}')/Messages('{session.item}')"
        f"/AttachmentSessions('{session.id}')"
    )
    base = f"{context.request.base_url}/api/v2.0"
    place = quote(path, safe="/@()'=")
    return f"{base}/{place}?authtoken={session.token}"


def _wanted(data: dict[str, Any]) -> _File:
    given = {name.lower(): value for name, value in data.items()}
    if set(given) != {"attachmentitem"}:
        raise not_deserializable("expected 'AttachmentItem' alone")
    described = given["attachmentitem"]
    if isinstance(described, dict):
        described = {
            name: value
            for name, value in described.items()
            if not name.startswith("@odata.")
        }
    try:
        wanted = msgspec.convert(described, _File)
    except msgspec.ValidationError as error:
        raise not_deserializable(f"'AttachmentItem': {error}") from error
    _check(wanted)
    return wanted


def _check(wanted: _File) -> None:
    if wanted.attachment_type != "file" or not wanted.name:
        raise GraphError(
            400,
            "ErrorInvalidRequest",
            "Only files with a name go by an upload session.",
        )
    if wanted.size < SMALLEST:
        raise GraphError(
            400,
            "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize",
            "The file is small enough to be attached by a POST.",
        )
    if wanted.size > LARGEST:
        raise GraphError(
            400,
            "ErrorAttachmentSizeLimitExceeded",
            "The attachment is larger than allowed.",
        )
