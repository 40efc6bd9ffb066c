"""What the application shares with every request."""

from dataclasses import dataclass

from app.callers.identity import Authenticate
from app.callers.quotas import Quotas
from app.callers.sign_in import SignIn
from app.clock import Clock
from app.services.attachments.attaching import AttachingService
from app.services.attachments.attachments import AttachmentService
from app.services.calendar.calendars import CalendarService
from app.services.calendar.event_writing import EventWriting
from app.services.calendar.events import EventService
from app.services.calendar.free_busy import FreeBusyService
from app.services.calendar.meetings import MeetingService
from app.services.calendar.rooms import RoomService
from app.services.calendar.scheduling import MeetingTimeService
from app.services.folders.folder_changes import FolderChanges
from app.services.folders.folders import FolderService
from app.services.health import HealthService
from app.services.mail.bulk import BulkService
from app.services.mail.drafts import DraftService
from app.services.mail.messages import MessageService
from app.services.mail.moves import MoveService
from app.services.mail.search import SearchService
from app.services.mail.threads import ThreadService
from app.services.mailbox.categories import CategoryService
from app.services.mailbox.mailboxes import MailboxService
from app.services.mailbox.overview import OverviewService
from app.services.mailbox.rules import RuleService
from app.services.mailbox.settings import SettingsService
from app.services.ops import OpsService
from app.services.people.contact_folders import ContactFolderService
from app.services.people.contacts import ContactService
from app.services.people.people import PeopleService
from app.services.sending.desk import OutboxDesk
from app.services.sending.outbox import OutboxService
from app.services.sending.replies import ReplyService
from app.services.sending.sends import SendService
from app.services.status.board import StatusBoard

__all__ = ["AppState"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AppState:
    """The services, and what requests are measured by.

    ``authenticate`` tells who calls, ``sign_in`` pages how to. ``tenants``
    are the aliases that are served, the default one first; ``total_timeout``
    is in seconds.
    """

    clock: Clock
    authenticate: Authenticate
    sign_in: SignIn
    tenants: tuple[str, ...]
    total_timeout: float
    attaching: AttachingService
    attachments: AttachmentService
    calendars: CalendarService
    contact_folders: ContactFolderService
    contacts: ContactService
    categories: CategoryService
    bulk: BulkService
    drafts: DraftService
    folder_changes: FolderChanges
    event_writing: EventWriting
    events: EventService
    folders: FolderService
    free_busy: FreeBusyService
    health: HealthService
    mailboxes: MailboxService
    meetings: MeetingService
    messages: MessageService
    moves: MoveService
    quotas: Quotas
    ops: OpsService
    outbox: OutboxService
    outbox_desk: OutboxDesk
    overview: OverviewService
    replies: ReplyService
    rules: RuleService
    meeting_times: MeetingTimeService
    people: PeopleService
    rooms: RoomService
    search: SearchService
    sends: SendService
    status: StatusBoard
    threads: ThreadService
    settings: SettingsService
