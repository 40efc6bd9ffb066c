"""The tables of the ledger, and how they come into being."""

import asyncio
from functools import partial
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine.interfaces import ReflectedIndex

from app.ledger import migrations
from app.ledger.indexes import indexed
from app.ledger.migrating import migrate
from app.ledger.revision import NEWEST, revision
from app.problems.errors import Outcome
from app.problems.ledger import LedgerUnavailable
from tests.support.ledger import Place, count, remember

pytestmark = pytest.mark.anyio


def _differences(connection: Connection) -> list[object]:
    options = {"compare_type": True, "compare_server_default": True}
    context = MigrationContext.configure(connection, opts=options)
    metadata = indexed(connection.dialect.name)
    return list(compare_metadata(context, metadata))


def _taken_back(connection: Connection) -> list[str]:
    config = Config()
    config.set_main_option(
        "script_location", str(Path(migrations.__file__).parent)
    )
    config.attributes["connection"] = connection
    command.downgrade(config, "base")
    return inspect(connection).get_table_names()


def _say(number: str, connection: Connection) -> None:
    connection.execute(
        text("UPDATE alembic_version SET version_num = :number"),
        {"number": number},
    )


def _take_back(connection: Connection) -> None:
    with connection.begin():
        _say("0003", connection)


def _described(connection: Connection) -> dict[str, object]:
    """Return what the database knows of its tables."""
    told = inspect(connection)
    return {
        name: (
            [str(column) for column in told.get_columns(name)],
            [_index(index) for index in told.get_indexes(name)],
            told.get_pk_constraint(name),
            told.get_unique_constraints(name),
        )
        for name in told.get_table_names()
    }


def _index(index: ReflectedIndex) -> list[str]:
    options = index.pop("dialect_options", {})
    where = [f"{name} {value}" for name, value in options.items()]
    return [str(index), *where]


async def test_migrations_lead_to_the_tables_of_the_code(
    place: Place,
) -> None:
    """Taken back and made again: the same as those that were made at once.

    Nothing would be left for a new migration to do.
    """
    async with place.database() as database:
        made = await database.transaction(_described)
        tables = await database.transaction(_taken_back)
        await database.transaction(migrate)
        left = await database.transaction(_differences)
        reached = await database.transaction(revision)
        migrated = await database.transaction(_described)

    assert tables == ["alembic_version"]
    assert left == []
    assert reached == NEWEST
    assert migrated == made


async def test_many_may_come_first(place: Place) -> None:
    """Opened by several at once, it is made once and the same for all."""
    databases = [place.database() for _ in range(6)]
    opened = [await each.__aenter__() for each in databases]
    await asyncio.gather(
        *(remember(each, bytes([n])) for n, each in enumerate(opened))
    )
    digests = {each.vault.digest("ada") for each in opened}
    written = await count(opened[0])
    for each in databases:
        await each.__aexit__(None, None, None)
    async with place.database() as later:
        kept = await count(later)
        digests.add(later.vault.digest("ada"))

    assert (written, kept) == (6, 6)
    assert len(digests) == 1


async def test_a_ledger_of_a_later_release_is_left_alone(
    place: Place,
) -> None:
    """Unknown tables: refused with the reason, whatever is in there."""
    async with place.database() as database:
        await remember(database, b"one")
        await database.transaction(partial(_say, "9999"))
    async with place.database() as database:
        with pytest.raises(LedgerUnavailable) as refused:
            await remember(database, b"two")

        [lost] = place.events()
        assert refused.value.detail == "The ledger is of another release."
        assert refused.value.outcome is Outcome.NOT_PERFORMED
        assert lost["error"] == "unknown-revision"
        await database._engine.run(_take_back)
        assert await count(database) == 1
