"""What makes the tables of the ledger quick to search.

Migrations make it, and nobody else names it. So it stands apart from the
tables: a condition is told to each database in words of its own, and to
understand them all of what speaks to that database is imported.
"""

from sqlalchemy import Index, MetaData, Table, text

from app.ledger.schema import METADATA

__all__ = ["indexed"]

_OWNED = "owner IS NOT NULL"
_WAITING = "stage IN ('queued', 'drafted', 'sending')"
_OF_USERS = "away IS NOT NULL"
_UNFINISHED = "stage IN ('queued', 'drafted', 'sending', 'verifying')"


def indexed() -> MetaData:
    """Return the tables with their indexes, as migrations are to make them."""
    metadata = MetaData(naming_convention=METADATA.naming_convention)
    for table in METADATA.sorted_tables:
        table.to_metadata(metadata)
    requests, sends = metadata.tables["requests"], metadata.tables["sends"]
    _index(requests, "expires_at")
    _index(requests, "owner", where=_OWNED)
    _index(sends, "lane", "due_at", "seq", where=_WAITING)
    _index(sends, "retry_at", where=_UNFINISHED)
    _index(sends, "updated_at")
    stage = ("stage", "tenant", "named", "retry_at", "away")
    _index(sends, *stage, where=_OF_USERS)
    _index(sends, "owner", where=_OWNED)
    return metadata


def _index(table: Table, *columns: str, where: str | None = None) -> None:
    condition = None if where is None else text(where)
    Index(
        None,
        *(table.c[name] for name in columns),
        sqlite_where=condition,
        postgresql_where=condition,
    )
