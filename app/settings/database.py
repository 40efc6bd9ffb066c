"""Where the ledger is kept."""

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

__all__ = ["DatabaseUrl", "ledger_url"]

_POSTGRESQL = {"postgres", "postgresql"}
_SSL_MODES = {
    "disable",
    "allow",
    "prefer",
    "require",
    "verify-ca",
    "verify-full",
}


def _database_url(value: SecretStr) -> SecretStr:
    """Check the URL; what is in it, a password say, is never quoted."""
    try:
        url = make_url(value.get_secret_value())
    except (ArgumentError, ValueError):
        # A port that is no number may be the rest of a password.
        raise ValueError("not a URL") from None
    if url.drivername not in _POSTGRESQL or not url.database:
        raise ValueError("expected postgresql://user:password@host/database")
    for name, mode in url.query.items():
        # https://www.postgresql.org/docs/current/libpq-ssl.html
        if name not in {"ssl", "sslmode"} or mode not in _SSL_MODES:
            raise ValueError("of the parameters only sslmode is understood")
    return value


DatabaseUrl = Annotated[
    SecretStr, Field(min_length=1), AfterValidator(_database_url)
]


def ledger_url(given: SecretStr | None, default_file: str) -> URL:
    """Return the address of the ledger, in the form that its driver takes.

    Args:
        given: ``EXCHANGE_DATABASE_URL``.
        default_file: The SQLite file that serves without it.
    """
    if given is None:
        return URL.create("sqlite", database=default_file)
    url = make_url(given.get_secret_value())
    query = dict(url.query)
    # As libpq calls it; the driver has another name for the same.
    mode = query.pop("sslmode", None)
    if mode is not None:
        query["ssl"] = mode
    return url.set(drivername="postgresql+asyncpg", query=query)
