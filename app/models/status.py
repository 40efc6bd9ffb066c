"""What the status page shows. Times are Unix times, durations seconds.

Moments are told, and not how far away they are: what does not change need
not be sent again.
"""

from typing import Any, Literal

from typing_extensions import TypedDict

from app.models.ops import CacheState

__all__ = [
    "Blame",
    "CallerRow",
    "ErrorRow",
    "Finding",
    "GateRow",
    "GraphRow",
    "Head",
    "HourRow",
    "Keeping",
    "Level",
    "Past",
    "Process",
    "Rows",
    "TenantRow",
]

Level = Literal["well", "note", "trouble", "down"]
Blame = Literal["microsoft", "service", "configuration", "operator", "callers"]


class Finding(TypedDict):
    """Something that is not as it should be, in plain words.

    ``title`` names it, ``told`` is what is seen of it, ``do`` what to do
    about it. ``since`` is null where nobody can tell.
    """

    kind: str
    level: Level
    blame: Blame
    title: str
    told: str
    do: str
    tenants: list[str]
    since: float | None
    runbook: str | None


class Past(TypedDict):
    """The last trouble of the hour, now over; ``worst`` is a share."""

    began: float
    ended: float
    worst: float
    tenants: list[str]


class Head(TypedDict):
    """How it is, in one glance.

    The numbers are those of the last minute, or of the last few requests.
    """

    level: Level
    headline: str
    told: str
    findings: list[Finding]
    past: Past | None


class HourRow(TypedDict):
    """The last sixty minutes, the oldest first; null where nothing was.

    ``kept`` are requests that were answered without one to Microsoft.
    ``seen_from`` is when this process began to look.
    """

    tenant: str | None
    began: float
    seen_from: float
    requests: list[int]
    failed: list[int]
    stale: list[int]
    kept: list[int]
    p50: list[float | None]
    p95: list[float | None]
    graph: list[int]
    graph_failed: list[int]
    graph_p95: list[float | None]


class TenantRow(TypedDict):
    """One tenant; ``strip`` has a digit a minute: 0 well to 2 failing."""

    tenant: str
    level: Level
    requests: int
    failed: int
    stale: int
    p95: float | None
    last_success: float | None
    token: Literal["valid", "none", "refused"]
    token_problem: str | None
    token_expires: float | None
    open: int
    paused: int
    strip: str


class GraphRow(TypedDict):
    """A part of Graph for a tenant: its breaker, and what retries are left."""

    tenant: str
    workload: str
    state: str
    is_isolated: bool
    calls: int
    failures: int
    opens: float | None
    retries: int | None


class GateRow(TypedDict):
    """A mailbox, or a workload, that Graph wants left alone."""

    tenant: str
    mailbox_hash: str | None
    workload: str | None
    opens: float


class CallerRow(TypedDict):
    """What a caller has used since it was first seen."""

    caller: str
    remaining: int | None
    in_flight: int
    requests: int
    refused: int


class Keeping(TypedDict):
    """What is kept here. ``due`` is for how long the oldest send has been."""

    cache: CacheState
    outbox: dict[str, int]
    due: float
    is_ledger_lost: bool


class Rows(TypedDict):
    """Those of many rows that matter most, and how many there are."""

    total: int
    rows: list[Any]


class ErrorRow(TypedDict):
    """Calls that failed alike; ``last`` and what follows are of the last one.

    ``mailboxes`` is how many there were, ``request_id`` what Microsoft's
    support asks for.
    """

    tenant: str
    operation: str
    code: str
    runbook: str | None
    count: int
    mailboxes: int
    last: str
    upstream_status: int | None
    upstream_code: str | None
    request_id: str | None


class Process(TypedDict):
    """Which process this is: others may see other things."""

    version: str
    began: float
    tasks: int
    connections: int
    watchers: int
