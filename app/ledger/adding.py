"""Add a row to a table unless it is there, in the words of the database.

Those of another database are not imported: they bring its driver with them.
"""

# ruff: noqa: PLC0415

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = ["add_unless_there"]


async def add_unless_there(
    connection: AsyncConnection, table: Table, row: Mapping[str, Any]
) -> bool:
    """Add a row, and tell whether it was; one that is there is left alone."""
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite

        added = await connection.execute(
            sqlite.insert(table).values(row).on_conflict_do_nothing()
        )
    else:
        from sqlalchemy.dialects import postgresql

        added = await connection.execute(
            postgresql.insert(table).values(row).on_conflict_do_nothing()
        )
    return bool(added.rowcount)
