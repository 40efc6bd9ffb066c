"""What the application shares with every request."""

from dataclasses import dataclass

from app.callers.quotas import Quotas
from app.clock import Clock
from app.services.attaching import AttachingService
from app.services.attachments import AttachmentService
from app.services.bulk import BulkService
from app.services.calendars import CalendarService
from app.services.categories import CategoryService
from app.services.contact_folders import ContactFolderService
from app.services.contacts import ContactService
from app.services.drafts import DraftService
from app.services.event_writing import EventWriting
from app.services.events import EventService
from app.services.folder_changes import FolderChanges
from app.services.folders import FolderService
from app.services.free_busy import FreeBusyService
from app.services.health import HealthService
from app.services.mailboxes import MailboxService
from app.services.meetings import MeetingService
from app.services.messages import MessageService
from app.services.moves import MoveService
from app.services.ops import OpsService
from app.services.overview import OverviewService
from app.services.people import PeopleService
from app.services.replies import ReplyService
from app.services.rooms import RoomService
from app.services.rules import RuleService
from app.services.scheduling import MeetingTimeService
from app.services.search import SearchService
from app.services.sends import SendService
from app.services.settings import SettingsService
from app.services.threads import ThreadService

__all__ = ["AppState"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AppState:
    """The services, and what requests are measured by.

    ``tenants`` are the aliases that are served, the default one first;
    ``total_timeout`` is in seconds.
    """

    clock: Clock
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
    overview: OverviewService
    replies: ReplyService
    rules: RuleService
    meeting_times: MeetingTimeService
    people: PeopleService
    rooms: RoomService
    search: SearchService
    sends: SendService
    threads: ThreadService
    settings: SettingsService
