"""What the peers answer: the members of the service, as pydantic models."""

from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel, Field

__all__ = [
    "SELECTED",
    "Attachment",
    "Body",
    "Flag",
    "Message",
    "MessagePage",
    "MessageSummary",
    "Person",
    "cursor_in",
]

SELECTED = [
    *("id", "changeKey", "conversationId", "parentFolderId"),
    *("internetMessageId", "subject", "bodyPreview", "from", "sender"),
    *("toRecipients", "ccRecipients", "bccRecipients", "replyTo"),
    *("sentDateTime", "receivedDateTime", "createdDateTime"),
    *("lastModifiedDateTime", "isRead", "isDraft", "flag", "importance"),
    *("categories", "hasAttachments", "webLink"),
]
"""What is asked of Graph for a list, as the service does."""


class Person(BaseModel):
    name: str | None
    address: str | None


class Flag(BaseModel):
    status: str
    due_at: datetime | None


class MessageSummary(BaseModel):
    id: str
    thread_id: str | None
    folder_id: str | None
    internet_message_id: str | None
    subject: str
    preview: str
    from_: Person | None = Field(serialization_alias="from")
    sender: Person | None
    to: list[Person]
    cc: list[Person]
    bcc: list[Person]
    reply_to: list[Person]
    sent_at: datetime | None
    received_at: datetime | None
    created_at: datetime | None
    modified_at: datetime | None
    is_read: bool
    is_draft: bool
    flag: Flag
    importance: str
    categories: list[str]
    has_attachments: bool
    web_link: str | None
    etag: str
    is_partial: bool = False


class MessagePage(BaseModel):
    items: list[MessageSummary]
    next_cursor: str | None


class Body(BaseModel):
    format: str
    content: str
    has_remote_content: bool = False


class Attachment(BaseModel):
    id: str
    name: str | None
    content_type: str | None
    size: int
    is_inline: bool
    content_id: str | None
    kind: str
    modified_at: datetime | None
    is_partial: bool = False


class Message(MessageSummary):
    body: Body | None
    attachments: list[Attachment]
    headers: None = None


def cursor_in(next_link: str | None) -> str | None:
    """Return where the next page starts, None after the last one."""
    if next_link is None:
        return None
    query = parse_qs(urlsplit(next_link).query)
    found = query.get("$skip") or query.get("$skiptoken")
    return found[0] if found else None
