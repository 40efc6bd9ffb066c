"""The PostgreSQL that the other tests ask for."""

import asyncpg
import pytest

from tests.support.postgres import PostgreSQL

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    """Run in real time, the only one that asyncpg knows."""
    return "asyncio"


async def test_databases_are_new_and_apart(postgres: PostgreSQL) -> None:
    """What one test leaves in its database, no other finds."""
    with postgres.new_database() as one, postgres.new_database() as other:
        first = await asyncpg.connect(one)
        await first.execute("CREATE TABLE left_behind (id int)")
        second = await asyncpg.connect(other)
        found = await second.fetchval("SELECT to_regclass('left_behind')")
        await second.close()
        # Left open: that keeps no database from being removed.
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(one)

    assert found is None
    first.terminate()


async def test_it_can_be_taken_away_and_given_back(
    postgres: PostgreSQL,
) -> None:
    """While it is away nobody gets in; what was committed is there after."""
    with postgres.new_database() as url:
        before = await asyncpg.connect(url)
        await before.execute("CREATE TABLE kept (id int)")
        await before.execute("INSERT INTO kept VALUES (1)")
        with postgres.away():
            with pytest.raises((OSError, asyncpg.PostgresError)):
                await before.fetchval("SELECT 1")
            with pytest.raises(ConnectionRefusedError):
                await asyncpg.connect(url)
        after = await asyncpg.connect(url)

        assert await after.fetchval("SELECT id FROM kept") == 1
        await after.close()


async def test_the_ledger_is_once_in_each(
    database_url: str | None, request: pytest.FixtureRequest
) -> None:
    """A test that asks where the ledger is runs on both databases."""
    if "sqlite" in request.node.name:
        assert database_url is None
        return
    assert database_url is not None
    connection = await asyncpg.connect(database_url)
    version = await connection.fetchval("SELECT version()")
    await connection.close()

    assert version.startswith("PostgreSQL")
