"""Sends as those see them who look after them: callers and operators."""

from typing import Any, NamedTuple

from sqlalchemy import delete, func, select, update

from app.ledger.database import Database
from app.ledger.leases import free_at
from app.ledger.schema import sends
from app.ledger.send_records import UNFINISHED, SendRecord, Stage

__all__ = ["OutboxCounts", "SendDesk"]

_GIVEN_UP = (Stage.FAILED, Stage.UNKNOWN)
_UNSENT = (Stage.QUEUED, Stage.DRAFTED)


class OutboxCounts(NamedTuple):
    """How many sends are in which stage, and since when the oldest is due.

    ``oldest_due`` is a Unix time; None if nothing is due.
    """

    stages: dict[Stage, int]
    oldest_due: float | None


class SendDesk:
    """Looks sends up, takes them back, and moves those that stand still."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def cancel(self, record: SendRecord, now: float) -> bool:
        """Take a send back that has not left; tell whether it was."""
        return await self._moved(
            record,
            now,
            stage=Stage.CANCELLED,
            submission=None,
            problem=None,
        )

    async def reschedule(
        self, record: SendRecord, send_at: float | None, now: float
    ) -> bool:
        """Have a send leave at another time; tell whether it will."""
        due = max(now, send_at or now)
        return await self._moved(
            record, now, send_at=send_at, due_at=due, retry_at=due
        )

    async def dead_letters(self, most: int) -> list[SendRecord]:
        """Return the sends that were given up, the newest first."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(sends)
                .where(sends.c.stage.in_(_GIVEN_UP))
                .order_by(sends.c.updated_at.desc(), sends.c.seq.desc())
                .limit(most)
            )
            vault = self._database.vault
            return [SendRecord.of(row, vault) for row in rows.mappings()]

    async def counts(self, now: float) -> OutboxCounts:
        """Count the sends that have not ended well."""
        shown = (*UNFINISHED, *_GIVEN_UP)
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(sends.c.stage, func.count())
                .where(sends.c.stage.in_(shown))
                .group_by(sends.c.stage)
            )
            stages = {Stage(stage): count for stage, count in rows}
            oldest: float | None = await connection.scalar(
                select(func.min(sends.c.due_at)).where(
                    sends.c.stage.in_(UNFINISHED), sends.c.due_at <= now
                )
            )
        return OutboxCounts(stages, oldest)

    async def discard(self, record: SendRecord) -> bool:
        """Forget a send that was given up; tell whether it was."""
        async with self._database.transaction() as connection:
            done = await connection.execute(
                delete(sends).where(
                    sends.c.id == record.id,
                    sends.c.claim == record.claim,
                    sends.c.stage.in_(_GIVEN_UP),
                )
            )
        return bool(done.rowcount)

    async def purge(self, ended_before: float) -> int:
        """Forget the sends that ended so long ago; return how many."""
        async with self._database.transaction() as connection:
            done = await connection.execute(
                delete(sends).where(
                    sends.c.updated_at < ended_before,
                    sends.c.stage.not_in(UNFINISHED),
                )
            )
        return done.rowcount

    async def _moved(
        self, record: SendRecord, now: float, **changes: Any
    ) -> bool:
        """Change a send that has not left, unless somebody has it."""
        async with self._database.transaction() as connection:
            done = await connection.execute(
                update(sends)
                .where(
                    sends.c.id == record.id,
                    sends.c.claim == record.claim,
                    sends.c.stage.in_(_UNSENT),
                    free_at(sends, now),
                )
                .values(**changes, updated_at=now, claim=record.claim + 1)
            )
        return bool(done.rowcount)
