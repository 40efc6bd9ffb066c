"""What callers can do with sends that were taken on."""

from app.clock import Deadline
from app.ledger.send_desk import SendDesk
from app.ledger.send_records import SendRecord, Stage
from app.models.answers import Answer
from app.models.context import InMailbox
from app.models.sends import SendPatch
from app.problems.resources import (
    Conflict,
    ItemNotFound,
    PreconditionFailed,
)
from app.services.sending.schedule import expect_rights, expect_soon
from app.services.sending.submissions import kept
from app.services.sending.tools import Tools
from app.services.sending.views import send_answer
from app.services.sending.workers import Workers

__all__ = ["OutboxService"]

# Nobody waits longer for a draft to be removed: it does no harm.
_TO_TIDY_UP = 5.0
_GONE = "The message is being sent, or its sending has ended."


class OutboxService:
    """Tells what becomes of sends, and moves those that have not left."""

    def __init__(self, tools: Tools, desk: SendDesk, workers: Workers) -> None:
        self._tools = tools
        self._ledger = tools.ledger
        self._desk = desk
        self._lanes = tools.lanes
        self._workers = workers

    async def status(self, where: InMailbox, send: str) -> Answer:
        """Return a send of a mailbox (`Send`).

        Raises:
            ItemNotFound: The mailbox has none of that name, or it ended too
                long ago.
        """
        record = await self._desk.find(send)
        return send_answer(await self._expected(where, record, None))

    async def cancel(
        self, where: InMailbox, send: str, etag: str | None
    ) -> None:
        """Take a send back; what was taken back stays so.

        Raises:
            Conflict: It is being sent, or has ended otherwise.
            PreconditionFailed: It has another entity tag.
            ItemNotFound: As for `status`.
        """
        found = await self._ledger.find(send)
        record = await self._expected(where, found, etag)
        if record.stage is Stage.CANCELLED:
            return
        if record.submission is None:
            raise Conflict(_GONE)
        deadline = Deadline(self._tools.clock, _TO_TIDY_UP)
        submission, _ = kept(record.submission, record.tenant, send, deadline)
        cancelled = await self._desk.cancel(
            record, self._ledger.now(), message_id=submission.draft
        )
        if cancelled is None:
            # Somebody was faster; perhaps with the same.
            now = await self._desk.find(send)
            if now is not None and now.stage is Stage.CANCELLED:
                return
            raise Conflict(_GONE)
        self._tools.reports.advanced(cancelled)
        self._workers.nudge()
        where = where.until(deadline)
        writer = self._tools.writer
        await writer.discard(where, submission, record.message_id)
        if record.message_id is None and record.before is not None:
            await writer.discard_marked(where, submission, send)

    async def reschedule(
        self, where: InMailbox, send: str, patch: SendPatch, etag: str | None
    ) -> Answer:
        """Have a send leave at another time; return it (`Send`).

        Raises:
            InvalidRequest: That is too far ahead.
            NotSupported: The user's token ends before.
            Conflict: It is being sent, or has ended.
            PreconditionFailed: It has another entity tag.
            ItemNotFound: As for `status`.
        """
        now = self._ledger.now()
        send_at = None if patch.send_at is None else patch.send_at.timestamp()
        expect_soon(send_at, now)
        found = await self._desk.find(send)
        record = await self._expected(where, found, etag)
        await expect_rights(self._tools.rights, where.context, send_at, now)
        moved = await self._desk.reschedule(record, send_at, now)
        if moved is None:
            raise Conflict(_GONE)
        self._tools.reports.advanced(moved)
        self._workers.nudge()
        return send_answer(moved)

    async def _expected(
        self, where: InMailbox, record: SendRecord | None, etag: str | None
    ) -> SendRecord:
        """Return a send if it is the mailbox's, and as the caller thinks."""
        if record is None or not await self._lanes.fits(where, record):
            raise ItemNotFound(resource="send")
        if etag is not None and send_answer(record).etag != etag:
            raise PreconditionFailed
        return record
