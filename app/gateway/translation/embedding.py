"""Messages as they are put into other messages.

Graph does not take an id for that, but the members of a message. Of those
only some can be set (https://learn.microsoft.com/graph/api/message-update).
"""

from typing import Any

import msgspec

from app.gateway.translation.result import Translated, Translation, decode
from app.models.attaching import IncomingFile

__all__ = ["EMBEDDED", "embeddable", "file_json", "item_json", "session_json"]

EMBEDDED = (
    *("subject", "body", "from", "sender", "toRecipients", "ccRecipients"),
    *("bccRecipients", "replyTo", "importance", "categories"),
    "internetMessageId",
)
"""The members that go along."""


def embeddable(body: bytes, _about: Translation) -> Translated:
    """Keep of a message what another can be given of it."""
    found = decode(body, dict[str, Any])
    return Translated(
        content={
            name: found[name]
            for name in EMBEDDED
            if found.get(name) not in (None, [])
        }
    )


def item_json(inner: bytes, name: str | None) -> bytes:
    """Return Graph's JSON for a message inside a message."""
    message = msgspec.json.decode(inner, type=dict[str, Any])
    return msgspec.json.encode(
        {
            "@odata.type": "#microsoft.graph.itemAttachment",
            "name": name or message.get("subject") or "message",
            "item": {"@odata.type": "microsoft.graph.message", **message},
        }
    )


def file_json(file: IncomingFile, content: bytes) -> bytes:
    """Return Graph's JSON for a small file."""
    return msgspec.json.encode(
        {
            "@odata.type": "#microsoft.graph.fileAttachment",
            **_about(file),
            # Becomes base64.
            "contentBytes": content,
        }
    )


def session_json(file: IncomingFile) -> bytes:
    """Return Graph's JSON that announces a large file."""
    described = {"attachmentType": "file", **_about(file), "size": file.size}
    return msgspec.json.encode({"AttachmentItem": described})


def _about(file: IncomingFile) -> dict[str, Any]:
    about = {
        "name": file.name,
        "contentType": file.content_type,
        "isInline": file.is_inline,
        "contentId": file.content_id,
    }
    return {name: value for name, value in about.items() if value is not None}
