"""Mailboxes as callers see them."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from app.models.fields import Partial

__all__ = ["Mailbox", "MailboxPage"]


class Mailbox(TypedDict):
    """A mailbox and whom it belongs to.

    Lists leave ``kind`` at ``unknown`` and ``time_zone`` at None: Graph tells
    them for one mailbox at a time only.
    """

    id: str
    address: str | None
    display_name: str | None
    given_name: str | None
    surname: str | None
    job_title: str | None
    aliases: list[str]
    kind: Literal["user", "shared", "room", "unknown"]
    language: Annotated[str | None, Field(examples=["en-GB"])]
    time_zone: Annotated[str | None, Field(examples=["Europe/Berlin"])]
    is_partial: Partial


class MailboxPage(TypedDict):
    """One page of mailboxes, and where the next one starts."""

    items: list[Mailbox]
    next_cursor: str | None
