"""A look into the ledger that two services share, from outside."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from tests.support.postgres import postgresql

__all__ = ["DATABASES", "Ledger", "opened"]

DATABASES = ("sqlite", "postgresql")
_UNDER_WAY = (
    "SELECT count(*) FROM sends"
    " WHERE stage IN ('queued', 'drafted', 'sending', 'verifying')"
)
_ROWS = (
    "SELECT stage, before, attempts, failures, claim, owner, lease_until,"
    " created_at, updated_at, due_at, retry_at, id, message_id"
    " FROM sends WHERE id = '{send}' OR message_id IN ({messages})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """A ledger: its ``url`` if it is on a server, else its ``file``."""

    file: Path
    url: str | None = None

    async def under_way(self) -> int:
        """Count the sends that have not ended."""
        [[count]] = await self._asked(_UNDER_WAY)
        return int(count)

    async def rows(self, send: str, messages: Sequence[str]) -> list[str]:
        """Return what is known of a message by its ids."""
        listed = ", ".join(f"'{name}'" for name in [*messages, "-"])
        rows = await self._asked(_ROWS.format(send=send, messages=listed))
        return ["|".join(map(str, row)) for row in rows]

    async def _asked(self, statement: str) -> Sequence[Sequence[Any]]:
        if self.url is not None:
            connection = await asyncpg.connect(self.url)
            try:
                found = await connection.fetch(statement)
            finally:
                await connection.close()
            return [tuple(row) for row in found]
        with closing(sqlite3.connect(self.file)) as file:
            return file.execute(statement).fetchall()


@contextmanager
def opened(database: str, data_dir: Path) -> Iterator[Ledger]:
    """Make a place for an empty ledger.

    Args:
        database: One of `DATABASES`.
        data_dir: Where the services will have it, if that is SQLite's.
    """
    file = data_dir / "ledger.db"
    if database == "sqlite":
        yield Ledger(file=file)
        return
    with postgresql() as server, server.new_database() as url:
        yield Ledger(file=file, url=url)
