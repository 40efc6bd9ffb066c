"""Sends as those see them who carry them out.

In each lane only the first send that waits may be carried on. Whoever does
has a claim on it with a number, and what is written under an older number is
refused.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, RowMapping

from app.clock import Clock
from app.ledger.capacity import expect_room
from app.ledger.database import Database
from app.ledger.leases import LEASE, LeaseLost, renewal
from app.ledger.schema import sends
from app.ledger.send_records import SendRecord
from app.ledger.send_rows import (
    NewSend,
    left_alone,
    new_row,
    reached,
    sealed,
)
from app.ledger.send_statements import ADD, CHANGE, CLAIM, FIND, FORGET
from app.ledger.send_turns import WAITS, due, next_due, of_users
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
        is_served = sends.c.tenant.in_(tenants)
        self._due = due().where(is_served)
        self._next_due = next_due().where(is_served)
        self._of_users = of_users().where(is_served)

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

        def taken_on(connection: Connection) -> tuple[SendRecord, bool]:
            now = self.now()
            found = self._find(connection, new.id)
            if found is not None:
                return found, False
            expect_room(connection, new, self.capacity, now)
            row = new_row(new, self._database.vault, now)
            lane = {"of": new.lane, "now": now}
            is_ours = at_once and row["due_at"] <= now
            is_ours = is_ours and not connection.scalar(WAITS, lane)
            if is_ours:
                row |= self._claim_after(row["claim"], now)
            added = connection.execute(ADD, row).mappings().one()
            record = self._opened(added)
            return replace(record, before=new.before), is_ours

        # Else two would see nothing wait, and both be the first.
        return await self._database.transaction(taken_on, *new.alone_about)

    async def find(self, send: str) -> SendRecord | None:
        """Return a send."""
        return await self._database.transaction(
            lambda connection: self._find(connection, send)
        )

    async def of_users(self) -> list[bytes]:
        """Return the names of the lanes in which something is a user's."""
        return await self._database.transaction(
            lambda connection: list(connection.scalars(self._of_users))
        )

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

        def claim(
            connection: Connection,
        ) -> tuple[list[SendRecord], float | None]:
            now = {"now": self.now()}
            wanted = {**now, "here": list(here), "most": most}
            rows = connection.execute(self._due, wanted).mappings().all()
            found = [self._opened(row) for row in rows]
            claims = [self._claim(connection, each) for each in found]
            soonest = connection.scalar(self._next_due, now)
            return [each for each in claims if each is not None], soonest

        return await self._database.transaction(claim)

    async def claim(
        self, record: SendRecord, **changes: Any
    ) -> SendRecord | None:
        """Take over one send, changing it; None if somebody else has it."""

        def claim(connection: Connection) -> SendRecord | None:
            values = sealed(record.id, changes, self._database.vault)
            return self._claim(connection, record, **values)

        return await self._database.transaction(claim)

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

        def change(connection: Connection) -> SendRecord:
            values = sealed(record.id, changes, self._database.vault)
            values |= {"of": record.id, "under": record.claim}
            row = connection.execute(CHANGE, values).mappings().one_or_none()
            if row is None:
                raise LeaseLost
            return self._opened(row)

        return await self._database.transaction(change)

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
        mine = {"of": record.id, "under": record.claim}

        def forget(connection: Connection) -> None:
            if not connection.execute(FORGET, mine).rowcount:
                raise LeaseLost

        await self._database.transaction(forget)

    async def renew(self, records: Iterable[SendRecord]) -> None:
        """Keep claims from ending."""
        until = self.now() + LEASE
        mine = [{"row": each.id, "number": each.claim} for each in records]
        if not mine:
            return
        await self._database.transaction(
            lambda it: it.execute(renewal(sends, until), mine).close()
        )

    def _claim(
        self, connection: Connection, record: SendRecord, **changes: Any
    ) -> SendRecord | None:
        """Take a send over, unless somebody has it meanwhile."""
        now = self.now()
        values = self._claim_after(record.claim, now) | changes
        values |= {"of": record.id, "under": record.claim, "now": now}
        row = connection.execute(CLAIM, values).mappings().one_or_none()
        if row is None:
            return None
        return replace(self._opened(row), before=record.before)

    def _claim_after(self, number: int, now: float) -> dict[str, Any]:
        """Return what a row says when this process has the next claim.

        In the table it is in doubt from now on whether its draft was made:
        until something better is known, and if it never will be.
        """
        return {
            "before": Outcome.UNKNOWN,
            "owner": self._owner,
            "lease_until": now + LEASE,
            "claim": number + 1,
        }

    def _find(self, connection: Connection, send: str) -> SendRecord | None:
        row = connection.execute(FIND, {"of": send}).mappings().one_or_none()
        return None if row is None else self._opened(row)

    def _opened(self, row: RowMapping) -> SendRecord:
        return SendRecord.of(row, self._database.vault)
