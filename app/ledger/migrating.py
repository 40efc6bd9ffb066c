"""Bring the tables of the ledger up to date, with Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Connection

from app.ledger.revision import OtherRelease

__all__ = ["migrate"]

_MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(connection: Connection) -> None:
    """Make the tables what this release needs; keep what is in them.

    Raises:
        OtherRelease: They are of a release that is not known here.
    """
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as e:
        raise OtherRelease from e
