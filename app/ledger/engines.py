"""How the databases are spoken to: the settings of their connections."""

import asyncio
import os
import sqlite3
import uuid
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    create_async_engine,
)

__all__ = ["LedgerFile", "alone", "engine_for"]

_PATIENCE = 5
_CONNECT = 2
_POOL = 5
# Who waits for others to finish does not wait for a database that is gone.
_QUEUE = 10
_LOG = "PRAGMA journal_mode = WAL"
_SESSION = {
    "application_name": "exchange-api",
    # When a machine dies within a transaction, nobody tells the server, which
    # would keep its locks for hours.
    "idle_in_transaction_session_timeout": "15s",
}


class LedgerFile:
    """The file of a ledger in SQLite.

    One that is removed while it is open takes whatever is written to it, and
    all of that is lost in the end. So it is looked whether it is there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened: tuple[int, int] | None = None

    def prepare(self) -> None:
        """See that it is there; nobody else on the machine can read it.

        One that was opened before and is gone is not made anew: nothing in
        it would tell what has been done.

        Raises:
            OSError: It is not there, and cannot or must not be made.
            sqlite3.Error: There is no room for it.
        """
        # One that is there is not even opened here: to close it again would
        # end all locks that this process has on it (fcntl(2)).
        if self._opened is None and not self._path.exists():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._make()
        self._present()

    def opened(self) -> None:
        """Remember that the one that is there is the ledger."""
        self._opened = self._present()

    def is_there(self) -> bool:
        """Tell whether it is still the one that was opened."""
        try:
            return self._present() == self._opened
        except OSError:
            return False

    def _make(self) -> None:
        """Make it with its log, for who switches that on shuts out others."""
        draft = self._path.with_suffix(f".{uuid.uuid4().hex}")
        try:
            os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            with closing(sqlite3.connect(draft)) as connection:
                connection.execute(_LOG)
            # Linking fails if another process was first; then its file stands.
            with suppress(FileExistsError):
                os.link(draft, self._path)
        finally:
            draft.unlink(missing_ok=True)

    def _present(self) -> tuple[int, int]:
        found = self._path.stat()
        return found.st_dev, found.st_ino


def engine_for(url: URL) -> AsyncEngine:
    """Return what connects to a database; nothing is opened yet."""
    if url.drivername.startswith("sqlite"):
        return _sqlite(url)
    return create_async_engine(
        url,
        pool_size=_POOL,
        max_overflow=0,
        pool_timeout=_QUEUE,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "timeout": _CONNECT,
            "command_timeout": _PATIENCE,
            "server_settings": _SESSION,
        },
    )


async def alone(connection: AsyncConnection, about: bytes) -> None:
    """Wait until nobody else is here about the same, in any process.

    Then what was read is still so when it is written. It ends with the
    transaction. In SQLite there is one at a time anyway.

    Args:
        connection: In a transaction.
        about: At least eight bytes, of a digest.
    """
    if connection.dialect.name == "sqlite":
        return
    number = int.from_bytes(about[:8], "big", signed=True)
    lock = text("SELECT pg_advisory_xact_lock(:number)")
    await connection.execute(lock, {"number": number})


def _sqlite(url: URL) -> AsyncEngine:
    # There is one writer at a time in any case.
    engine = create_async_engine(
        url,
        pool_size=1,
        max_overflow=0,
        pool_timeout=_QUEUE,
        hide_parameters=True,
        connect_args={"timeout": _PATIENCE},
    )
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin)
    event.listen(engine.sync_engine, "handle_error", _interrupted)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    # What begins a transaction is said by `_begin`, not by the driver.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(_LOG)
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    # Who would only find out when it writes that another does, must fail.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _interrupted(context: ExceptionContext) -> None:
    # The statement goes on, and is rolled back after that. If the connection
    # were closed instead, it would keep its lock for as long as anybody
    # holds a cursor of it.
    if isinstance(context.original_exception, asyncio.CancelledError):
        context.is_disconnect = False
