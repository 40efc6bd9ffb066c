"""The database of the ledger: the way in, and what can go wrong."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    create_async_engine,
)

from app.ledger.vault import KeysLost, Vault, open_vault
from app.problems.errors import Outcome
from app.problems.ledger import LedgerUnavailable
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.ledger import LEDGER_BACK, LEDGER_LOST

__all__ = ["Database"]

_MIGRATIONS = Path(__file__).parent / "migrations"
_PATIENCE = 5
_CONNECT = 2
_POOL = 5
# Any number will do, as long as all processes take the same.
_MIGRATING = 7_305_116
_FAILURES = (SQLAlchemyError, OSError, CommandError, KeysLost)
_RETRY_AFTER = 5.0
_FULL = {
    "SQLITE_FULL": "The storage of the ledger is full.",
    "SQLITE_IOERR_WRITE": "The storage of the ledger takes nothing more.",
    "53100": "The storage of the ledger is full.",
}

First = Callable[[AsyncConnection], Awaitable[None]]


class Database:
    """Opens when it is first used, and again whenever that has failed.

    So the service starts, and serves what needs no ledger, while there is
    none. All failures are `LedgerUnavailable`.
    """

    def __init__(
        self,
        url: URL,
        secrets: Sequence[bytes],
        telemetry: Telemetry,
        *,
        first: First | None = None,
    ) -> None:
        """Take the place and the keys; nothing is opened yet.

        Args:
            url: With the driver that SQLAlchemy is to use.
            secrets: The first one wraps the key of the ledger, all unwrap.
            telemetry: Is told when the ledger is lost, and back again.
            first: What is done once, before anything else.
        """
        self._secrets = secrets
        self._telemetry = telemetry
        self._first = first
        self._engine = _engine(url)
        self._file = url.database if url.drivername.startswith("sq") else None
        self._opening = asyncio.Lock()
        self._vault: Vault | None = None
        self.is_lost = False

    @property
    def vault(self) -> Vault:
        """What seals the contents; there once a transaction was begun."""
        if self._vault is None:
            raise LedgerUnavailable(retry_after=_RETRY_AFTER)
        return self._vault

    async def open(self) -> Vault:
        """Open the ledger, if it is not, and bring its tables up to date.

        Raises:
            LedgerUnavailable: It cannot be opened.
        """
        async with self._opening:
            if self._vault is None:
                async with self._told(_Progress()):
                    self._vault = await self._opened()
            return self._vault

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """Do what stands inside wholly, or not at all.

        Nothing but the database is to be awaited inside.

        Raises:
            LedgerUnavailable: It was not done (``outcome`` not_performed), or
                the database has not said whether it was (unknown).
        """
        await self.open()
        progress = _Progress()
        async with (
            self._told(progress),
            self._engine.connect() as connection,
        ):
            yield connection
            progress.is_committing = True
            await connection.commit()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._engine.dispose()

    async def _opened(self) -> Vault:
        if self._file is not None:
            _create(Path(self._file))
        async with self._engine.begin() as connection:
            if self._file is None:
                lock = text("SELECT pg_advisory_xact_lock(:number)")
                await connection.execute(lock, {"number": _MIGRATING})
            await connection.run_sync(_upgrade)
            vault = await open_vault(connection, self._secrets)
            if self._first is not None:
                await self._first(connection)
            return vault

    @asynccontextmanager
    async def _told(self, progress: "_Progress") -> AsyncIterator[None]:
        """Tell failures as ours, and when they begin and end."""
        try:
            yield
        except _FAILURES as e:
            detail, reason = _explained(e)
            if not self.is_lost:
                self.is_lost = True
                self._telemetry.log(LEDGER_LOST, error=reason)
            raise LedgerUnavailable(
                detail,
                retry_after=_RETRY_AFTER,
                outcome=progress.outcome_of(reason),
            ) from e
        if self.is_lost:
            self.is_lost = False
            self._telemetry.log(LEDGER_BACK)


class _Progress:
    """How far a transaction has come."""

    is_committing = False

    def outcome_of(self, reason: str) -> Outcome:
        """Return what became of it, if it failed for this reason."""
        # A storage that is full has not taken it.
        if self.is_committing and reason not in _FULL:
            return Outcome.UNKNOWN
        return Outcome.NOT_PERFORMED


def _engine(url: URL) -> AsyncEngine:
    if not url.drivername.startswith("sqlite"):
        return create_async_engine(
            url,
            pool_size=_POOL,
            max_overflow=0,
            pool_timeout=_PATIENCE,
            pool_pre_ping=True,
            connect_args={
                "timeout": _CONNECT,
                "command_timeout": _PATIENCE,
            },
        )
    # There is one writer at a time in any case.
    engine = create_async_engine(
        url,
        pool_size=1,
        max_overflow=0,
        pool_timeout=_PATIENCE,
        connect_args={"timeout": _PATIENCE},
    )
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    # What begins a transaction is said by `_begin`, not by the driver.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    # Who would only find out when it writes that another does, must fail.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _create(file: Path) -> None:
    """Make the file so that nobody else on the machine can read it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))


@cache
def _newest() -> str | None:
    return ScriptDirectory(str(_MIGRATIONS)).get_current_head()


def _upgrade(connection: Connection) -> None:
    present = MigrationContext.configure(connection).get_current_revision()
    if present == _newest():
        return
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _explained(error: BaseException) -> tuple[str | None, str]:
    """Return what callers are told, and a word for the log.

    The text of the error is not for either: it may hold what was written.
    """
    if isinstance(error, KeysLost):
        return "The ledger was sealed with other keys.", "keys-lost"
    if isinstance(error, CommandError):
        return "The ledger is of another release.", "unknown-revision"
    origin: Any = getattr(error, "orig", None) or error
    cause = getattr(origin, "__cause__", None) or origin
    for source in (origin, cause):
        for name in ("sqlite_errorname", "sqlstate"):
            reason = getattr(source, name, None)
            if reason:
                return _FULL.get(reason), str(reason)
    return None, type(cause).__name__
