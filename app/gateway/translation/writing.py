"""What callers write: our shapes to Graph's JSON."""

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import msgspec

from app.gateway.translation.times import graph_timestamp
from app.models.compose import (
    BodyContent,
    Draft,
    FlagChange,
    MarksPatch,
    MessagePatch,
    NewAttachment,
    Recipient,
)
from app.models.folders import NewFolder

__all__ = [
    "MARKER",
    "body_json",
    "destination_json",
    "draft_json",
    "folder_json",
    "marked",
    "patch_json",
    "people_json",
]

MARKER = "String {7d7b1e0c-5f0a-4a37-9d2c-3d5e7f2f6a41} Name ExchangeApiSendId"
"""An extended property that only the mailbox itself keeps: it never travels
with the mail, and drafts and sent mail can be looked up by it.

Source: https://learn.microsoft.com/graph/api/resources/extended-properties-overview
"""

_FLAG_STATUS = {
    "none": "notFlagged",
    "flagged": "flagged",
    "complete": "complete",
}


def draft_json(draft: Draft, marker: str) -> bytes:
    """Return Graph's JSON for a new draft that bears a marker."""
    message: dict[str, Any] = {
        "subject": draft.subject,
        "body": body_json(draft.body),
        "toRecipients": people_json(draft.to),
        "ccRecipients": people_json(draft.cc),
        "bccRecipients": people_json(draft.bcc),
        "replyTo": people_json(draft.reply_to),
        "importance": draft.importance,
        "categories": draft.categories,
        "attachments": [_attachment(part) for part in draft.attachments],
        "singleValueExtendedProperties": marked(marker),
    }
    return msgspec.json.encode({k: v for k, v in message.items() if v})


def marked(marker: str) -> list[dict[str, str]]:
    """Return the extended properties of what bears a marker."""
    return [{"id": MARKER, "value": marker}]


def folder_json(folder: NewFolder, marker: str) -> bytes:
    """Return Graph's JSON for a new folder that bears a marker."""
    return msgspec.json.encode(
        {
            "displayName": folder.name,
            "isHidden": folder.is_hidden,
            "singleValueExtendedProperties": marked(marker),
        }
    )


def destination_json(folder: str) -> bytes:
    """Return Graph's JSON for where to put something."""
    return msgspec.json.encode({"destinationId": folder})


def patch_json(patch: MarksPatch) -> bytes:
    """Return Graph's JSON for the members that a patch sets or clears."""
    everything: dict[str, tuple[str, Any]] = {
        "is_read": ("isRead", patch.is_read),
        "flag": ("flag", _flag(patch.flag)),
        "importance": ("importance", patch.importance or "normal"),
        "categories": ("categories", patch.categories or []),
    }
    if isinstance(patch, MessagePatch):
        everything |= {
            "subject": ("subject", patch.subject or ""),
            "body": ("body", body_json(patch.body)),
            "to": ("toRecipients", people_json(patch.to)),
            "cc": ("ccRecipients", people_json(patch.cc)),
            "bcc": ("bccRecipients", people_json(patch.bcc)),
            "reply_to": ("replyTo", people_json(patch.reply_to)),
        }
    changed = patch.model_fields_set
    return msgspec.json.encode(
        dict(everything[name] for name in everything if name in changed)
    )


def body_json(body: BodyContent) -> dict[str, str]:
    """Return Graph's JSON for content."""
    return {"contentType": body.format, "content": body.content}


def people_json(people: Sequence[Recipient] | None) -> list[dict[str, Any]]:
    """Return Graph's JSON for recipients."""
    return [
        {"emailAddress": person.model_dump(exclude_none=True)}
        for person in people or ()
    ]


def _flag(flag: FlagChange | None) -> dict[str, Any]:
    if flag is None:
        return {"flagStatus": "notFlagged"}
    wanted: dict[str, Any] = {"flagStatus": _FLAG_STATUS[flag.status]}
    if flag.due_at is not None:
        due = graph_timestamp(flag.due_at).removesuffix("Z")
        moment = {"dateTime": due, "timeZone": "UTC"}
        # Graph takes a due date only together with a start.
        wanted |= {"startDateTime": moment, "dueDateTime": moment}
    return wanted


def _attachment(part: NewAttachment) -> dict[str, Any]:
    return {
        "@odata.type": "#microsoft.graph.fileAttachment",
        "name": part.name,
        "contentType": part.content_type,
        "contentBytes": b64encode(part.content).decode(),
        "isInline": part.is_inline,
        "contentId": part.content_id,
    }
