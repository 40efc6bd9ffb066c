"""What operators see of the outbox, and do about what was given up."""

from app.ledger.send_desk import SendDesk
from app.ledger.send_records import SendRecord, Stage
from app.models.ops import Done
from app.models.outbox import (
    DeadLetter,
    DeadLetterProblem,
    Outbox,
    OutboxQuery,
    OutboxState,
)
from app.problems.errors import ExchangeError
from app.problems.ledger import LedgerUnavailable
from app.problems.resources import Conflict, ItemNotFound
from app.services.actions import Actions
from app.services.sending.tools import Tools
from app.services.sending.views import counted, timestamp
from app.services.sending.workers import Workers

__all__ = ["OutboxDesk"]

_NOT_GIVEN_UP = "The send is neither failed nor unknown."


class OutboxDesk:
    """Shows the outbox, and has what was given up tried again or forgotten."""

    def __init__(
        self, tools: Tools, desk: SendDesk, workers: Workers, actions: Actions
    ) -> None:
        self._ledger = tools.ledger
        self._reports = tools.reports
        self._desk = desk
        self._workers = workers
        self._actions = actions

    async def counts(self) -> OutboxState | None:
        """Return how much waits; None if the ledger cannot be asked."""
        try:
            return await self._state()
        except LedgerUnavailable:
            return None

    async def show(self, wanted: OutboxQuery) -> Outbox:
        """Return how much waits, and what was given up.

        Raises:
            LedgerUnavailable: The ledger cannot be asked.
        """
        found = await self._desk.dead_letters(wanted.tenant, wanted.limit)
        return {
            "state": await self._state(),
            "dead_letters": [_dead_letter(record) for record in found],
        }

    async def retry(self, who: str, send: str) -> Done:
        """Have a send that was given up carried on.

        Raises:
            Conflict: It was not given up.
            ItemNotFound: There is none of that name.
        """
        record = await self._found(send)
        told = self._actions.told
        with told("outbox.retry", who, record.tenant, send_id=send) as done:
            revived = await self._desk.revive(record, self._ledger.now())
            if revived is None:
                raise Conflict(_NOT_GIVEN_UP)
            done["count"] = 1
        self._reports.advanced(revived)
        self._workers.nudge()
        return done

    async def discard(self, who: str, send: str) -> Done:
        """Forget a send that was given up, with what was to be sent.

        Raises:
            Conflict: It was not given up.
            ItemNotFound: There is none of that name.
        """
        record = await self._found(send)
        told = self._actions.told
        with told("outbox.discard", who, record.tenant, send_id=send) as done:
            if not await self._desk.discard(record):
                raise Conflict(_NOT_GIVEN_UP)
            done["count"] = 1
        return done

    async def _state(self) -> OutboxState:
        now = self._ledger.now()
        counts = await self._desk.counts(now)
        of, oldest = counted(counts.stages), counts.oldest_due
        return {
            "queued": of["queued"],
            "sending": of["sending"],
            "verifying": of["verifying"],
            "failed": of["failed"],
            "unknown": of["unknown"],
            "oldest_due": None if oldest is None else round(now - oldest, 1),
            "capacity": self._ledger.capacity,
        }

    async def _found(self, send: str) -> SendRecord:
        record = await self._desk.find(send)
        if record is None:
            raise ItemNotFound(resource="send")
        return record


def _dead_letter(record: SendRecord) -> DeadLetter:
    return {
        "id": record.id,
        "tenant": record.tenant,
        "status": "failed" if record.stage is Stage.FAILED else "unknown",
        "attempts": record.attempts,
        "created_at": timestamp(record.created_at),
        "updated_at": timestamp(record.updated_at),
        "problem": _problem(record.problem),
    }


def _problem(error: ExchangeError | None) -> DeadLetterProblem | None:
    """Tell of an error what names nobody: a detail may."""
    if error is None:
        return None
    return {"code": error.code, "title": error.title, "action": error.action}
