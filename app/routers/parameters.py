"""What stands in the paths of routes."""

from typing import Annotated
from urllib.parse import unquote

from fastapi import Path
from pydantic import BeforeValidator, StringConstraints

from app.models.fields import ItemId, MailboxOrMe

__all__ = [
    "AttachmentId",
    "CalendarId",
    "CategoryId",
    "ContactFolderId",
    "ContactId",
    "EventId",
    "FolderId",
    "MailboxInPath",
    "MessageId",
    "RuleId",
    "SendId",
    "ThreadId",
    "decoded",
]


def decoded(value: object) -> object:
    """Decode what `IdsInPaths` has left encoded."""
    if isinstance(value, str) and "%" in value:
        return unquote(value)
    return value


_Id = Annotated[ItemId, BeforeValidator(decoded)]

MailboxInPath = Annotated[
    Annotated[MailboxOrMe, BeforeValidator(decoded)],
    Path(
        description="User principal name, primary address or object id; `me`"
        " for the mailbox of the user who calls.",
        examples=["ada@contoso.example"],
    ),
]
MessageId = Annotated[_Id, Path(description="Id of a message.")]
ThreadId = Annotated[_Id, Path(description="A `thread_id`.")]
CategoryId = Annotated[_Id, Path(description="Id of a category.")]
RuleId = Annotated[_Id, Path(description="Id of a rule.")]
SendId = Annotated[
    Annotated[
        str,
        StringConstraints(pattern="^[0-9a-f]{32}$"),
        BeforeValidator(decoded),
    ],
    Path(description="Id of a sending, as `Location` names it."),
]
AttachmentId = Annotated[_Id, Path(description="Id of an attachment.")]
ContactId = Annotated[_Id, Path(description="Id of a contact.")]
ContactFolderId = Annotated[
    _Id,
    Path(description="Id of a contact folder; `contacts` is the default."),
]
FolderId = Annotated[
    _Id,
    Path(
        description="Id of a folder, or `inbox`, `drafts`, `sent`, `deleted`,"
        " `archive`, `junk`, `outbox`.",
        examples=["inbox"],
    ),
]
CalendarId = Annotated[_Id, Path(description="Id of a calendar.")]
EventId = Annotated[
    _Id, Path(description="Id of an event, a series or an occurrence.")
]
