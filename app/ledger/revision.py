"""Which migration the tables of a ledger have come to.

Asked without Alembic, which is as large as all else that the ledger needs:
hardly ever is there something to migrate.
"""

from sqlalchemy import Connection, column, inspect, select, table

__all__ = ["NEWEST", "OtherRelease", "revision"]

NEWEST = "0003"
"""The last of the migrations."""

_VERSION = table("alembic_version", column("version_num"))


class OtherRelease(Exception):
    """The tables are of a release that is not known here."""


def revision(connection: Connection) -> str | None:
    """Return the last migration that was made; None if there was none."""
    if not inspect(connection).has_table(_VERSION.name):
        return None
    found: str | None = connection.scalar(select(_VERSION.c.version_num))
    return found
