"""Forget what is old, a little at a time."""

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Table,
    delete,
    select,
)

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

    def forget_some(connection: Connection) -> int:
        done = connection.execute(delete(table).where(key.in_(some), old))
        return done.rowcount

    while True:
        count = await database.transaction(forget_some)
        forgotten += count
        if count < _AT_ONCE:
            return forgotten
