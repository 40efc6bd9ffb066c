"""New messages, before anything is in them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from app.sandbox.clock import stamp
from app.sandbox.state.ids import (
    change_key,
    conversation_id,
    immutable_id,
)

__all__ = ["blank_message"]


def blank_message(
    mailbox: UUID, address: str, key: str, now: datetime
) -> dict[str, Any]:
    """Return what Exchange fills into a new message."""
    domain = address.partition("@")[2]
    link = f"https://outlook.office365.com/owa/?ItemID={key}"
    return {
        **_blank(stamp(now)),
        "changeKey": change_key(immutable_id(mailbox, key), 1),
        "internetMessageId": f"<{key}.{mailbox.hex[:12]}@{domain}>",
        "conversationId": conversation_id(mailbox, key),
        "webLink": f"{link}&exvsurl=1&viewmodel=ReadMessageItem",
    }


def _blank(time: str) -> dict[str, Any]:
    return {
        "createdDateTime": time,
        "lastModifiedDateTime": time,
        "receivedDateTime": time,
        "sentDateTime": time,
        "categories": [],
        "hasAttachments": False,
        "subject": "",
        "importance": "normal",
        "conversationIndex": "AQHZ",
        "isDeliveryReceiptRequested": None,
        "isReadReceiptRequested": False,
        "isRead": False,
        "isDraft": False,
        "inferenceClassification": "focused",
        "sender": None,
        "from": None,
        "toRecipients": [],
        "ccRecipients": [],
        "bccRecipients": [],
        "replyTo": [],
        "flag": {"flagStatus": "notFlagged"},
        "body": {"contentType": "text", "content": ""},
    }
