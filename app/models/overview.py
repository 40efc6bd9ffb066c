"""The overview of a mailbox as callers see it."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from app.models.calendar.events import EventSummary
from app.models.mail import MessageSummary
from app.models.mailbox_settings import AutomaticReplies
from app.models.mailboxes import Mailbox

__all__ = ["Counts", "Overview", "PartProblem", "PartStatus"]

PartStatus = Annotated[
    Literal["ok", "stale", "unavailable"],
    Field(
        description="`ok`: from Graph or a valid cache; `stale`: an older"
        " answer in place of an error; `unavailable`: see problem."
    ),
]


class PartProblem(TypedDict):
    """Why a part is not there; as in a problem document."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    category: str
    retryable: bool
    retry_after: int | None
    action: str


class _Part(TypedDict):
    status: PartStatus
    problem: PartProblem | None


class MailboxPart(_Part):
    """Whose the mailbox is."""

    data: Mailbox | None


class Counts(TypedDict):
    """How many messages a folder holds."""

    unread_count: int
    total_count: int


class CountsPart(_Part):
    """How many messages a folder holds, as far as is known."""

    data: Counts | None


class MessagesPart(_Part):
    """The newest messages of the inbox."""

    data: list[MessageSummary] | None


class CalendarPart(_Part):
    """What takes place next in the default calendar, within a week.

    Calendars are not told, and times are in the zones of the events.
    """

    data: list[EventSummary] | None


class AutomaticRepliesPart(_Part):
    """What is answered to mail while its reader is away."""

    data: AutomaticReplies | None


class Overview(TypedDict):
    """What a mailbox is like; each part fails, or is old, by itself."""

    mailbox: MailboxPart
    inbox: CountsPart
    drafts: CountsPart
    junk: CountsPart
    recent_messages: MessagesPart
    calendar: CalendarPart
    automatic_replies: AutomaticRepliesPart
