"""Messages, folders and attachments as callers see them."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from app.models.fields import Partial, Timestamp

__all__ = [
    "Attachment",
    "AttachmentList",
    "Body",
    "Flag",
    "Folder",
    "FolderPage",
    "Header",
    "Importance",
    "Message",
    "MessagePage",
    "MessageSummary",
    "Person",
    "WellKnown",
]

Importance = Literal["low", "normal", "high", "unknown"]

WellKnown = Literal[
    "inbox", "drafts", "sent", "deleted", "archive", "junk", "outbox"
]


class Person(TypedDict):
    """Somebody who sends or receives mail."""

    name: str | None
    address: str | None


class Flag(TypedDict):
    """A follow-up flag."""

    status: Literal["none", "flagged", "complete", "unknown"]
    due_at: Timestamp | None


_Sender = TypedDict("_Sender", {"from": Person | None})


class MessageSummary(_Sender):
    """A message as it appears in lists."""

    id: str
    thread_id: str | None
    folder_id: str | None
    internet_message_id: str | None
    subject: str
    preview: str
    sender: Person | None
    to: list[Person]
    cc: list[Person]
    bcc: list[Person]
    reply_to: list[Person]
    sent_at: Timestamp | None
    received_at: Timestamp | None
    created_at: Timestamp | None
    modified_at: Timestamp | None
    is_read: bool
    is_draft: bool
    flag: Flag
    importance: Importance
    categories: list[str]
    has_attachments: bool
    web_link: str | None
    etag: str
    is_partial: Partial


class MessagePage(TypedDict):
    """One page of messages, and where the next one starts."""

    items: list[MessageSummary]
    next_cursor: str | None


class Body(TypedDict):
    """The content of a message.

    HTML is sanitized: no scripts, no forms, no styles that reach outside.
    The address of a remote image stands in ``data-remote-src`` instead of
    ``src``, so that nothing is fetched before the reader agrees.
    """

    format: Literal["html", "text"]
    content: str
    has_remote_content: bool


class Attachment(TypedDict):
    """Something attached to a message, without its content."""

    id: str
    name: str | None
    content_type: str | None
    size: int
    is_inline: bool
    content_id: str | None
    kind: Literal["file", "item", "reference", "unknown"]
    modified_at: Timestamp | None
    is_partial: Partial


class AttachmentList(TypedDict):
    """The attachments of one message."""

    items: list[Attachment]
    next_cursor: str | None


class Header(TypedDict):
    """One header of the message as it travelled the Internet."""

    name: str
    value: str


class Message(MessageSummary):
    """A whole message."""

    body: Annotated[Body | None, Field(description="None with body=none.")]
    attachments: list[Attachment]
    headers: Annotated[
        list[Header] | None, Field(description="Only with headers=true.")
    ]


class Folder(TypedDict):
    """A mail folder."""

    id: str
    parent_id: str | None
    name: str
    well_known: WellKnown | None
    unread_count: int
    total_count: int
    child_count: int
    is_hidden: bool
    path: Annotated[str, Field(examples=["/Projects/Apollo"])]
    is_partial: Partial


class FolderPage(TypedDict):
    """One page of folders, and where the next one starts."""

    items: list[Folder]
    next_cursor: str | None
