"""The state of the service as operators see it, and what they may do.

Mailboxes appear as the hashes that stand in the logs, tokens by their age.
Times are in seconds.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from app.models.fields import MailboxName, Timestamp
from app.models.outbox import OutboxState

__all__ = [
    "BreakerState",
    "BudgetState",
    "CachePurge",
    "CacheState",
    "Done",
    "ErrorList",
    "ErrorQuery",
    "GateOpening",
    "GateState",
    "NotedError",
    "OpsState",
    "PermitState",
    "ProcessState",
    "QuotaState",
    "TokenReport",
]


class BreakerState(TypedDict):
    """A circuit breaker; ``calls`` and ``failures`` are of its window."""

    tenant: str
    workload: str
    state: Annotated[str, Field(examples=["closed", "half_open", "open"])]
    is_isolated: bool
    calls: int
    failures: int
    opens_in: float


class GateState(TypedDict):
    """A mailbox, or a workload, that Graph wants left alone."""

    tenant: str
    mailbox_hash: str | None
    workload: str | None
    opens_in: float


class PermitState(TypedDict):
    """Requests of a mailbox, or a workload, that are under way or wait.

    Without both, those of the whole tenant. ``limit`` is how many at once
    Graph is trusted to take; it falls while Graph refuses.
    """

    tenant: str
    mailbox_hash: str | None
    workload: str | None
    limit: int
    in_use: int
    waiting: int


class BudgetState(TypedDict):
    """Retries that are affordable."""

    tenant: str
    workload: str
    remaining: int


class CacheState(TypedDict):
    """What is kept."""

    entries: int
    bytes: int


class TokenReport(TypedDict):
    """A tenant's token; ``problem`` is why the last one was not given."""

    tenant: str
    age: float | None
    expires_in: float | None
    problem: str | None


class QuotaState(TypedDict):
    """What a caller has used since it was first seen.

    ``remaining`` of its quota, for the next ``resets_in`` seconds, is null
    for a caller without one; ``cost`` is in what quotas are counted in. Each
    user of an application has a quota: ``remaining`` is what is left to the
    one who has least, and the rest is of all of them.
    """

    caller: str
    remaining: int | None
    resets_in: float | None
    in_flight: int
    requests: int
    refused: int
    graph_calls: int
    cost: int


class ProcessState(TypedDict):
    """What the process holds: a leak shows here.

    ``tasks`` are asyncio's, this request's own included; ``connections`` are
    those to Microsoft, in use or idle.
    """

    version: str
    tasks: int
    connections: int


class OpsState(TypedDict):
    """The state of everything that decides how calls are treated.

    ``permits`` lists what is in use or waited for, ``gates`` what is closed;
    a thousand of each at most. ``outbox`` is null while the ledger cannot be
    asked.
    """

    process: ProcessState
    breakers: list[BreakerState]
    gates: list[GateState]
    permits: list[PermitState]
    budgets: list[BudgetState]
    cache: CacheState
    tokens: list[TokenReport]
    quotas: list[QuotaState]
    outbox: OutboxState | None


class NotedError(TypedDict):
    """A call that failed, classified."""

    at: Timestamp
    tenant: str
    workload: str
    operation: str
    code: str
    category: str
    attempts: int
    mailbox_hash: str | None
    upstream_status: int | None
    upstream_code: str | None
    upstream_request_id: str | None
    upstream_client_request_id: str | None


class ErrorList(TypedDict):
    """Calls that failed lately, the newest first."""

    items: list[NotedError]


class Done(TypedDict):
    """What an action did; ``count`` is how many things it touched."""

    action: Annotated[str, Field(examples=["cache.purge"])]
    tenant: str
    count: int


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ErrorQuery(_Input):
    """Which errors."""

    tenant: Annotated[
        str | None, Field(description="Only those of this tenant.")
    ] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 200


class GateOpening(_Input):
    """Whose gate to open."""

    mailbox: Annotated[MailboxName, Field(examples=["ada@contoso.example"])]


class CachePurge(_Input):
    """Which answers to forget."""

    tenant: Annotated[str, Field(examples=["contoso"])]
    mailbox: Annotated[
        MailboxName | None,
        Field(
            description="Only those about this mailbox.",
        ),
    ] = None
