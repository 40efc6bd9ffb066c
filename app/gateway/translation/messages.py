"""Messages and attachments: Graph's JSON to ours."""

from typing import Literal

from app.gateway.translation.etags import change_key_of, item_tag
from app.gateway.translation.parts import body_of, page_at, people, person
from app.gateway.translation.result import (
    Translated,
    Translation,
    decode,
    decode_page,
)
from app.gateway.translation.times import moment_told, utc_timestamp
from app.gateway.translation.wire import (
    GraphAttachment,
    GraphFlag,
    GraphMessage,
)
from app.models.mail import (
    Attachment,
    Flag,
    Importance,
    Message,
    MessageSummary,
)

__all__ = ["attachment", "attachments", "message", "messages"]

_IMPORTANCE: dict[str | None, Importance] = {
    "low": "low",
    "normal": "normal",
    "high": "high",
}
_FLAGS: dict[str | None, Literal["none", "flagged", "complete"]] = {
    None: "none",
    "notFlagged": "none",
    "flagged": "flagged",
    "complete": "complete",
}
_KINDS: dict[str, Literal["file", "item", "reference"]] = {
    "#microsoft.graph.fileAttachment": "file",
    "#microsoft.graph.itemAttachment": "item",
    "#microsoft.graph.referenceAttachment": "reference",
}
_DEFAULT_FORM = "html"


def messages(body: bytes, about: Translation) -> Translated:
    """Translate a page of messages."""
    return decode_page(body, GraphMessage).translated(_summary, about)


def message(body: bytes, about: Translation) -> Translated:
    """Translate a whole message."""
    item = decode(body, GraphMessage)
    content: Message = {
        **_summary(item),
        "body": body_of(item.body),
        "attachments": [_attachment(part) for part in item.attachments or ()],
        "headers": None
        if item.internet_message_headers is None
        else [
            {"name": header.name, "value": header.value}
            for header in item.internet_message_headers
        ],
    }
    tag = item_tag(_change_key(item), about.representation)
    return Translated(content=content, etag=tag)


def attachments(body: bytes, about: Translation) -> Translated:
    """Translate the attachments of a message."""
    return decode_page(body, GraphAttachment).translated(_attachment, about)


def attachment(body: bytes, _about: Translation) -> Translated:
    """Translate one attachment."""
    return Translated(content=_attachment(decode(body, GraphAttachment)))


def _summary(item: GraphMessage) -> MessageSummary:
    return {
        "id": item.id,
        "thread_id": item.conversation_id,
        "folder_id": item.parent_folder_id,
        "internet_message_id": item.internet_message_id,
        "subject": item.subject or "",
        "preview": item.body_preview or "",
        "from": person(item.from_),
        "sender": person(item.sender),
        "to": people(item.to_recipients),
        "cc": people(item.cc_recipients),
        "bcc": people(item.bcc_recipients),
        "reply_to": people(item.reply_to),
        "sent_at": moment_told(item.sent_date_time),
        "received_at": moment_told(item.received_date_time),
        "created_at": moment_told(item.created_date_time),
        "modified_at": moment_told(item.last_modified_date_time),
        "is_read": bool(item.is_read),
        "is_draft": bool(item.is_draft),
        "flag": _flag(item.flag),
        "importance": _IMPORTANCE.get(item.importance, "unknown"),
        "categories": item.categories or [],
        "has_attachments": bool(item.has_attachments),
        "web_link": page_at(item.web_link),
        "etag": item_tag(_change_key(item), _DEFAULT_FORM),
        "is_partial": False,
    }


def _change_key(item: GraphMessage) -> str:
    if item.change_key:
        return item.change_key
    return change_key_of(item.odata_etag or "") or "unknown"


def _flag(flag: GraphFlag | None) -> Flag:
    if flag is None:
        return {"status": "none", "due_at": None}
    return {
        "status": _FLAGS.get(flag.flag_status, "unknown"),
        "due_at": utc_timestamp(flag.due_date_time),
    }


def _attachment(part: GraphAttachment) -> Attachment:
    return {
        "id": part.id,
        "name": part.name,
        "content_type": part.content_type,
        "size": part.size or 0,
        "is_inline": bool(part.is_inline),
        "content_id": part.content_id,
        "kind": _KINDS.get(part.odata_type, "unknown"),
        "modified_at": moment_told(part.last_modified_date_time),
        "is_partial": False,
    }
