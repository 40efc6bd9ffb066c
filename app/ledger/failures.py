"""What can go wrong with a database, and what it is called."""

import sqlite3
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from app.ledger.revision import OtherRelease
from app.ledger.vault import KeysLost

__all__ = ["FAILURES", "FULL", "explained"]

FAILURES = (SQLAlchemyError, sqlite3.Error, OSError, OtherRelease, KeysLost)
"""All that a database may raise."""

FULL = {
    "SQLITE_FULL": "The storage of the ledger is full.",
    "SQLITE_IOERR_WRITE": "The storage of the ledger takes nothing more.",
    "53100": "The storage of the ledger is full.",
}
"""Reasons for which what was to be committed was not taken."""

_DETAILS = FULL | {
    "SQLITE_IOERR_SHMSIZE": "The storage of the ledger takes nothing more."
}


def explained(error: BaseException) -> tuple[str | None, str]:
    """Return what callers are told, and a word for the log.

    The text of the error is not for either: it may hold what was written.
    """
    if isinstance(error, KeysLost):
        return "The ledger was sealed with other keys.", "keys-lost"
    if isinstance(error, OtherRelease):
        return "The ledger is of another release.", "unknown-revision"
    if isinstance(error, OSError):
        return None, type(error).__name__
    origin: Any = getattr(error, "orig", None) or error
    cause = getattr(origin, "__cause__", None) or origin
    for source in (origin, cause):
        for name in ("sqlite_errorname", "sqlstate"):
            reason = getattr(source, name, None)
            if reason:
                return _DETAILS.get(reason), str(reason)
    return None, type(cause).__name__
