"""The databases that two services can share, and a look into them."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.postgres import PostgreSQL, postgresql

__all__ = ["DATABASES", "Shared", "shared"]

DATABASES = ("sqlite", "postgresql")
_ROWS = (
    "SELECT stage, before, attempts, failures, claim, owner, lease_until,"
    " created_at, updated_at, due_at, retry_at, id, message_id"
    " FROM sends WHERE id = '{send}' OR message_id IN ({messages})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A database: its ``url`` if it is a server, and how to ask it."""

    url: str | None
    sql: Callable[[str], str]

    def rows(self, send: str, messages: list[str]) -> str:
        """Return what is known of a message by its ids."""
        listed = ", ".join(f"'{name}'" for name in [*messages, "-"])
        return self.sql(_ROWS.format(send=send, messages=listed))


@contextmanager
def shared(database: str, data_dir: Path) -> Iterator[Shared]:
    """Make an empty database of a kind.

    Args:
        database: One of `DATABASES`.
        data_dir: Where the services will have the one of SQLite.
    """
    if database == "sqlite":
        yield Shared(
            url=None, sql=lambda text: _asked(data_dir / "ledger.db", text)
        )
        return
    with postgresql() as server:
        yield shared_on(server)


def shared_on(server: PostgreSQL) -> Shared:
    """Make a database on a server that is there."""
    server.sql("CREATE DATABASE crash")
    return Shared(
        url=server.url("crash"), sql=lambda text: server.sql(text, "crash")
    )


def _asked(file: Path, statement: str) -> str:
    with closing(sqlite3.connect(file)) as connection:
        try:
            rows = connection.execute(statement).fetchall()
        except sqlite3.OperationalError as error:
            return str(error)
    return "\n".join("|".join(map(str, row)) for row in rows)
