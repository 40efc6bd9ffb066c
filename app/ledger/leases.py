"""Who works on what: claims that end by themselves if nobody renews them.

A lease only keeps two processes from doing the same work; it does not make
that impossible, since a process may sleep past its end. What it writes then
is refused, for each claim has a number, and only the newest may write.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    Update,
    bindparam,
    or_,
    update,
)

from app.clock import Clock
from app.problems.ledger import LedgerUnavailable

__all__ = [
    "LEASE",
    "Heartbeat",
    "LeaseLost",
    "Moment",
    "free_at",
    "is_free_at",
    "reclaim",
    "renewal",
]

LEASE = 15.0
"""Seconds after which others may take over."""

_BEAT = 5.0


class LeaseLost(Exception):
    """Somebody else has taken the work over."""


Moment = float | ColumnElement[float]
"""A Unix time, or what stands for one in a statement."""


def free_at(table: Table, now: Moment) -> ColumnElement[bool]:
    """Return the condition that nobody works on a row at a moment.

    A lease that ends later than any could was given by a clock that has been
    set back since.
    """
    until = table.c.lease_until
    return or_(until <= now, until > now + 2 * LEASE)


def is_free_at(lease_until: float, now: float) -> bool:
    """Tell whether nobody works, by the end of a lease, at a moment."""
    return not now < lease_until <= now + 2 * LEASE


def renewal(table: Table, until: float) -> Update:
    """Return what renews claims, given the ``row`` and ``number`` of each."""
    return (
        update(table)
        .where(
            table.c.id == bindparam("row"),
            table.c.claim == bindparam("number"),
        )
        .values(lease_until=until)
    )


def reclaim(
    tables: Sequence[Table], owner: str
) -> Callable[[Connection], None]:
    """Return what frees all that an instance of the same name has left."""

    def free(connection: Connection) -> None:
        for table in tables:
            connection.execute(
                update(table)
                .where(table.c.owner == owner)
                .values(owner=None, lease_until=0.0)
            )

    return free


class Heartbeat:
    """Renews the leases of this process while it holds any."""

    def __init__(
        self, renew: Callable[[], Awaitable[None]], clock: Clock
    ) -> None:
        self._renew = renew
        self._clock = clock
        self._held = 0
        self._task: asyncio.Task[None] | None = None
        self._renewing: asyncio.Task[None] | None = None

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Keep the leases alive while in here."""
        self._held += 1
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._beat())
        try:
            yield
        finally:
            self._held -= 1

    async def aclose(self) -> None:
        """Renew nothing more; what is being renewed is."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._renewing is not None:
            await asyncio.gather(self._renewing, return_exceptions=True)

    async def _beat(self) -> None:
        while True:
            await self._clock.sleep(_BEAT)
            if not self._held:
                return
            self._renewing = asyncio.create_task(self._renewed())
            await asyncio.shield(self._renewing)

    async def _renewed(self) -> None:
        # It is told already if there is no ledger; the next beat may be heard.
        with suppress(LedgerUnavailable):
            await self._renew()
