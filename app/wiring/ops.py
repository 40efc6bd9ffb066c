"""What operators look at and move, made of what the parts offer."""

from collections.abc import Iterable
from itertools import chain, islice

from app.callers.quotas import CallerStatistics, Quotas
from app.gateway.calls import ScopeKey
from app.gateway.names import MailboxNames
from app.gateway.policies.breaker import Breaker
from app.models.ops import (
    BreakerState,
    BudgetState,
    GateState,
    PermitState,
    QuotaState,
)
from app.services.ops import Levers, Meters
from app.services.sending.desk import OutboxDesk
from app.transport.aiohttp_transport import AiohttpTransport
from app.wiring.parts import Parts

__all__ = ["levers_of", "meters_of"]

# Of mailboxes there may be very many.
_MOST_SHOWN = 1000


def meters_of(
    parts: Parts, breaker: Breaker, quotas: Quotas, desk: OutboxDesk
) -> Meters:
    """Return where operators can look."""
    network = parts.network

    async def gates() -> list[GateState]:
        return [
            {
                "tenant": key.tenant,
                "mailbox_hash": _mailbox_hash(parts, key),
                "workload": _workload(key),
                "opens_in": round(await parts.gates.closed_for(key), 1),
            }
            for key in list(islice(parts.gates.closed(), _MOST_SHOWN))
        ]

    return Meters(
        breakers=lambda: _breakers(breaker),
        gates=gates,
        permits=lambda: _permits(parts),
        budgets=lambda: _budgets(parts),
        cache=lambda: {
            "entries": len(parts.store),
            "bytes": parts.store.bytes_used(),
        },
        tokens=lambda: list(parts.tokens.states()),
        quotas=lambda: _quotas(quotas.statistics()),
        connections=lambda: (
            network.connections if isinstance(network, AiohttpTransport) else 0
        ),
        outbox=desk.counts,
        errors=parts.failures.newest_first,
    )


def levers_of(parts: Parts, breaker: Breaker, names: MailboxNames) -> Levers:
    """Return what operators can move."""

    async def open_gate(tenant: str, mailbox: str) -> int:
        primary = names.primary(tenant, mailbox)
        return await parts.gates.open(ScopeKey(tenant, primary))

    async def purge(tenant: str, mailbox: str | None) -> int:
        if mailbox is None:
            return await parts.store.purge(tenant)
        return await parts.store.purge(tenant, names.primary(tenant, mailbox))

    def drop_tokens(tenant: str) -> None:
        parts.tokens.forget(tenant)
        parts.users.forget(tenant)

    return Levers(
        breakers={
            "reset": breaker.reset,
            "isolate": breaker.isolate,
            "release": breaker.release,
        },
        open_gate=open_gate,
        purge=purge,
        drop_token=drop_tokens,
    )


def _breakers(breaker: Breaker) -> list[BreakerState]:
    return [
        {
            "tenant": key.tenant,
            "workload": key.name,
            "state": report.state.name.lower(),
            "is_isolated": report.is_isolated,
            "calls": report.calls,
            "failures": report.failures,
            "opens_in": round(report.opens_in, 1),
        }
        for key, report in breaker.reports()
    ]


def _permits(parts: Parts) -> list[PermitState]:
    return [
        {
            "tenant": usage.key.tenant,
            "mailbox_hash": _mailbox_hash(parts, usage.key),
            "workload": _workload(usage.key),
            "limit": usage.limit,
            "in_use": usage.in_use,
            "waiting": usage.waiting,
        }
        for usage in chain(
            parts.permits.tenants(),
            islice(parts.permits.mailboxes(), _MOST_SHOWN),
        )
    ]


def _budgets(parts: Parts) -> list[BudgetState]:
    return [
        {
            "tenant": key.tenant,
            "workload": key.name,
            "remaining": budget.remaining,
        }
        for key, budget in list(parts.budgets.items())
    ]


def _quotas(statistics: Iterable[CallerStatistics]) -> list[QuotaState]:
    """Return one entry for each caller, all its users together."""
    shown: dict[str, QuotaState] = {}
    for known in statistics:
        so_far = shown.get(known.caller.name)
        more = _quota(known)
        shown[known.caller.name] = _sum(so_far, more) if so_far else more
    return list(shown.values())


def _sum(one: QuotaState, other: QuotaState) -> QuotaState:
    """Return both together, with what is left to who has least."""
    least = min(one, other, key=lambda quota: quota["remaining"] or 0)
    return {
        "caller": one["caller"],
        "remaining": least["remaining"],
        "resets_in": least["resets_in"],
        "in_flight": one["in_flight"] + other["in_flight"],
        "requests": one["requests"] + other["requests"],
        "refused": one["refused"] + other["refused"],
        "graph_calls": one["graph_calls"] + other["graph_calls"],
        "cost": one["cost"] + other["cost"],
    }


def _quota(known: CallerStatistics) -> QuotaState:
    standing = known.standing
    return {
        "caller": known.caller.name,
        "remaining": standing.remaining if standing else None,
        "resets_in": round(standing.seconds, 1) if standing else None,
        "in_flight": known.in_flight,
        "requests": known.requests,
        "refused": known.refused,
        "graph_calls": known.graph_calls,
        "cost": known.cost,
    }


def _mailbox_hash(parts: Parts, key: ScopeKey) -> str | None:
    if not key.name or _workload(key) is not None:
        return None
    return parts.telemetry.pseudonym(key.name)


def _workload(key: ScopeKey) -> str | None:
    """Return the workload, of a key that belongs to no mailbox."""
    name = key.name.removeprefix("/")
    return None if name == key.name else name
