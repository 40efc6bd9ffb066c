"""The services, each with what it works by."""

from typing import NamedTuple

from app.callers.identity import Authenticate
from app.callers.quotas import Quotas
from app.callers.sign_in import sign_in_of
from app.gateway.attachments import AttachmentGateway
from app.gateway.bulk import BulkGateway
from app.gateway.calendar import CalendarGateway
from app.gateway.calendar_changes import CalendarChanges
from app.gateway.categories import CategoryGateway
from app.gateway.contacts import ContactGateway
from app.gateway.directory import DirectoryGateway
from app.gateway.folders import FolderGateway
from app.gateway.mail import MailGateway
from app.gateway.moves import MoveGateway
from app.gateway.names import MailboxNames
from app.gateway.overview import OverviewGateway
from app.gateway.people import PeopleGateway
from app.gateway.pipeline import Pipeline
from app.gateway.policies.breaker import Breaker
from app.gateway.rooms import RoomGateway
from app.gateway.rules import RuleGateway
from app.gateway.scheduling import SchedulingGateway
from app.gateway.searching import SearchGateway
from app.gateway.settings import SettingsGateway
from app.gateway.threads import ThreadGateway
from app.gateway.uploads import UploadGateway
from app.services.attachments.attaching import AttachingService
from app.services.attachments.attachments import AttachmentService
from app.services.calendar.calendars import CalendarService
from app.services.calendar.event_writing import EventWriting
from app.services.calendar.events import EventService
from app.services.calendar.free_busy import FreeBusyService
from app.services.calendar.meetings import MeetingService
from app.services.calendar.rooms import RoomService
from app.services.calendar.scheduling import MeetingTimeService
from app.services.creation import Creation
from app.services.folders.folder_changes import FolderChanges
from app.services.folders.folder_steps import FolderSteps
from app.services.folders.folders import FolderService
from app.services.health import HealthService, Senses
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
from app.services.once import Once
from app.services.ops import OpsService
from app.services.people.contact_folders import ContactFolderService
from app.services.people.contacts import ContactService
from app.services.people.people import PeopleService
from app.services.probes import Probes
from app.services.state import AppState
from app.services.status.board import StatusBoard
from app.services.status.history import History
from app.services.status.sights import Sights
from app.wiring.gauges import credentials_end
from app.wiring.ops import levers_of, meters_of
from app.wiring.parts import Parts
from app.wiring.sending import SendingParts

__all__ = ["Guards", "build_services"]


class Guards(NamedTuple):
    """What refuses calls before they reach Graph, and callers.

    ``authenticate`` refuses those that are not known, ``quotas`` those that
    ask too much.
    """

    authenticate: Authenticate
    breaker: Breaker
    quotas: Quotas


def build_services(
    parts: Parts,
    pipeline: Pipeline,
    sending: SendingParts,
    once: Once,
    guards: Guards,
) -> AppState:
    """Make the services."""
    breaker, quotas = guards.breaker, guards.quotas
    mail = MailGateway(pipeline)
    folders = FolderGateway(pipeline)
    reading = FolderService(folders)
    calendars = CalendarGateway(pipeline)
    changes = CalendarChanges(pipeline)
    names = MailboxNames()
    creation = Creation(once, parts.clock)
    contacts = ContactGateway(pipeline)
    drafts = DraftService(mail, once, parts.clock)
    free_busy = FreeBusyService(SchedulingGateway(pipeline))
    tenants = tuple(tenant.alias for tenant in parts.settings.every_tenant)
    senses = Senses(
        tokens=lambda: list(parts.tokens.states()),
        breakers=lambda: list(breaker.states()),
        closed_gates=lambda: list(parts.gates.closed()),
        is_ledger_lost=lambda: once.is_ledger_lost,
        is_stopping=lambda: parts.stopping.has_begun,
        vitals=parts.vitals,
    )
    directory = DirectoryGateway(pipeline, names)
    probes = Probes(
        directory.probe,
        parts.vitals,
        parts.settings.timeouts.total,
        clock=parts.clock,
        telemetry=parts.telemetry,
    )
    meters = meters_of(parts, breaker, quotas, sending.desk)
    return AppState(
        clock=parts.clock,
        authenticate=guards.authenticate,
        sign_in=sign_in_of(parts.settings),
        tenants=tenants,
        total_timeout=parts.settings.timeouts.total,
        attaching=AttachingService(
            AttachmentGateway(pipeline),
            UploadGateway(pipeline, parts.settings.upload_origins),
            mail,
            once=once,
            clock=parts.clock,
        ),
        attachments=AttachmentService(AttachmentGateway(pipeline)),
        calendars=CalendarService(calendars, changes, once),
        contact_folders=ContactFolderService(contacts, folders, creation),
        contacts=ContactService(contacts, folders, creation),
        categories=CategoryService(
            CategoryGateway(pipeline), once, parts.clock
        ),
        bulk=BulkService(BulkGateway(pipeline), folders, once, parts.clock),
        drafts=drafts,
        folder_changes=FolderChanges(
            folders, reading, FolderSteps(folders, parts.clock), once
        ),
        event_writing=EventWriting(calendars, changes, once),
        events=EventService(calendars),
        folders=reading,
        free_busy=free_busy,
        health=HealthService(senses, probes, parts.clock),
        mailboxes=MailboxService(directory),
        meetings=MeetingService(calendars, changes, once, parts.clock),
        messages=MessageService(mail, folders, parts.clock),
        moves=MoveService(
            MoveGateway(pipeline), mail, folders, once=once, clock=parts.clock
        ),
        quotas=quotas,
        ops=OpsService(
            tenants,
            meters,
            levers_of(parts, breaker, names),
            parts.telemetry,
        ),
        overview=OverviewService(
            OverviewGateway(pipeline, names), parts.clock
        ),
        outbox=sending.outbox,
        outbox_desk=sending.desk,
        replies=sending.replies,
        rules=RuleService(RuleGateway(pipeline), folders, once, parts.clock),
        meeting_times=MeetingTimeService(free_busy),
        people=PeopleService(PeopleGateway(pipeline)),
        rooms=RoomService(RoomGateway(pipeline)),
        search=SearchService(mail, SearchGateway(pipeline)),
        threads=ThreadService(
            ThreadGateway(pipeline), SearchGateway(pipeline)
        ),
        sends=sending.sends,
        status=StatusBoard(
            tenants,
            Sights(
                clock=parts.clock,
                meters=meters,
                vitals=parts.vitals,
                history=History(parts.clock),
                stopping=parts.stopping,
                is_ledger_lost=senses.is_ledger_lost,
                outbox=sending.waiting,
                due=sending.due,
                probe=probes.begin,
                credentials_end=lambda: credentials_end(parts),
            ),
        ),
        settings=SettingsService(SettingsGateway(pipeline)),
    )
