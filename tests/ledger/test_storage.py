"""The file of the ledger, and the disk that it is on."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Connection, text

from app.clock import SystemClock
from app.ledger.database import Database
from app.problems.errors import Outcome
from app.problems.ledger import LedgerUnavailable
from tests.support.ledger import Place, count, no_file_beyond, remember

pytestmark = pytest.mark.anyio

_LETTER = 20_000


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A ledger in a file."""
    return Place(data_dir=tmp_path, url=None, server=None)


@pytest.fixture
async def database(place: Place) -> AsyncIterator[Database]:
    """The ledger, with one request in it."""
    async with place.database() as opened:
        await remember(opened, b"one")
        yield opened


@asynccontextmanager
async def _no_more_pages(database: Database) -> AsyncIterator[None]:
    """Let the file grow no further: SQLite takes it for a full disk.

    https://www.sqlite.org/pragma.html#pragma_max_page_count
    """
    most = await _pragma(database, "max_page_count")
    await _pragma(database, "max_page_count = 1")
    yield
    await _pragma(database, f"max_page_count = {most}")


def _size_of_log(database: Database) -> int:
    assert database._file is not None
    return Path(f"{database._file.path}-wal").stat().st_size


@asynccontextmanager
async def _no_larger_log(database: Database) -> AsyncIterator[None]:
    """Let SQLite's log not grow: then it is COMMIT that fails."""
    with no_file_beyond(_size_of_log(database) + _LETTER // 4):
        yield


async def _pragma(database: Database, name: str) -> object:
    pragma = text(f"PRAGMA {name}")
    return await database.transaction(
        lambda connection: connection.execute(pragma).scalar_one()
    )


@pytest.mark.usefixtures("database")
async def test_only_its_owner_may_read_it(place: Place) -> None:
    """The file, and what SQLite puts beside it, are closed to others."""
    files = sorted(place.data_dir.glob("ledger.db*"))

    assert [file.name for file in files] == [
        "ledger.db",
        "ledger.db-shm",
        "ledger.db-wal",
    ]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


async def test_what_is_committed_is_on_the_disk(database: Database) -> None:
    """A log that is written through; what is deleted is overwritten."""
    assert await _pragma(database, "journal_mode") == "wal"
    # https://www.sqlite.org/pragma.html#pragma_synchronous: 2 is FULL.
    assert await _pragma(database, "synchronous") == 2
    assert await _pragma(database, "secure_delete") == 1


@pytest.mark.parametrize("full", [_no_more_pages, _no_larger_log])
async def test_a_full_disk(
    database: Database,
    full: Callable[[Database], AbstractAsyncContextManager[None]],
) -> None:
    """Told so, nothing is half written, and all goes on when there is room."""
    async with full(database):
        with pytest.raises(LedgerUnavailable) as refused:
            await remember(database, b"two", b"three", weight=_LETTER)
        left = await count(database)
    await remember(database, b"four", b"five", weight=_LETTER)

    assert refused.value.detail.startswith("The storage of the ledger")
    assert refused.value.outcome is Outcome.NOT_PERFORMED
    assert left == 1
    assert await count(database) == 3
    assert await _pragma(database, "integrity_check") == "ok"


@pytest.mark.parametrize("room", [0, 8_000, 40_000])
async def test_a_disk_that_is_full_at_first(place: Place, room: int) -> None:
    """No room for the tables: told so, and made when there is room."""
    async with place.database() as opened:
        with (
            no_file_beyond(room),
            pytest.raises(LedgerUnavailable) as refused,
        ):
            await opened.open()
        await remember(opened, b"one")

        assert await count(opened) == 1
    assert refused.value.detail.startswith("The storage of the ledger")


async def test_a_file_that_is_no_ledger_is_left_alone(place: Place) -> None:
    """Something else lies there: refused, and not overwritten."""
    place.file.write_bytes(b"a shopping list\n" * 100)
    async with place.database() as opened:
        with pytest.raises(LedgerUnavailable):
            await remember(opened, b"one")

    assert place.file.read_bytes() == b"a shopping list\n" * 100
    assert [line["error"] for line in place.events()] == ["SQLITE_NOTADB"]


async def test_one_that_is_gone_is_not_made_by_who_was_waiting(
    database: Database, place: Place
) -> None:
    """While one is at work the file is removed; two more want to have it."""
    goes_on, begun = Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def work(_connection: Connection) -> None:
        loop.call_soon_threadsafe(begun.set)
        goes_on.wait()

    first = asyncio.create_task(database.transaction(work))
    await begun.wait()
    waiting = asyncio.create_task(count(database))
    await SystemClock().sleep(0)
    place.file.unlink()
    opening = asyncio.create_task(count(database))
    await SystemClock().sleep(0)
    goes_on.set()
    ends = await asyncio.gather(
        first, waiting, opening, return_exceptions=True
    )

    assert [type(end) for end in ends[1:]] == [LedgerUnavailable] * 2
    with pytest.raises(LedgerUnavailable):
        await count(database)
    assert not place.file.exists()


async def test_another_file_in_its_place_is_opened(
    database: Database, place: Place
) -> None:
    """A ledger that was restored from a copy is used as it is."""
    place.file.rename(place.file.with_name("away.db"))
    for log in place.data_dir.glob("ledger.db-*"):
        log.unlink()
    async with Place(
        data_dir=place.data_dir, url=None, server=None
    ).database() as other:
        await remember(other, b"two", b"three")
    await remember(database, b"four")

    assert await count(database) == 3
