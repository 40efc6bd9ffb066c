"""A ledger without the service around it, and what can befall it."""

import io
import json
import resource
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Connection, Row, func, insert, select, text

from app.ledger.database import Database
from app.ledger.schema import METADATA, requests
from app.settings import Settings, ledger_url
from app.telemetry.logs import EventLog
from app.telemetry.recorder import Telemetry
from tests.support.postgres import PostgreSQL
from tests.support.service import settings_for

__all__ = ["SECRET", "Place", "count", "no_file_beyond", "remember"]

SECRET = b"a-key-of-the-tests"


@dataclass(kw_only=True)
class Place:
    """Where a ledger is: in PostgreSQL, or in a file of the data directory."""

    data_dir: Path
    url: str | None
    server: PostgreSQL | None
    log: io.StringIO = field(default_factory=io.StringIO)

    @property
    def file(self) -> Path:
        """The file of the ledger, if it is in one."""
        return self.data_dir / "ledger.db"

    @property
    def is_sqlite(self) -> bool:
        """Whether it is in a file."""
        return self.server is None

    def settings(self, **changes: Any) -> Settings:
        """Return settings of a service whose ledger is there."""
        return settings_for(self.data_dir, database_url=self.url, **changes)

    @asynccontextmanager
    async def database(
        self, secrets: Sequence[bytes] = (SECRET,)
    ) -> AsyncIterator[Database]:
        """Give a way in, and close it."""
        given = SecretStr(self.url) if self.url else None
        database = Database(
            ledger_url(given, str(self.file)),
            secrets,
            Telemetry(EventLog(self.log)),
        )
        try:
            yield database
        finally:
            await database.aclose()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Take the ledger away for a while: the server, or the file."""
        if self.server is not None:
            with self.server.away():
                yield
            return
        hidden = self.file.with_name("hidden.db")
        self.file.rename(hidden)
        try:
            yield
        finally:
            hidden.rename(self.file)

    def hinder(self) -> None:
        """Let the ledger not come into being, until `let_come`."""
        if self.server is not None:
            self.server.stop()
        else:
            # Where a directory is, no file can be.
            self.file.mkdir()

    def let_come(self) -> None:
        """Let it be there, or be made."""
        if self.server is not None:
            self.server.start()
        else:
            self.file.rmdir()

    async def scalar(self, query: str) -> Any:
        """Return what SQL finds, asked beside all others."""
        async with self.database() as database:
            return await database.transaction(
                lambda connection: connection.scalar(text(query))
            )

    async def contents(self) -> bytes:
        """Return all that is in the ledger, as it is stored."""
        if self.server is None:
            files = self.data_dir.rglob("*")
            return b"".join(it.read_bytes() for it in files if it.is_file())
        async with self.database() as database:
            rows = await database.transaction(_all_rows)
        return b"\n".join(
            it if isinstance(it, bytes) else str(it).encode()
            for row in rows
            for it in row
        )

    def events(self) -> list[dict[str, Any]]:
        """Return what was logged."""
        return [json.loads(line) for line in self.log.getvalue().splitlines()]


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """Let no file grow further than that, as on a full disk (setrlimit(2))."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def remember(database: Database, *names: bytes, weight: int = 0) -> None:
    """Write down requests, in one transaction."""
    rows = [
        {
            "id": name,
            "fingerprint": b"",
            "marker": "",
            "notes": bytes(weight),
            "claim": 0,
            "lease_until": 0.0,
            "created_at": 0.0,
            "expires_at": 0.0,
        }
        for name in names
    ]

    def add(connection: Connection) -> None:
        for row in rows:
            connection.execute(insert(requests), row)

    await database.transaction(add)


async def count(database: Database) -> int:
    """Return how many requests are written down."""
    all_of_them = select(func.count()).select_from(requests)
    return await database.transaction(
        lambda connection: connection.execute(all_of_them).scalar_one()
    )


def _all_rows(connection: Connection) -> list[Row[Any]]:
    return [
        row
        for table in METADATA.tables.values()
        for row in connection.execute(select(table))
    ]
