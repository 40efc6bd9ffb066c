"""What operators can see of the service, and do about it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from app import __version__
from app.gateway.calls import ScopeKey
from app.gateway.operations.entry import Workload
from app.models.health import TokenState
from app.models.ops import (
    BreakerState,
    BudgetState,
    CachePurge,
    CacheState,
    Done,
    ErrorList,
    ErrorQuery,
    GateOpening,
    GateState,
    NotedError,
    OpsState,
    PermitState,
    QuotaState,
)
from app.models.outbox import OutboxState
from app.problems.errors import FieldError
from app.problems.refusals import InvalidRequest
from app.problems.resources import TenantNotFound
from app.services.actions import Actions
from app.telemetry.recorder import Telemetry

__all__ = ["Levers", "Meters", "OpsService"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meters:
    """Where operators can look."""

    breakers: Callable[[], Sequence[BreakerState]]
    gates: Callable[[], Awaitable[Sequence[GateState]]]
    permits: Callable[[], Sequence[PermitState]]
    budgets: Callable[[], Sequence[BudgetState]]
    cache: Callable[[], CacheState]
    tokens: Callable[[], Sequence[TokenState]]
    quotas: Callable[[], Sequence[QuotaState]]
    outbox: Callable[[], Awaitable[OutboxState | None]]
    connections: Callable[[], int]
    errors: Callable[[], Iterator[NotedError]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Levers:
    """What operators can move; each tells how many things it touched."""

    breakers: dict[str, Callable[[ScopeKey], None]]
    open_gate: Callable[[str, str], Awaitable[int]]
    purge: Callable[[str, str | None], Awaitable[int]]
    drop_token: Callable[[str], None]


class OpsService:
    """Shows the state of the service and changes it by hand.

    Whatever is done is logged with who did it, and traced.
    """

    def __init__(
        self,
        tenants: Sequence[str],
        meters: Meters,
        levers: Levers,
        telemetry: Telemetry,
    ) -> None:
        self._tenants = tenants
        self._meters = meters
        self._levers = levers
        self._told = Actions(telemetry).told

    async def state(self) -> OpsState:
        """Return the state of everything."""
        meters = self._meters
        return {
            "process": {
                "version": __version__,
                "tasks": len(asyncio.all_tasks()),
                "connections": meters.connections(),
            },
            "breakers": list(meters.breakers()),
            "gates": list(await meters.gates()),
            "permits": list(meters.permits()),
            "budgets": list(meters.budgets()),
            "cache": meters.cache(),
            "tokens": [
                {
                    "tenant": token.tenant,
                    "age": token.age,
                    "expires_in": token.expires_in,
                    "problem": token.problem,
                }
                for token in meters.tokens()
            ],
            "quotas": list(meters.quotas()),
            "outbox": await meters.outbox(),
        }

    def errors(self, wanted: ErrorQuery) -> ErrorList:
        """Return the calls that failed lately, the newest first."""
        if wanted.tenant is not None:
            self._check_tenant(wanted.tenant)
        matching = (
            error
            for error in self._meters.errors()
            if wanted.tenant in {None, error["tenant"]}
        )
        return {"items": list(islice(matching, wanted.limit))}

    def move_breaker(
        self, who: str, move: str, tenant: str, workload: str
    ) -> Done:
        """Reset, isolate or release a breaker."""
        self._check_tenant(tenant)
        _check_workload(workload)
        action = f"breaker.{move}"
        with self._told(action, who, tenant, workload=workload) as done:
            self._levers.breakers[move](ScopeKey(tenant, workload))
            done["count"] = 1
        return done

    async def open_gate(
        self, who: str, tenant: str, wanted: GateOpening
    ) -> Done:
        """Ask a mailbox again although Graph wanted it left alone."""
        self._check_tenant(tenant)
        mailbox = wanted.mailbox.lower()
        with self._told("gate.open", who, tenant, mailbox=mailbox) as done:
            done["count"] = await self._levers.open_gate(tenant, mailbox)
        return done

    async def purge_cache(self, who: str, wanted: CachePurge) -> Done:
        """Forget the answers of a tenant, or about one of its mailboxes."""
        tenant = wanted.tenant
        self._check_tenant(tenant)
        mailbox = wanted.mailbox.lower() if wanted.mailbox else None
        with self._told("cache.purge", who, tenant, mailbox=mailbox) as done:
            done["count"] = await self._levers.purge(tenant, mailbox)
        return done

    def drop_token(self, who: str, tenant: str) -> Done:
        """Forget a tenant's tokens, and why there was none."""
        self._check_tenant(tenant)
        with self._told("token.drop", who, tenant) as done:
            self._levers.drop_token(tenant)
            done["count"] = 1
        return done

    def _check_tenant(self, tenant: str) -> None:
        if tenant not in self._tenants:
            raise TenantNotFound("There is no such tenant here.")


def _check_workload(workload: str) -> None:
    if workload not in set(Workload):
        known = ", ".join(Workload)
        detail = f"unknown workload, not one of {known}"
        raise InvalidRequest.because(
            [FieldError(pointer="#/path/workload", detail=detail)]
        )
