"""How messages are sent: who takes them on, and who sees to them."""

from collections.abc import Callable
from dataclasses import dataclass

from app.gateway.mail import MailGateway
from app.gateway.pipeline import Pipeline
from app.gateway.replies import ReplyGateway
from app.ledger.idempotency import IdempotencyLedger
from app.ledger.send_desk import SendDesk
from app.ledger.sends import SendLedger
from app.services.actions import Actions
from app.services.mail.drafts import DraftService
from app.services.mail.reply_drafts import ReplyDrafts
from app.services.once import Once
from app.services.sending.desk import OutboxDesk
from app.services.sending.housekeeping import Housekeeping
from app.services.sending.intake import Intake
from app.services.sending.lanes import Lanes
from app.services.sending.outbox import OutboxService
from app.services.sending.prospects import Prospects
from app.services.sending.replies import ReplyService
from app.services.sending.reports import Reports
from app.services.sending.sends import SendService
from app.services.sending.tools import Tools
from app.services.sending.workers import Workers
from app.services.sending.writing import Writer
from app.telemetry.signals.ledger import OUTBOX_AGE, OUTBOX_WAITING
from app.wiring.ledger import LedgerParts
from app.wiring.parts import Parts

__all__ = ["SendingParts", "build_sending"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingParts:
    """The services that send, and the workers behind them.

    ``waiting`` counts sends by state, ``due`` tells for how many seconds the
    oldest has been; both of when they were counted last.
    """

    sends: SendService
    replies: ReplyService
    outbox: OutboxService
    desk: OutboxDesk
    workers: Workers
    waiting: Callable[[], dict[str, int]]
    due: Callable[[], float]


def build_sending(
    parts: Parts,
    book: LedgerParts,
    pipeline: Pipeline,
    requests: IdempotencyLedger,
    once: Once,
) -> SendingParts:
    """Make them; nothing is begun yet."""
    mail = MailGateway(pipeline)
    drafts = DraftService(mail, once, parts.clock)
    replies = ReplyDrafts(ReplyGateway(pipeline), mail, drafts)
    tools = _tools(parts, book, Writer(mail, drafts, replies), mail)
    desk = SendDesk(book.database)
    housekeeping = Housekeeping(
        desk,
        requests.purge,
        now=tools.ledger.now,
        clock=parts.clock,
        keep_sends=parts.settings.ledger.keep_sends,
    )
    parts.telemetry.watch(OUTBOX_WAITING, housekeeping.waiting)
    parts.telemetry.watch(OUTBOX_AGE, lambda: [(housekeeping.age(), {})])
    workers = Workers(
        tools,
        concurrency=parts.settings.outbox.concurrency,
        housekeeping=housekeeping,
    )
    parts.users.on_arrival(workers.nudge)
    intake = Intake(tools, workers, once)
    return SendingParts(
        sends=SendService(intake),
        replies=ReplyService(replies, mail, intake, once),
        outbox=OutboxService(tools, desk, workers),
        desk=OutboxDesk(tools, desk, workers, Actions(parts.telemetry)),
        workers=workers,
        waiting=lambda: {
            about["state"]: count for count, about in housekeeping.waiting()
        },
        due=housekeeping.age,
    )


def _tools(
    parts: Parts, book: LedgerParts, writer: Writer, mail: MailGateway
) -> Tools:
    outbox = parts.settings.outbox
    ledger = SendLedger(
        book.database,
        book.instance.name,
        parts.clock,
        capacity=outbox.capacity,
        tenants=[tenant.alias for tenant in parts.settings.every_tenant],
    )
    return Tools(
        mail=mail,
        rights=parts.rights,
        writer=writer,
        ledger=ledger,
        lanes=Lanes(book.database, ledger, parts.rights),
        prospects=Prospects(outbox.give_up_after, parts.uniform),
        reports=Reports(parts.telemetry),
        clock=parts.clock,
        stopping=parts.stopping,
        doubt=outbox.doubt,
    )
