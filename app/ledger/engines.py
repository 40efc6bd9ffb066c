"""How the databases are spoken to: the settings of their connections."""

import asyncio
import os
import sqlite3
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import URL

__all__ = ["Engine", "LedgerFile", "alone", "engine_for", "is_file"]

T = TypeVar("T")

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


_ALONE = text("SELECT pg_advisory_xact_lock(:number)")


class LedgerFile:
    """The file of a ledger in SQLite.

    One that is removed while it is open takes whatever is written to it, and
    all of that is lost in the end. So it is looked whether it is there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
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
        if self._opened is None and not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
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
        draft = self.path.with_suffix(f".{uuid.uuid4().hex}")
        try:
            os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            with closing(sqlite3.connect(draft)) as connection:
                connection.execute(_LOG)
            # Linking fails if another process was first; then its file stands.
            with suppress(FileExistsError):
                os.link(draft, self.path)
        finally:
            draft.unlink(missing_ok=True)

    def _present(self) -> tuple[int, int]:
        found = self.path.stat()
        return found.st_dev, found.st_ino


class Engine(Protocol):
    """Has a connection used for one transaction at a time."""

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Do work over a connection, which nobody else uses meanwhile."""

    async def dispose(self) -> None:
        """Close all connections."""


def engine_for(url: URL) -> Engine:
    """Return what connects to a database; nothing is opened yet."""
    return _SQLite(url) if is_file(url) else _PostgreSQL(url)


def is_file(url: URL) -> bool:
    """Tell whether a database is a file of this machine."""
    return url.drivername == "sqlite"


def alone(connection: Connection, about: bytes) -> None:
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
    connection.execute(_ALONE, {"number": number})


class _SQLite:
    """Does all in a thread of its own, one transaction after the other.

    There is one writer at a time in any case. A transaction is handed to the
    thread as a whole: to hand over each statement takes longer than to
    execute it.
    """

    def __init__(self, url: URL) -> None:
        self._engine = create_engine(
            url,
            pool_size=1,
            max_overflow=0,
            hide_parameters=True,
            creator=partial(_connected, Path(url.database or "").absolute()),
        )
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)
        self._thread = ThreadPoolExecutor(1, "ledger")
        self._turn = asyncio.Lock()

    async def run(self, work: Callable[[Connection], T]) -> T:
        async with asyncio.timeout(_QUEUE):
            await self._turn.acquire()
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._thread, self._run, work)
        finally:
            self._turn.release()

    async def dispose(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._engine.dispose)

    def _run(self, work: Callable[[Connection], T]) -> T:
        with self._engine.connect() as connection:
            return work(connection)


class _PostgreSQL:
    """Has a few connections, which wait for the server without a thread."""

    def __init__(self, url: URL) -> None:
        # Not imported where nobody uses it: it brings the ORM with it.
        from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415

        self._engine = create_async_engine(
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

    async def run(self, work: Callable[[Connection], T]) -> T:
        async with self._engine.connect() as connection:
            return await connection.run_sync(work)

    async def dispose(self) -> None:
        await self._engine.dispose()


def _connected(path: Path) -> sqlite3.Connection:
    # One that is gone would be made anew, and empty: see `LedgerFile`.
    return sqlite3.connect(
        f"{path.as_uri()}?mode=rw",
        uri=True,
        timeout=_PATIENCE,
        check_same_thread=False,
    )


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
