"""Graph's JSON, as far as it is read here.

Everything but ids may be missing or null, and members that are not named are
skipped. Enumerations are read as text, since Graph may add to them.

Source: https://learn.microsoft.com/graph/api/resources/message and its like.
"""

from typing import Annotated

from msgspec import Meta, Struct, field

__all__ = [
    "GraphAttachment",
    "GraphBody",
    "GraphFlag",
    "GraphFolder",
    "GraphLocale",
    "GraphMailboxSettings",
    "GraphMessage",
    "GraphRecipient",
    "GraphTime",
    "GraphUser",
    "Read",
    "Whole",
]

Whole = Annotated[int, Meta(ge=-(2**53), le=2**53)]
"""A number that everybody who reads JSON can hold (RFC 8259 §6)."""


class Read(Struct, rename="camel", gc=False):
    """A part of Graph's JSON. A tree: the garbage collector may pass by."""


class GraphAddress(Read):
    """A name and an address, as callers see them too."""

    name: str | None = None
    address: str | None = None


class GraphRecipient(Read):
    """Somebody who sends or receives."""

    email_address: GraphAddress | None = None


class GraphTime(Read):
    """A time without its zone, and the zone."""

    date_time: str | None = None
    time_zone: str | None = None


class GraphFlag(Read):
    """A follow-up flag."""

    flag_status: str | None = None
    due_date_time: GraphTime | None = None


class GraphBody(Read):
    """The content of a message."""

    content_type: str | None = None
    content: str | None = None


class GraphHeader(Read):
    """An Internet message header."""

    name: str = ""
    value: str = ""


class GraphAttachment(Read):
    """An attachment of any kind; ``odata_type`` tells which."""

    id: str
    odata_type: str = field(name="@odata.type", default="")
    name: str | None = None
    content_type: str | None = None
    size: Whole | None = None
    is_inline: bool | None = None
    content_id: str | None = None
    last_modified_date_time: str | None = None


class GraphMessage(Read):
    """A message, whole or in part; read fastest in the order of Graph's."""

    id: str
    odata_etag: str | None = field(name="@odata.etag", default=None)
    created_date_time: str | None = None
    last_modified_date_time: str | None = None
    change_key: str | None = None
    categories: list[str] | None = None
    received_date_time: str | None = None
    sent_date_time: str | None = None
    has_attachments: bool | None = None
    internet_message_id: str | None = None
    subject: str | None = None
    body_preview: str | None = None
    importance: str | None = None
    parent_folder_id: str | None = None
    conversation_id: str | None = None
    is_read: bool | None = None
    is_draft: bool | None = None
    web_link: str | None = None
    body: GraphBody | None = None
    sender: GraphRecipient | None = None
    from_: GraphRecipient | None = field(name="from", default=None)
    to_recipients: list[GraphRecipient] | None = None
    cc_recipients: list[GraphRecipient] | None = None
    bcc_recipients: list[GraphRecipient] | None = None
    reply_to: list[GraphRecipient] | None = None
    flag: GraphFlag | None = None
    internet_message_headers: list[GraphHeader] | None = None
    attachments: list[GraphAttachment] | None = None


class GraphFolder(Read):
    """A mail folder."""

    id: str
    display_name: str | None = None
    parent_folder_id: str | None = None
    child_folder_count: Whole | None = None
    unread_item_count: Whole | None = None
    total_item_count: Whole | None = None
    is_hidden: bool | None = None


class GraphLocale(Read):
    """A language."""

    locale: str | None = None


class GraphMailboxSettings(Read):
    """Settings of a mailbox; ``time_zone`` may be a Windows name.

    ``user_purpose`` is text, or an object that holds it
    (https://learn.microsoft.com/graph/api/user-get-mailboxsettings).
    """

    time_zone: str | None = None
    language: GraphLocale | None = None
    user_purpose: str | dict[str, str] | None = None


class GraphUser(Read):
    """A user of the directory."""

    id: str
    mail: str | None = None
    user_principal_name: str | None = None
    display_name: str | None = None
    given_name: str | None = None
    surname: str | None = None
    job_title: str | None = None
    preferred_language: str | None = None
    proxy_addresses: list[str] | None = None
    mailbox_settings: GraphMailboxSettings | None = None
