"""The database of the ledger: the way in, and what can go wrong."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import URL

from app.ledger.engines import LedgerFile, alone, engine_for, is_file
from app.ledger.failures import FAILURES, FULL, explained
from app.ledger.revision import NEWEST, is_new, revision
from app.ledger.vault import Vault, open_vault
from app.problems.errors import Outcome
from app.problems.ledger import LedgerUnavailable
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.ledger import LEDGER_BACK, LEDGER_LOST

__all__ = ["Database"]

T = TypeVar("T")

# Anything of eight bytes will do, as long as all processes take the same.
_MIGRATING = (7_305_116).to_bytes(8, "big")
_RETRY_AFTER = 5.0
_PARTING = 3.0
First = Callable[[Connection], None]


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
            first: What is done once in all, before anything else.
        """
        self._secrets = secrets
        self._telemetry = telemetry
        self._first = first
        self._engine = engine_for(url)
        self._file: LedgerFile | None = None
        if is_file(url):
            self._file = LedgerFile(Path(url.database or ""))
        self._opening = asyncio.Lock()
        self._not_opened: LedgerUnavailable | None = None
        self._is_open = False
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
            LedgerUnavailable: It cannot be opened. Who waits until somebody
                else has failed does not try after that.
        """
        if self._file is not None and not self._file.is_there():
            self._is_open = False
        failed_before = self._not_opened
        async with self._opening:
            if self._is_open:
                return self.vault
            if self._not_opened and self._not_opened is not failed_before:
                raise self._not_opened.again()
            try:
                with self._told(_Progress()):
                    self._vault = await self._opened()
            except LedgerUnavailable as e:
                self._not_opened = e.again()
                raise
            self._is_open = True
            return self._vault

    async def transaction(
        self, work: Callable[[Connection], T], *alone_about: bytes
    ) -> T:
        """Do work wholly, or not at all; return what it returns.

        It may run in another thread, and nothing else of its kind meanwhile.
        If who waits for it is cancelled before it begins to be committed, it
        is undone.

        Args:
            work: What is done; nothing but what concerns the database.
            alone_about: Digests; of those who name the same, one at a time
                is at work.

        Raises:
            LedgerUnavailable: It was not done (``outcome`` not_performed), or
                the database has not said whether it was (unknown).
        """
        await self.open()
        progress = _Progress()
        with self._told(progress):
            return await self._wholly(work, progress, alone_about)

    async def aclose(self) -> None:
        """Close all connections; drop those that the database holds up."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_PARTING):
                await self._engine.dispose()

    async def _opened(self) -> Vault:
        if self._file is not None:
            # What is open may be another file that had this name before.
            await self._engine.dispose()
            self._file.prepare()
        about = (_MIGRATING,)
        vault = await self._wholly(self._made_ready, _Progress(), about)
        if self._file is not None:
            self._file.opened()
        return vault

    def _made_ready(self, connection: Connection) -> Vault:
        _upgrade(connection)
        vault = open_vault(connection, self._secrets)
        # At no other time: by then it would undo what is being done.
        if self._first is not None and self._vault is None:
            self._first(connection)
        return vault

    async def _wholly(
        self,
        work: Callable[[Connection], T],
        progress: "_Progress",
        alone_about: Sequence[bytes],
    ) -> T:
        whole = partial(_transacted, work, progress, alone_about)
        try:
            return await self._engine.run(whole)
        except asyncio.CancelledError:
            progress.is_abandoned = True
            raise

    @contextmanager
    def _told(self, progress: "_Progress") -> Iterator[None]:
        """Tell failures as ours, and when they begin and end."""
        try:
            yield
        except FAILURES as e:
            if self._file is None:
                # What comes back may be another: restored, or moved.
                self._is_open = False
            detail, reason = explained(e)
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
    is_abandoned = False

    def outcome_of(self, reason: str) -> Outcome:
        """Return what became of it, if it failed for this reason."""
        if self.is_committing and reason not in FULL:
            return Outcome.UNKNOWN
        return Outcome.NOT_PERFORMED


class _Abandoned(Exception):
    """Nobody waits for it any more."""


def _transacted(
    work: Callable[[Connection], T],
    progress: _Progress,
    alone_about: Sequence[bytes],
    connection: Connection,
) -> T:
    # At once: what is read of a clock inside is not older than that.
    with connection.begin():
        for about in alone_about:
            alone(connection, about)
        result = work(connection)
        if progress.is_abandoned:
            raise _Abandoned
        progress.is_committing = True
    return result


def _upgrade(connection: Connection) -> None:
    # Not imported where there is nothing to do: Alembic alone takes 10 MB.
    if is_new(connection):
        from app.ledger.making import make  # noqa: PLC0415

        make(connection)
    elif revision(connection) != NEWEST:
        from app.ledger.migrating import migrate  # noqa: PLC0415

        migrate(connection)
