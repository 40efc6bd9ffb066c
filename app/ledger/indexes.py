"""What makes the tables of the ledger quick to search.

It is named where tables are made, and nowhere else. So it stands apart from
them: a condition is told to each database in words of its own, and to
understand them all of what speaks to that database is imported.
"""

from typing import Any

from sqlalchemy import Index, MetaData, text

from app.ledger.schema import METADATA

__all__ = ["indexed"]

_OWNED = "owner IS NOT NULL"
_WAITING = "stage IN ('queued', 'drafted', 'sending')"
_OF_USERS = "away IS NOT NULL"
_UNFINISHED = "stage IN ('queued', 'drafted', 'sending', 'verifying')"


def indexed(*databases: str) -> MetaData:
    """Return the tables with their indexes, as they are to be there.

    Args:
        databases: In which; the conditions are told to no other.
    """
    metadata = MetaData(naming_convention=METADATA.naming_convention)
    for table in METADATA.sorted_tables:
        table.to_metadata(metadata)
    requests, sends = metadata.tables["requests"], metadata.tables["sends"]
    stage = ("stage", "tenant", "named", "retry_at", "away")
    for table, columns, where in (
        (requests, ("expires_at",), None),
        (requests, ("owner",), _OWNED),
        (sends, ("lane", "due_at", "seq"), _WAITING),
        (sends, ("retry_at",), _UNFINISHED),
        (sends, ("updated_at",), None),
        (sends, stage, _OF_USERS),
        (sends, ("owner",), _OWNED),
    ):
        condition = None if where is None else text(where)
        told: dict[str, Any] = {
            f"{database}_where": condition for database in databases
        }
        Index(None, *(table.c[name] for name in columns), **told)
    return metadata
