"""Settings that belong together, a group for each concern."""

from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.settings.fields import (
    Count,
    Name,
    Seconds,
    SecondsOrNone,
    Secret,
    Share,
    TenantId,
)

__all__ = [
    "BreakerMode",
    "BreakerSettings",
    "BudgetSettings",
    "CacheSettings",
    "LedgerSettings",
    "LimitSettings",
    "OutboxSettings",
    "PoolSettings",
    "QuotaSettings",
    "RetrySettings",
    "TenantSettings",
    "TimeoutSettings",
]


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    def _check_ascending(self, *names: str) -> None:
        for lower, upper in pairwise(names):
            if getattr(self, lower) > getattr(self, upper):
                raise ValueError(
                    f"{lower.upper()}: must not be above {upper.upper()}"
                )


class TenantSettings(_Group):
    """One Microsoft 365 tenant and the app that may act in it."""

    alias: Name = "default"
    tenant_id: TenantId
    client_id: Name
    client_secret: Secret
    client_secret_expires: date | None = None


class RetrySettings(_Group):
    """How often to repeat, and how long to wait in between."""

    attempts: Annotated[int, Field(ge=1, le=10)] = 3
    base_delay: Seconds = 0.5
    max_delay: Seconds = 20.0
    max_retry_after: Seconds = 15.0

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        self._check_ascending("base_delay", "max_delay")
        return self


class BudgetSettings(_Group):
    """How many retries there may be beside first attempts."""

    ratio: Share = 0.1
    reserve: Annotated[int, Field(ge=0, le=1000)] = 3


class BreakerMode(StrEnum):
    """Whether an open breaker refuses calls, or only tells that it would."""

    ENFORCE = "enforce"
    OBSERVE = "observe"


class BreakerSettings(_Group):
    """When to stop asking Graph, and for how long."""

    mode: BreakerMode = BreakerMode.ENFORCE
    window: Seconds = 30.0
    ratio: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] = 0.5
    minimum_calls: Count = 20
    open_for: Seconds = 5.0
    max_open_for: Seconds = 300.0

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        self._check_ascending("open_for", "max_open_for")
        return self


class LimitSettings(_Group):
    """What Graph lets one app do with one mailbox, and our own bounds.

    A tenant's requests at once are adapted to what Graph takes, between
    ``tenant_concurrency_floor`` and ``tenant_concurrency``.
    """

    mailbox_concurrency: Annotated[int, Field(ge=1, le=100)] = 4
    mailbox_requests: Count = 10_000
    mailbox_window: Seconds = 600.0
    mailbox_upload_bytes: Annotated[int, Field(ge=4_194_304)] = 150_000_000
    mailbox_upload_window: Seconds = 300.0
    tenant_concurrency: Annotated[int, Field(ge=1, le=10_000)] = 200
    tenant_concurrency_floor: Annotated[int, Field(ge=1, le=10_000)] = 20
    queue: Count = 256
    requests_in_flight: Count = 1000

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        self._check_ascending("tenant_concurrency_floor", "tenant_concurrency")
        return self


class TimeoutSettings(_Group):
    """How long to wait for Graph."""

    connect: Seconds = 2.0
    attempt: Seconds = 10.0
    total: Seconds = 30.0
    long_attempt: Seconds = 120.0

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        self._check_ascending("connect", "attempt", "total")
        self._check_ascending("attempt", "long_attempt")
        return self


class CacheSettings(_Group):
    """Upper bounds on the times that the operations table gives."""

    fresh: SecondsOrNone = 30.0
    revalidate: SecondsOrNone = 300.0
    stale: SecondsOrNone = 86_400.0
    max_bytes: Annotated[int, Field(ge=0)] = 256 * 1024 * 1024


class PoolSettings(_Group):
    """Connections to Graph."""

    connections: Count = 256
    max_age: Seconds = 300.0


class QuotaSettings(_Group):
    """How much each caller may ask of this service."""

    requests: Count = 10_000
    window: Seconds = 600.0
    concurrency: Count = 256


class LedgerSettings(_Group):
    """How long it is remembered what was done, in seconds.

    ``keep_keys`` is how long the answer to an ``Idempotency-Key`` is
    replayed, ``keep_sends`` how long the status of a send can be asked for
    after it has ended.
    """

    keep_keys: Seconds = 86_400.0
    keep_sends: Seconds = 7 * 86_400.0


class OutboxSettings(_Group):
    """What waits to be sent.

    ``concurrency`` is how many sends a process carries out at once beside
    those that a caller waits for; ``capacity`` how many may wait in all, and
    ``give_up_after`` how many seconds one is tried after it was due.
    ``doubt`` is for how many seconds a draft that Graph may have been asked
    to send must go on to look like one before it is sent again.
    """

    concurrency: Annotated[int, Field(ge=1, le=100)] = 4
    capacity: Count = 10_000
    give_up_after: Seconds = 86_400.0
    doubt: Seconds = 60.0
