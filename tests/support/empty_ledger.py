"""Ledgers that are ready to be opened."""

import atexit
import io
import shutil
import tempfile
from pathlib import Path

from sqlalchemy.engine import URL

from app.ledger.database import Database
from app.settings import Settings, secret_keys
from app.telemetry.logs import EventLog
from app.telemetry.recorder import Telemetry

__all__ = ["lay_out"]

_NAME = "ledger.db"
_ready: dict[tuple[bytes, ...], Path] = {}
"""Empty ledgers by the keys that open them."""


async def lay_out(settings: Settings) -> None:
    """Put an empty ledger where a service will look for one, if none is.

    Making its tables takes longer than most tests; they are made once.
    """
    file = settings.data_dir / _NAME
    if settings.database_url is not None or settings.secret_keys is None:
        return
    if file.exists():
        return
    keys = secret_keys(settings)
    if keys not in _ready:
        _ready[keys] = await _made(keys)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    shutil.copy(_ready[keys], file)


async def _made(keys: tuple[bytes, ...]) -> Path:
    home = tempfile.mkdtemp(prefix="exchange-ledger-")
    atexit.register(shutil.rmtree, home)
    file = Path(home) / _NAME
    database = Database(
        URL.create("sqlite", database=str(file)),
        keys,
        Telemetry(EventLog(io.StringIO())),
    )
    await database.open()
    await database.aclose()
    return file
