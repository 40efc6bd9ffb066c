"""The numbers that tell how Graph is spared, listed in `metrics`."""

from app.telemetry.signals.kinds import Kind, Metric

__all__ = [
    "BREAKER_REFUSALS",
    "BREAKER_STATE",
    "BREAKER_TRANSITIONS",
    "BUDGET_EXHAUSTED",
    "BUDGET_REMAINING",
    "CLOSED_GATES",
    "POOL_CONNECTIONS",
]

CLOSED_GATES = Metric(
    "exchange.throttle.gates",
    Kind.GAUGE,
    "{mailbox}",
    ("tenant",),
    "Mailboxes that are paused because Graph asked for it.",
    "One: a busy mailbox. Many: the app is throttled; ask less.",
)
BREAKER_STATE = Metric(
    "exchange.breaker.state",
    Kind.GAUGE,
    "{state}",
    ("tenant", "workload"),
    "State of a circuit breaker: 0 closed, 1 half-open, 2 open.",
    "Open: Graph fails for this tenant; reads are served from the cache.",
)
BREAKER_TRANSITIONS = Metric(
    "exchange.breaker.transitions",
    Kind.COUNTER,
    "{transition}",
    ("tenant", "workload", "state"),
    "Changes of a circuit breaker into a state.",
    "Flapping: Graph answers probes but not load.",
)
BREAKER_REFUSALS = Metric(
    "exchange.breaker.refusals",
    Kind.COUNTER,
    "{call}",
    ("tenant", "workload"),
    "Calls that an open circuit breaker refused, or would have refused if it "
    "did not observe only.",
    "Compare with failures before EXCHANGE_BREAKER__MODE becomes enforce.",
)
BUDGET_EXHAUSTED = Metric(
    "exchange.budget.exhausted",
    Kind.COUNTER,
    "{call}",
    ("tenant", "workload"),
    "Calls that failed at once because no retry was affordable.",
    "Graph fails for many calls; see to its health, not to the budget.",
)
BUDGET_REMAINING = Metric(
    "exchange.budget.remaining",
    Kind.GAUGE,
    "{retry}",
    ("tenant", "workload"),
    "Retries that are still affordable.",
    "Near zero: failures are no longer retried, to spare Graph.",
)
POOL_CONNECTIONS = Metric(
    "exchange.pool.connections",
    Kind.GAUGE,
    "{connection}",
    ("state",),
    "Connections to Microsoft 365; state is used or idle.",
    "Used near EXCHANGE_POOL__CONNECTIONS: raise it, or find what hangs.",
)
