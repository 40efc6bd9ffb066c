"""Sends as those see them who look after them: callers and operators."""

from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    func,
    null,
    or_,
    select,
    true,
    update,
)

from app.ledger.database import Database
from app.ledger.forgetting import forget
from app.ledger.leases import free_at
from app.ledger.schema import sends
from app.ledger.send_records import UNFINISHED, SendRecord, Stage
from app.ledger.send_turns import is_due, is_in
from app.problems.errors import Outcome

__all__ = ["OutboxCounts", "SendDesk"]

# What was refused to a caller that waited is kept without its content: that
# caller was told, and may have sent it anew.
_GIVEN_UP = or_(
    sends.c.stage == Stage.UNKNOWN,
    and_(sends.c.stage == Stage.FAILED, sends.c.submission.is_not(None)),
)
_UNSENT = (Stage.QUEUED, Stage.DRAFTED)
# What is to be sent may be megabytes, and nobody here looks at it.
_SHOWN = (
    *(column for column in sends.c if column is not sends.c.submission),
    null().label(sends.c.submission.name),
)


class OutboxCounts(NamedTuple):
    """How many sends are in which stage, and since when the oldest is due.

    ``oldest_due`` is a Unix time; None if nothing is due. What waits for its
    user to call again does not count: no operator can help it.
    """

    stages: dict[Stage, int]
    oldest_due: float | None


class SendDesk:
    """Looks sends up, takes them back, and moves those that stand still.

    The records that it returns are without what is to be sent.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, send: str) -> SendRecord | None:
        """Return a send."""
        return await self._database.transaction(
            lambda connection: self._shown(connection, send)
        )

    async def cancel(
        self, record: SendRecord, now: float, **changes: Any
    ) -> SendRecord | None:
        """Take a send back that has not left; return it, if it was."""
        return await self._moved(
            record,
            now,
            stage=Stage.CANCELLED,
            submission=None,
            problem=None,
            **changes,
        )

    async def reschedule(
        self, record: SendRecord, send_at: float | None, now: float
    ) -> SendRecord | None:
        """Have a send leave at another time; return it, if it will."""
        due = max(now, send_at or now)
        return await self._moved(
            record, now, send_at=send_at, due_at=due, retry_at=due
        )

    async def dead_letters(
        self, tenant: str | None, most: int
    ) -> list[SendRecord]:
        """Return the sends that were given up, the newest first.

        Those are what was promised and not sent, and what nobody knows.
        """
        whose = true() if tenant is None else sends.c.tenant == tenant
        wanted = (
            select(*_SHOWN)
            .where(_GIVEN_UP, whose)
            .order_by(sends.c.updated_at.desc(), sends.c.seq.desc())
            .limit(most)
        )

        def look(connection: Connection) -> list[SendRecord]:
            rows = connection.execute(wanted).mappings()
            vault = self._database.vault
            return [SendRecord.of(row, vault) for row in rows]

        return await self._database.transaction(look)

    async def counts(self, now: float) -> OutboxCounts:
        """Count the sends that have not ended well."""
        shown = or_(is_in(sends, UNFINISHED), _GIVEN_UP)
        each = select(sends.c.stage, func.count()).where(shown)
        due = select(func.min(sends.c.due_at)).where(
            is_in(sends, UNFINISHED),
            sends.c.due_at <= now,
            sends.c.away.is_not(true()),
        )

        def count(connection: Connection) -> OutboxCounts:
            rows = connection.execute(each.group_by(sends.c.stage))
            stages = {Stage(stage): count for stage, count in rows}
            return OutboxCounts(stages, connection.scalar(due))

        return await self._database.transaction(count)

    async def revive(
        self, record: SendRecord, now: float
    ) -> SendRecord | None:
        """Have a send that was given up carried on; return it, if it will be.

        What may have been sent is looked for first. Of what was not, a draft
        may be left that could not be removed.
        """
        stage = Stage.SENDING
        if record.stage is Stage.FAILED:
            stage = Stage.DRAFTED if record.message_id else Stage.QUEUED
        return await self._changed(
            record,
            _GIVEN_UP,
            stage=stage,
            before=Outcome.NOT_PERFORMED,
            due_at=now,
            retry_at=now,
            failures=0,
            updated_at=now,
        )

    async def discard(self, record: SendRecord) -> bool:
        """Forget a send that was given up; tell whether it was."""
        it = delete(sends).where(
            sends.c.id == record.id,
            sends.c.claim == record.claim,
            _GIVEN_UP,
        )
        return await self._database.transaction(
            lambda connection: bool(connection.execute(it).rowcount)
        )

    async def hasten(self, now: float) -> None:
        """Have all that is due tried again: its pauses count no more."""
        all_due = update(sends).where(
            is_in(sends, UNFINISHED),
            sends.c.retry_at > now,
            is_due(sends, now),
        )
        await self._database.transaction(
            lambda it: it.execute(all_due.values(retry_at=now)).close()
        )

    async def purge(self, ended_before: float) -> int:
        """Forget the sends that ended so long ago; return how many."""
        old = and_(
            sends.c.updated_at < ended_before,
            sends.c.stage.not_in(UNFINISHED),
        )
        return await forget(self._database, sends, sends.c.seq, old)

    async def _moved(
        self, record: SendRecord, now: float, **changes: Any
    ) -> SendRecord | None:
        """Change a send that has not left, unless somebody has it."""
        is_here = sends.c.stage.in_(_UNSENT) & free_at(sends, now)
        return await self._changed(record, is_here, **changes, updated_at=now)

    async def _changed(
        self,
        record: SendRecord,
        condition: ColumnElement[bool],
        **changes: Any,
    ) -> SendRecord | None:
        """Change a send, unless somebody has changed it meanwhile."""
        it = update(sends).where(
            sends.c.id == record.id, sends.c.claim == record.claim, condition
        )
        changed = it.values(**changes, claim=record.claim + 1)

        def change(connection: Connection) -> SendRecord | None:
            if not connection.execute(changed).rowcount:
                return None
            return self._shown(connection, record.id)

        return await self._database.transaction(change)

    def _shown(self, connection: Connection, send: str) -> SendRecord | None:
        rows = connection.execute(select(*_SHOWN).where(sends.c.id == send))
        row = rows.mappings().one_or_none()
        if row is None:
            return None
        return SendRecord.of(row, self._database.vault)
