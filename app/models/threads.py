"""Threads of messages as callers see them."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from app.models.fields import ItemId
from app.models.mail import MessageSummary, Person
from app.models.queries import Paging

__all__ = ["Thread", "ThreadDetail", "ThreadPage", "ThreadQuery"]


class ThreadQuery(Paging):
    """Which threads, those with the newest messages first."""

    folder: Annotated[
        ItemId | None,
        Field(
            description="Id or well-known name: threads that have messages"
            " there, by the newest of these; all threads without it."
        ),
    ] = None


class Thread(TypedDict):
    """Messages that answer each other, in whatever folders they lie.

    ``is_partial``: it has more than the newest hundred, which are counted
    and looked at.
    """

    id: str
    subject: Annotated[str, Field(description="Of its first message.")]
    message_count: int
    unread_count: int
    has_attachments: bool
    participants: list[Person]
    last_message: MessageSummary
    is_partial: bool


class ThreadPage(TypedDict):
    """One page of threads, and where the next one starts."""

    items: list[Thread]
    next_cursor: str | None


class ThreadDetail(Thread):
    """A thread with its messages, the oldest first."""

    messages: list[MessageSummary]
