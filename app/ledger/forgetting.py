"""Forget what is old, a little at a time."""

from sqlalchemy import Column, ColumnElement, Table, delete, select

from app.ledger.database import Database

__all__ = ["forget"]

_AT_ONCE = 1000


async def forget(
    database: Database,
    table: Table,
    key: Column[int] | Column[bytes],
    old: ColumnElement[bool],
) -> int:
    """Delete the rows that are old; return how many.

    Not all at once, for nobody else can write meanwhile.

    Raises:
        LedgerUnavailable: Some of them, or all, are there still.
    """
    some = select(key).where(old).limit(_AT_ONCE)
    forgotten = 0
    while True:
        async with database.transaction() as connection:
            done = await connection.execute(
                delete(table).where(key.in_(some), old)
            )
        forgotten += done.rowcount
        if done.rowcount < _AT_ONCE:
            return forgotten
