"""Which migration the tables of a ledger have come to.

Asked without Alembic, which is as large as all else that the ledger needs:
hardly ever is there something to migrate.
"""

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    inspect,
    select,
)

__all__ = ["NEWEST", "VERSION", "OtherRelease", "is_new", "revision"]

NEWEST = "0003"
"""The last of the migrations."""

VERSION = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""Where Alembic writes down how far it is."""


class OtherRelease(Exception):
    """The tables are of a release that is not known here."""


def is_new(connection: Connection) -> bool:
    """Tell whether there never were any tables."""
    return not inspect(connection).has_table(VERSION.name)


def revision(connection: Connection) -> str | None:
    """Return the last migration that was made; None if all are taken back."""
    return connection.scalar(select(VERSION.c.version_num))
