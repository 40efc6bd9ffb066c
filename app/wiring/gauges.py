"""Gauges, read whenever metrics are collected."""

from collections import Counter
from datetime import datetime
from heapq import nlargest
from operator import itemgetter

from app import __version__
from app.callers.quotas import Quotas
from app.gateway.policies.breaker import Breaker
from app.telemetry.recorder import Telemetry
from app.telemetry.signals import limits, metrics, service
from app.transport.aiohttp_transport import AiohttpTransport
from app.wiring.parts import Parts

__all__ = ["credentials_end", "watch_gauges", "watch_quotas"]

_MOST_CALLERS = 100


def watch_gauges(parts: Parts, breaker: Breaker) -> None:
    """Have the gauges read what the parts know."""
    watch = parts.telemetry.watch
    watch(service.UP, lambda: [(1, {"version": __version__})])
    _watch_credentials(parts)
    if isinstance(parts.network, AiohttpTransport):
        _watch_pool(parts.telemetry, parts.network)
    watch(metrics.CACHE_BYTES, lambda: [(parts.store.bytes_used(), {})])
    watch(
        metrics.BREAKER_STATE,
        lambda: [
            (state, {"tenant": key.tenant, "workload": key.name})
            for key, state in breaker.states()
        ],
    )
    watch(
        metrics.BUDGET_REMAINING,
        lambda: [
            (budget.remaining, {"tenant": key.tenant, "workload": key.name})
            for key, budget in list(parts.budgets.items())
        ],
    )
    watch(
        metrics.CLOSED_GATES,
        lambda: [
            (count, {"tenant": tenant})
            for tenant, count in Counter(
                key.tenant for key in parts.gates.closed()
            ).items()
        ],
    )
    watch(
        limits.TENANT_LIMIT,
        lambda: [
            (usage.limit, {"tenant": usage.key.tenant})
            for usage in parts.permits.tenants()
        ],
    )
    watch(
        limits.PERMITS_AWAITED,
        lambda: [
            (usage.waiting, {"tenant": usage.key.tenant})
            for usage in parts.permits.tenants()
        ],
    )
    watch(
        metrics.TOKEN_AGE,
        lambda: [
            (state.age, {"tenant": state.tenant})
            for state in parts.tokens.states()
            if state.age is not None
        ],
    )
    watch(
        metrics.TOKEN_FAILING,
        lambda: [
            (1, {"tenant": state.tenant, "code": state.unmended})
            for state in parts.tokens.states()
            if state.unmended
        ],
    )


def watch_quotas(telemetry: Telemetry, quotas: Quotas) -> None:
    """Have a gauge read how far callers have used up their quotas.

    Of an application's users that one counts who has used the most.
    """

    def read() -> list[tuple[float, dict[str, str]]]:
        shares: dict[str, float] = {}
        for caller, share in quotas.shares():
            shares[caller.name] = max(share, shares.get(caller.name, 0.0))
        most = nlargest(_MOST_CALLERS, shares.items(), key=itemgetter(1))
        return [(share, {"caller": name}) for name, share in most]

    telemetry.watch(metrics.CALLERS_QUOTA, read)


def credentials_end(parts: Parts) -> dict[str, datetime]:
    """Return when the credentials of tenants end, where that is known."""
    return {
        tenant: credential.ends
        for tenant, credential in parts.credentials.items()
        if credential.ends
    }


def _watch_credentials(parts: Parts) -> None:
    parts.telemetry.watch(
        service.CREDENTIAL_REMAINING,
        lambda: [
            ((end - parts.clock.wall()).total_seconds(), {"tenant": alias})
            for alias, end in credentials_end(parts).items()
        ],
    )


def _watch_pool(telemetry: Telemetry, pool: AiohttpTransport) -> None:
    telemetry.watch(
        metrics.POOL_CONNECTIONS,
        lambda: [
            (pool.in_use, {"state": "used"}),
            (pool.connections - pool.in_use, {"state": "idle"}),
        ],
    )
