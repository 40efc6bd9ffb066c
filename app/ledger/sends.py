"""Sends as those see them who carry them out.

In each lane only the first send that waits may be carried on. Whoever does
has a claim on it with a number, and what is written under an older number is
refused.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import RowMapping, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.clock import Clock
from app.ledger.capacity import expect_room
from app.ledger.database import Database
from app.ledger.leases import LEASE, LeaseLost, free_at, renewal
from app.ledger.schema import sends
from app.ledger.send_records import SendRecord
from app.ledger.send_rows import (
    NewSend,
    claimed,
    left_alone,
    new_row,
    reached,
    sealed,
)
from app.ledger.send_turns import due, next_due, of_users, waits_in
from app.problems.errors import ExchangeError, Outcome

__all__ = ["SendLedger"]


class SendLedger:
    """Takes sends on, hands them out, and writes down how far they are."""

    def __init__(
        self,
        database: Database,
        owner: str,
        clock: Clock,
        *,
        capacity: int,
        tenants: Collection[str],
    ) -> None:
        """Take the place.

        Args:
            database: The ledger.
            owner: The name of this process in it.
            clock: Tells the time.
            capacity: How many sends may wait.
            tenants: Whose sends this process can carry out. Others may be
                known to another process, or again to this one.
        """
        self._database = database
        self._owner = owner
        self._clock = clock
        self.capacity = capacity
        self._is_served = sends.c.tenant.in_(tenants)

    def now(self) -> float:
        """Return the Unix time."""
        return self._clock.wall().timestamp()

    async def add(
        self, new: NewSend, *, at_once: bool
    ) -> tuple[SendRecord, bool]:
        """Take a send on, unless it is there.

        Args:
            new: The send.
            at_once: Whether this process carries it out if it is the first
                in its lane.

        Returns:
            The send, and whether the caller has a claim on it.

        Raises:
            Conflict: The draft is being sent already.
            ServiceOverloaded: Too many are waiting.
            LedgerUnavailable: It was not taken on, or nobody knows.
        """
        # Else two would see nothing wait, and both be the first.
        async with self._database.transaction(*new.alone_about) as connection:
            now = self.now()
            found = await self._find(connection, new.id)
            if found is not None:
                return found, False
            await expect_room(connection, new, self.capacity, now)
            row = new_row(new, self._database.vault, now)
            waits = select(waits_in(new.lane, now))
            is_first = at_once and row["due_at"] <= now
            is_first = is_first and not await connection.scalar(waits)
            rows = await connection.execute(
                insert(sends).values(row).returning(sends)
            )
            record = self._opened(rows.mappings().one())
            if is_first:
                taken = await self._claim(connection, record)
                return taken or record, taken is not None
            return record, False

    async def find(self, send: str) -> SendRecord | None:
        """Return a send."""
        async with self._database.transaction() as connection:
            return await self._find(connection, send)

    async def of_users(self) -> list[bytes]:
        """Return the names of the lanes in which something is a user's."""
        async with self._database.transaction() as connection:
            rows = await connection.scalars(of_users().where(self._is_served))
            return list(rows)

    async def claim_due(
        self, most: int, here: Collection[bytes] = ()
    ) -> tuple[list[SendRecord], float | None]:
        """Take over sends that are to be carried on now.

        Args:
            most: How many.
            here: The names of the lanes of users who have left a token here.

        Returns:
            The sends, and when others are to be that are not due yet.
        """
        async with self._database.transaction() as connection:
            now = self.now()
            rows = await connection.execute(
                due(now, here).where(self._is_served).limit(most)
            )
            found = [self._opened(row) for row in rows.mappings()]
            claims = [await self._claim(connection, each) for each in found]
            soonest: float | None = await connection.scalar(
                next_due(now).where(self._is_served)
            )
        return [each for each in claims if each is not None], soonest

    async def claim(
        self, record: SendRecord, **changes: Any
    ) -> SendRecord | None:
        """Take over one send, changing it; None if somebody else has it."""
        async with self._database.transaction() as connection:
            values = sealed(record.id, changes, self._database.vault)
            return await self._claim(connection, record, **values)

    async def advance(
        self,
        record: SendRecord,
        *,
        problem: ExchangeError | None = None,
        **changes: Any,
    ) -> SendRecord:
        """Write down how far a send is; return it as it is then.

        Why it was held up before is told until Exchange has taken it.

        Raises:
            LeaseLost: Somebody else carries it on.
            LedgerUnavailable: It could not be written down.
        """
        changes = reached(record, changes, problem, self.now())
        async with self._database.transaction() as connection:
            values = sealed(record.id, changes, self._database.vault)
            rows = await connection.execute(
                update(sends)
                .where(claimed(record))
                .values(values)
                .returning(sends)
            )
            row = rows.mappings().one_or_none()
            if row is None:
                raise LeaseLost
            return self._opened(row)

    async def release(
        self,
        record: SendRecord,
        *,
        problem: ExchangeError | None = None,
        **changes: Any,
    ) -> SendRecord:
        """Write down how far it is, and let others carry it on.

        Raises what `advance` raises.
        """
        changes = left_alone(record, changes)
        return await self.advance(record, problem=problem, **changes)

    async def forget(self, record: SendRecord) -> None:
        """Let it be as if a send had never been taken on.

        Raises what `advance` raises.
        """
        async with self._database.transaction() as connection:
            done = await connection.execute(
                delete(sends).where(claimed(record))
            )
            if not done.rowcount:
                raise LeaseLost

    async def renew(self, records: Iterable[SendRecord]) -> None:
        """Keep claims from ending."""
        until = self.now() + LEASE
        mine = [{"row": each.id, "number": each.claim} for each in records]
        if not mine:
            return
        async with self._database.transaction() as connection:
            await connection.execute(renewal(sends, until), mine)

    async def _claim(
        self, connection: AsyncConnection, record: SendRecord, **changes: Any
    ) -> SendRecord | None:
        """Take a send over, unless somebody has it meanwhile.

        In the table it is in doubt from now on whether its draft was made:
        until something better is known, and if it never will be.
        """
        now = self.now()
        changes = {
            "before": Outcome.UNKNOWN,
            **changes,
            "owner": self._owner,
            "lease_until": now + LEASE,
            "claim": record.claim + 1,
        }
        rows = await connection.execute(
            update(sends)
            .where(claimed(record), free_at(sends, now))
            .values(changes)
            .returning(sends)
        )
        row = rows.mappings().one_or_none()
        if row is None:
            return None
        return replace(self._opened(row), before=record.before)

    async def _find(
        self, connection: AsyncConnection, send: str
    ) -> SendRecord | None:
        rows = await connection.execute(
            select(sends).where(sends.c.id == send)
        )
        row = rows.mappings().one_or_none()
        return None if row is None else self._opened(row)

    def _opened(self, row: RowMapping) -> SendRecord:
        return SendRecord.of(row, self._database.vault)
