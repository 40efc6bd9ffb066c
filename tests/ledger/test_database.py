"""The database of the ledger: what is done in it is done wholly."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, TextClause, text

from app.ledger.database import Database
from app.problems.errors import Outcome
from app.problems.ledger import LedgerUnavailable
from tests.support.ledger import Place, count, remember
from tests.support.postgres import PASSWORD

pytestmark = pytest.mark.anyio

_REFUSED = "ConnectionRefusedError"
_LONG = {
    True: "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n"
    " LIMIT 300000) SELECT max(i) FROM n",
    False: "SELECT pg_sleep(60)",
}


def _nothing() -> None:
    pass


def _fails() -> None:
    raise LookupError


async def _forget_all(
    database: Database,
    *,
    before: Callable[[], None] = _nothing,
    after: Callable[[], None] = _nothing,
) -> None:
    def work(connection: Connection) -> None:
        before()
        connection.execute(text("DELETE FROM requests"))
        after()

    await database.transaction(work)


async def _forget_all_and(
    database: Database, begun: asyncio.Event, last: TextClause
) -> None:
    loop = asyncio.get_running_loop()

    def work(connection: Connection) -> None:
        connection.execute(text("DELETE FROM requests"))
        loop.call_soon_threadsafe(begun.set)
        connection.execute(last)

    await database.transaction(work)


async def test_a_transaction_is_done_wholly_or_not_at_all(
    place: Place,
) -> None:
    """Who leaves with an error, ours or the database's, leaves nothing."""
    async with place.database() as database:
        await remember(database, b"one")
        with pytest.raises(LookupError):
            await _forget_all(database, after=_fails)
        with pytest.raises(LedgerUnavailable) as refused:
            await remember(database, b"two", b"one")

        assert refused.value.outcome is Outcome.NOT_PERFORMED
        assert await count(database) == 1


async def test_who_is_interrupted_leaves_nothing(place: Place) -> None:
    """Cancelled within a statement: undone, and the next is served."""
    async with place.database() as database:
        await remember(database, b"one")
        begun = asyncio.Event()
        task = asyncio.create_task(
            _forget_all_and(database, begun, text(_LONG[place.is_sqlite]))
        )
        await begun.wait()
        task.cancel()
        [error] = await asyncio.gather(task, return_exceptions=True)
        await remember(database, b"two")

        # Whoever keeps the error, with all that it refers to, is no obstacle.
        assert isinstance(error, asyncio.CancelledError)
        assert await count(database) == 2


async def test_a_lost_ledger_is_found_again(place: Place) -> None:
    """Gone: refused, and nothing is done. Back: served by the same."""
    async with place.database() as database:
        await remember(database, b"one")
        with place.away():
            for name in (b"two", b"three"):
                with pytest.raises(LedgerUnavailable) as refused:
                    await remember(database, name)

                assert refused.value.outcome is Outcome.NOT_PERFORMED
                assert database.is_lost
        await remember(database, b"four")

        assert not database.is_lost
        assert await count(database) == 2
    lost, back = place.events()
    is_gone = "FileNotFoundError" if place.is_sqlite else _REFUSED
    assert (lost["event"], lost["error"]) == ("ledger.lost", is_gone)
    assert back["event"] == "ledger.back"


async def test_it_need_not_be_there_at_first(place: Place) -> None:
    """Away when it is first used: all who ask are refused, until it comes."""
    async with place.database() as database:
        place.hinder()
        refused = await asyncio.gather(
            *(remember(database, bytes([n])) for n in range(20)),
            return_exceptions=True,
        )
        place.let_come()
        await remember(database, b"one")

        assert {type(error) for error in refused} == {LedgerUnavailable}
        # One that was shared would be changed by all who met it.
        assert len(set(map(id, refused))) == 20
        assert await count(database) == 1


async def test_one_attempt_is_made_for_all_who_wait(tmp_path: Path) -> None:
    """Each waiting for an attempt of its own, the last would wait for long."""
    attempts = 0

    async def hang_up(
        _reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        nonlocal attempts
        attempts += 1
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        _, port = server.sockets[0].getsockname()
        url = f"postgresql://127.0.0.1:{port}/none?sslmode=disable"
        place = Place(data_dir=tmp_path, url=url, server=None)
        async with place.database() as database:
            refused = await asyncio.gather(
                *(remember(database, bytes([n])) for n in range(20)),
                return_exceptions=True,
            )

    assert {type(error) for error in refused} == {LedgerUnavailable}
    assert attempts == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_it_is_told_how_far_it_came(place: Place) -> None:
    """The server goes: nothing done before COMMIT, and unknown after it."""
    assert place.server is not None
    async with place.database() as database:
        with pytest.raises(LedgerUnavailable) as before:
            await _forget_all(database, before=place.server.stop)
        place.server.start()
        with pytest.raises(LedgerUnavailable) as after:
            await _forget_all(database, after=place.server.stop)
        place.server.start()
        await remember(database, b"one")

        assert before.value.outcome is Outcome.NOT_PERFORMED
        assert after.value.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_an_address_that_is_wrong(place: Place) -> None:
    """No such database: the log names the reason, nothing the password."""
    place.url = f"{place.url}_elsewhere"
    async with place.database() as database:
        with pytest.raises(LedgerUnavailable) as refused:
            await remember(database, b"one")

    # https://www.postgresql.org/docs/15/errcodes-appendix.html
    [lost] = place.events()
    assert (lost["event"], lost["error"]) == ("ledger.lost", "3D000")
    assert PASSWORD in place.url
    told = [place.log.getvalue(), repr(refused.value), repr(vars(database))]
    assert not [text for text in told if PASSWORD in text]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_process_that_is_gone_keeps_no_locks(place: Place) -> None:
    """Its machine lost power: the server ends what it had begun, soon."""
    wanted = text("SHOW idle_in_transaction_session_timeout")
    async with place.database() as database:
        shown = await database.transaction(
            lambda connection: connection.scalar(wanted)
        )

    assert shown == "15s"
