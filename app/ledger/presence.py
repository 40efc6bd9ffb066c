"""Whether there is a ledger now."""

from sqlalchemy import select, update

from app.clock import Clock
from app.ledger.database import Database
from app.ledger.schema import ledger_keys

__all__ = ["Presence"]

# Seconds for which a ledger that was there is taken to be there.
_GOOD_FOR = 1.0


class Presence:
    """Sees to it that nothing is begun while there is no ledger."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._seen: float | None = None

    @property
    def is_lost(self) -> bool:
        """Whether the ledger has failed when it was last used."""
        return self._database.is_lost

    async def expect(self) -> None:
        """Look whether the ledger is there, unless it was just now.

        Where it was lost it must take something in to count as back: one
        whose storage is full can still be read.

        Raises:
            LedgerUnavailable: It is not.
        """
        now = self._clock.now()
        was_lost = self._database.is_lost
        is_new = self._seen is not None and now - self._seen <= _GOOD_FOR
        if is_new and not was_lost:
            return
        same = update(ledger_keys).values(id=ledger_keys.c.id)
        there = select(ledger_keys.c.id)
        look = same if was_lost else there
        await self._database.transaction(lambda it: it.execute(look).close())
        self._seen = now
