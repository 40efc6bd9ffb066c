"""Messages and attachments: Graph's JSON to ours."""

from typing import Literal

import msgspec
from msgspec import Struct

from app.gateway.translation.etags import change_key_of, item_tag
from app.gateway.translation.parts import body_of, known, page_at, people
from app.gateway.translation.result import (
    Translated,
    Translation,
    decode,
    decode_page,
)
from app.gateway.translation.times import (
    moment_told,
    moments_told,
    utc_timestamp,
)
from app.gateway.translation.wire import (
    GraphAddress,
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


class _Summary(Struct, rename={"from_": "from"}, gc=False):
    """A `MessageSummary` that costs a third of a dictionary.

    A test holds its members to those.
    """

    id: str
    thread_id: str | None
    folder_id: str | None
    internet_message_id: str | None
    subject: str
    preview: str
    from_: GraphAddress | None
    sender: GraphAddress | None
    to: list[GraphAddress]
    cc: list[GraphAddress]
    bcc: list[GraphAddress]
    reply_to: list[GraphAddress]
    sent_at: str | None
    received_at: str | None
    created_at: str | None
    modified_at: str | None
    is_read: bool
    is_draft: bool
    flag: Flag
    importance: Importance
    categories: list[str]
    has_attachments: bool
    web_link: str | None
    etag: str
    is_partial: bool = False


def messages(body: bytes, about: Translation) -> Translated:
    """Translate a page of messages."""
    return decode_page(body, GraphMessage).translated(_summary, about)


def message(body: bytes, about: Translation) -> Translated:
    """Translate a whole message."""
    item = decode(body, GraphMessage)
    summary: MessageSummary = msgspec.to_builtins(_summary(item))
    content: Message = {
        **summary,
        "body": body_of(item.body),
        "attachments": [_attachment(part) for part in item.attachments or ()],
        "headers": None
        if item.internet_message_headers is None
        else [
            {"name": header.name, "value": header.value}
            for header in item.internet_message_headers
        ],
    }
    key = item.change_key or _key_in(item.odata_etag)
    tag = item_tag(key, about.representation)
    return Translated(content=content, etag=tag)


def attachments(body: bytes, about: Translation) -> Translated:
    """Translate the attachments of a message."""
    return decode_page(body, GraphAttachment).translated(_attachment, about)


def attachment(body: bytes, _about: Translation) -> Translated:
    """Translate one attachment."""
    return Translated(content=_attachment(decode(body, GraphAttachment)))


def _summary(item: GraphMessage) -> _Summary:
    key = item.change_key or _key_in(item.odata_etag)
    sent, received, created, modified = moments_told(
        item.sent_date_time,
        item.received_date_time,
        item.created_date_time,
        item.last_modified_date_time,
    )
    # By place, since to give members by name takes ten times as long.
    return _Summary(
        item.id,
        item.conversation_id,
        item.parent_folder_id,
        item.internet_message_id,
        item.subject or "",
        item.body_preview or "",
        known(item.from_),
        known(item.sender),
        people(item.to_recipients),
        people(item.cc_recipients),
        people(item.bcc_recipients),
        people(item.reply_to),
        sent,
        received,
        created,
        modified,
        item.is_read is True,
        item.is_draft is True,
        _flag(item.flag),
        _IMPORTANCE.get(item.importance, "unknown"),
        item.categories or [],
        item.has_attachments is True,
        page_at(item.web_link),
        item_tag(key, _DEFAULT_FORM),
    )


def _key_in(tag: str | None) -> str:
    return change_key_of(tag or "") or "unknown"


def _flag(flag: GraphFlag | None) -> Flag:
    if flag is None:
        return {"status": "none", "due_at": None}
    due = flag.due_date_time
    return {
        "status": _FLAGS.get(flag.flag_status, "unknown"),
        "due_at": utc_timestamp(due) if due else None,
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
