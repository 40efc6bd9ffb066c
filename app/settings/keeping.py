"""What the service keeps, and what it grants its callers."""

from typing import Annotated

from pydantic import Field

from app.settings.fields import Count, Seconds, SecondsOrNone
from app.settings.group import Group

__all__ = [
    "CacheSettings",
    "LedgerSettings",
    "OutboxSettings",
    "QuotaSettings",
]


class CacheSettings(Group):
    """How long answers of Graph are kept, in memory.

    The times are upper bounds on those that the operations table gives.
    """

    fresh: SecondsOrNone = 30.0
    """Seconds for which what was read is given as it is."""
    revalidate: SecondsOrNone = 300.0
    """Seconds after that in which it is given as stale, and renewed behind."""
    stale: SecondsOrNone = 86_400.0
    """Seconds after freshness in which it stands in for a failure."""
    max_bytes: Annotated[int, Field(ge=0)] = 256 * 1024 * 1024
    """How much is kept, packed; what was not used for longest goes first."""


class QuotaSettings(Group):
    """How much each caller may ask of this service.

    Of an application that calls for people, each of them may.
    """

    requests: Count = 10_000
    """Requests of a caller within the window."""
    window: Seconds = 600.0
    """Seconds that the window is long."""
    concurrency: Count = 256
    """Requests of a caller at once."""


class LedgerSettings(Group):
    """How long it is remembered what was done."""

    keep_keys: Seconds = 86_400.0
    """Seconds for which the answer to an `Idempotency-Key` is replayed."""
    keep_sends: Seconds = 7 * 86_400.0
    """Seconds for which the status of a send can be asked for after it has
    ended."""


class OutboxSettings(Group):
    """What waits to be sent."""

    concurrency: Annotated[int, Field(ge=1, le=100)] = 4
    """Sends that a process carries out at once, beside those that a caller
    waits for."""
    capacity: Count = 10_000
    """Sends that may wait in all; the next is refused."""
    give_up_after: Seconds = 86_400.0
    """Seconds for which a send is tried after it was due."""
    doubt: Seconds = 60.0
    """Seconds for which a draft that Graph may have been asked to send must
    go on to look like one before it is sent again."""
