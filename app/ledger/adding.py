"""Add a row to a table unless it is there, in the words of the database.

Those of another database are not imported: they bring its driver with them.
"""

# ruff: noqa: PLC0415

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Insert, Table

__all__ = ["add_unless_there"]


def add_unless_there(
    connection: Connection, table: Table, row: Mapping[str, Any]
) -> bool:
    """Add a row, and tell whether it was; one that is there is left alone."""
    added = connection.execute(_added(connection.dialect.name, table), row)
    return bool(added.rowcount)


@lru_cache(maxsize=16)
def _added(database: str, table: Table) -> Insert:
    if database == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table).on_conflict_do_nothing()
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table).on_conflict_do_nothing()
