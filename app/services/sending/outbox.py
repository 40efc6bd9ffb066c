"""What callers can do with sends that were taken on."""

from app.ledger.send_desk import SendDesk
from app.ledger.send_records import SendRecord, Stage
from app.ledger.sends import SendLedger
from app.models.answers import Answer
from app.models.context import InMailbox
from app.models.sends import SendPatch
from app.problems.resources import (
    Conflict,
    ItemNotFound,
    PreconditionFailed,
)
from app.services.sending.lanes import Lanes
from app.services.sending.schedule import expect_soon
from app.services.sending.submissions import kept
from app.services.sending.views import send_answer
from app.services.sending.workers import Workers
from app.services.sending.writing import Writer

__all__ = ["OutboxService"]

_GONE = "The message is being sent, or was."


class OutboxService:
    """Tells what becomes of sends, and moves those that have not left."""

    def __init__(
        self,
        ledger: SendLedger,
        desk: SendDesk,
        lanes: Lanes,
        workers: Workers,
        writer: Writer,
    ) -> None:
        self._ledger = ledger
        self._desk = desk
        self._lanes = lanes
        self._workers = workers
        self._writer = writer

    async def status(self, where: InMailbox, send: str) -> Answer:
        """Return a send of a mailbox (`Send`).

        Raises:
            ItemNotFound: The mailbox has none of that name, or it ended too
                long ago.
        """
        return send_answer(await self._found(where, send))

    async def cancel(
        self, where: InMailbox, send: str, etag: str | None
    ) -> None:
        """Take a send back.

        Raises:
            Conflict: It is being sent, or has ended otherwise.
            PreconditionFailed: It has another entity tag.
            ItemNotFound: As for `status`.
        """
        record = await self._found(where, send)
        _expect(record, etag)
        if record.stage is Stage.CANCELLED:
            return
        if not await self._desk.cancel(record, self._ledger.now()):
            raise Conflict(_GONE)
        self._workers.nudge()
        deadline = where.context.deadline
        if record.submission:
            submission, _ = kept(
                record.submission, record.tenant, send, deadline
            )
            await self._writer.discard(where, submission, record.message_id)

    async def reschedule(
        self, where: InMailbox, send: str, patch: SendPatch, etag: str | None
    ) -> Answer:
        """Have a send leave at another time; return it (`Send`).

        Raises:
            InvalidRequest: That is too far ahead.
            Conflict: It is being sent, or has ended.
            PreconditionFailed: It has another entity tag.
            ItemNotFound: As for `status`.
        """
        now = self._ledger.now()
        send_at = None if patch.send_at is None else patch.send_at.timestamp()
        expect_soon(send_at, now)
        record = await self._found(where, send)
        _expect(record, etag)
        if not await self._desk.reschedule(record, send_at, now):
            raise Conflict(_GONE)
        self._workers.nudge()
        return await self.status(where, send)

    async def _found(self, where: InMailbox, send: str) -> SendRecord:
        record = await self._ledger.find(send)
        if record is None or not await self._lanes.fits(where, record):
            raise ItemNotFound(resource="send")
        return record


def _expect(record: SendRecord, etag: str | None) -> None:
    if etag is not None and send_answer(record).etag != etag:
        raise PreconditionFailed
