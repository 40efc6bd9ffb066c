"""Make the tables of a new ledger: all at once, as this release has them.

What is there already is migrated. That needs Alembic, which is as large as
all else that the ledger needs.
"""

from sqlalchemy import Connection, insert

from app.ledger.indexes import indexed
from app.ledger.revision import NEWEST, VERSION

__all__ = ["make"]


def make(connection: Connection) -> None:
    """Make the tables where none are."""
    metadata = indexed(connection.dialect.name)
    version = VERSION.to_metadata(metadata)
    metadata.create_all(connection, checkfirst=False)
    connection.execute(insert(version).values(version_num=NEWEST))
