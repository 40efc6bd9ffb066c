"""The ledger: the database, and who this process is in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from app.ledger.database import Database
from app.ledger.idempotency import IdempotencyLedger
from app.ledger.instance import Instance
from app.ledger.leases import reclaim
from app.ledger.presence import Presence
from app.ledger.request_rows import RequestRows
from app.ledger.schema import requests, sends
from app.settings import ledger_url
from app.telemetry.signals.ledger import LEDGER_AVAILABLE
from app.wiring.parts import Parts

__all__ = ["LedgerParts", "idempotency", "ledger_parts"]

_FILE = "ledger.db"
_LEASED = (requests, sends)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerParts:
    """What everything that writes into the ledger shares."""

    database: Database
    instance: Instance
    presence: Presence


@asynccontextmanager
async def ledger_parts(parts: Parts) -> AsyncIterator[LedgerParts]:
    """Make the parts of the ledger; nothing is opened yet.

    Raises:
        OSError: The data directory cannot be used.
    """
    directory = parts.settings.data_dir
    url = ledger_url(parts.settings.database_url, str(directory / _FILE))
    instance = Instance(directory / "instances")
    database = Database(
        url,
        parts.keys,
        parts.telemetry,
        first=reclaim(_LEASED, instance.name),
    )
    parts.telemetry.watch(
        LEDGER_AVAILABLE, lambda: [(0 if database.is_lost else 1, {})]
    )
    try:
        yield LedgerParts(
            database=database,
            instance=instance,
            presence=Presence(database, parts.clock),
        )
    finally:
        await database.aclose()
        instance.close()


def idempotency(parts: Parts, shared: LedgerParts) -> IdempotencyLedger:
    """Make what remembers the answers to requests with a key."""
    rows = RequestRows(
        shared.database,
        shared.instance.name,
        parts.clock,
        parts.settings.ledger.keep_keys,
    )
    return IdempotencyLedger(rows, parts.clock, parts.telemetry)
