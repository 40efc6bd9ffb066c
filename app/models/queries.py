"""What callers can ask of lists and of single resources."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.models.fields import (
    Address,
    Depth,
    Flag,
    Instant,
    ItemId,
    Line,
    PageSize,
)

__all__ = [
    "FolderQuery",
    "MailboxQuery",
    "MessageQuery",
    "MessageView",
    "Paging",
    "Sort",
]


Sort = Literal[
    "-received_at",
    "received_at",
    "-sent_at",
    "sent_at",
    "-subject",
    "subject",
    "-from",
    "from",
]


class Paging(BaseModel):
    """Which page of a list."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True
    )

    limit: Annotated[
        PageSize, Field(description="Items on a page, at most.")
    ] = 25
    cursor: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=8192,
            description="next_cursor of the page before, with the same"
            " parameters.",
        ),
    ] = None


class MailboxQuery(Paging):
    """Which mailboxes of the directory."""

    query: Annotated[
        Line | None,
        Field(
            min_length=1,
            max_length=200,
            description="Words of the name, or the beginning of an address;"
            " of an alias too, if it has its `@`.",
        ),
    ] = None


class FolderQuery(Paging):
    """Which folders."""

    parent: Annotated[
        ItemId | None,
        Field(
            description="Id or well-known name of the folder whose children"
            " to list; the top of the mailbox without it."
        ),
    ] = None
    depth: Annotated[
        Depth,
        Field(
            description="Levels of the tree to list, each folder followed by"
            " those in it."
        ),
    ] = 1
    hidden: Annotated[Flag, Field(description="Hidden ones too.")] = False


class MessageQuery(Paging):
    """Which messages, newest first."""

    folder: Annotated[
        ItemId | None,
        Field(description="Id or well-known name; all folders without it."),
    ] = None
    query: Annotated[
        Line | None,
        Field(
            min_length=1,
            max_length=500,
            description="Words to search for. Exchange finds the newest 250"
            " messages with them, no more; what else is asked for is sought"
            " among these. A page may then be short, or empty, and still have"
            " a next_cursor.",
        ),
    ] = None
    from_: Annotated[Address | None, Field(alias="from")] = None
    to: Annotated[
        Address | None,
        Field(description="In the line To; searched for, as query is."),
    ] = None
    subject: Annotated[
        Line | None,
        Field(
            min_length=1,
            max_length=255,
            description="Part of it; with query or to, beginnings of words.",
        ),
    ] = None
    is_read: Flag | None = None
    is_flagged: Flag | None = None
    has_attachments: Flag | None = None
    category: Annotated[Line | None, Field(min_length=1, max_length=255)] = (
        None
    )
    importance: Literal["low", "normal", "high"] | None = None
    since: Annotated[
        Instant | None, Field(description="Received then or later.")
    ] = None
    until: Annotated[Instant | None, Field(description="Received before.")] = (
        None
    )
    thread: Annotated[ItemId | None, Field(description="A thread_id.")] = None
    sort: Annotated[
        Sort,
        Field(description="By what; with `-` from the last to the first."),
    ] = "-received_at"

    @property
    def is_search(self) -> bool:
        """Whether there is something that Exchange only searches for."""
        return self.query is not None or self.to is not None


class MessageView(BaseModel):
    """Which form of a message."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    body: Annotated[
        Literal["html", "text", "none"],
        Field(description="HTML is sanitized; Exchange makes text of it."),
    ] = "html"
    headers: Annotated[
        Flag, Field(description="Internet message headers too.")
    ] = False
