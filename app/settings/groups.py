"""How Graph is asked: a group of settings for each concern."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from app.settings.fields import Count, Seconds, Share
from app.settings.group import Group

__all__ = [
    "BreakerMode",
    "BreakerSettings",
    "BudgetSettings",
    "LimitSettings",
    "PoolSettings",
    "RetrySettings",
    "TimeoutSettings",
]


class RetrySettings(Group):
    """How often to repeat, and how long to wait in between."""

    attempts: Annotated[int, Field(ge=1, le=10)] = 3
    """How often a call is tried, the first time included."""
    base_delay: Seconds = 0.5
    """Seconds of the first wait, at most."""
    max_delay: Seconds = 20.0
    """Seconds of any wait, at most."""
    max_retry_after: Seconds = 15.0
    """Seconds of `Retry-After` that are waited for; if Graph asks for more,
    the caller is told."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        self.check_ascending("base_delay", "max_delay")
        return self


class BudgetSettings(Group):
    """How many retries there may be beside first attempts."""

    ratio: Share = 0.1
    """Retries that each first attempt allows."""
    reserve: Annotated[int, Field(ge=0, le=1000)] = 3
    """Retries beside them, so that a quiet service can afford some."""


class BreakerMode(StrEnum):
    """Whether an open breaker refuses calls, or only tells that it would."""

    ENFORCE = "enforce"
    OBSERVE = "observe"


class BreakerSettings(Group):
    """When to stop asking Graph, and for how long."""

    mode: BreakerMode = BreakerMode.ENFORCE
    """`observe` lets calls pass that `enforce` would refuse."""
    window: Seconds = 30.0
    """Seconds that it looks back."""
    ratio: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] = 0.5
    """Share of failures at which it opens."""
    minimum_calls: Count = 20
    """Calls below which it draws no conclusions."""
    open_for: Seconds = 5.0
    """Seconds until it lets a call through to see; doubled each time."""
    max_open_for: Seconds = 300.0
    """Seconds that this is doubled to, at most."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        self.check_ascending("open_for", "max_open_for")
        return self


class LimitSettings(Group):
    """What Graph lets one app do with one mailbox, and our own bounds."""

    mailbox_concurrency: Annotated[int, Field(ge=1, le=100)] = 4
    """Requests to a mailbox at once. Each process counts for itself: several
    need to share what Graph allows, which is the default."""
    mailbox_requests: Count = 10_000
    """Requests to a mailbox within its window, by this process."""
    mailbox_window: Seconds = 600.0
    """Seconds that this window is long."""
    mailbox_upload_bytes: Annotated[int, Field(ge=4_194_304)] = 150_000_000
    """Bytes written to a mailbox within their window, by this process."""
    mailbox_upload_window: Seconds = 300.0
    """Seconds that the window for bytes is long."""
    tenant_concurrency: Annotated[int, Field(ge=1, le=10_000)] = 200
    """Requests to a tenant at once, at most; fewer while Graph refuses."""
    tenant_concurrency_floor: Annotated[int, Field(ge=1, le=10_000)] = 20
    """The fewest that this is brought down to."""
    queue: Count = 256
    """Calls that may wait for a mailbox; the next is refused."""
    requests_in_flight: Count = 1000
    """Requests of all callers at once; what can wait is refused before."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        self.check_ascending("tenant_concurrency_floor", "tenant_concurrency")
        return self


class TimeoutSettings(Group):
    """How long to wait for Graph."""

    connect: Seconds = 2.0
    """Seconds to connect."""
    attempt: Seconds = 10.0
    """Seconds of one attempt."""
    total: Seconds = 30.0
    """Seconds of a request, if its caller does not say `Prefer: wait`."""
    long_attempt: Seconds = 120.0
    """Seconds of an attempt that carries a large attachment."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        self.check_ascending("connect", "attempt", "total")
        self.check_ascending("attempt", "long_attempt")
        return self


class PoolSettings(Group):
    """Connections to Graph."""

    connections: Count = 256
    """Connections at once."""
    max_age: Seconds = 300.0
    """Seconds after which a connection is renewed."""
