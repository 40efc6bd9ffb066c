"""Gauges, read whenever metrics are collected."""

from collections import Counter

from app.gateway.policies.breaker import Breaker
from app.telemetry.signals import metrics
from app.wiring.parts import Parts

__all__ = ["watch_gauges"]


def watch_gauges(parts: Parts, breaker: Breaker) -> None:
    """Have the gauges read what the parts know."""
    watch = parts.telemetry.watch
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
        metrics.TOKEN_AGE,
        lambda: [
            (state.age, {"tenant": state.tenant})
            for state in parts.tokens.states()
            if state.age is not None
        ],
    )
