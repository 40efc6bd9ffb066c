"""The numbers that tell of the limits towards Graph."""

from app.telemetry.signals.kinds import Kind, Metric

__all__ = ["PERMITS_AWAITED", "TENANT_LIMIT"]

TENANT_LIMIT = Metric(
    "exchange.limits.tenant",
    Kind.GAUGE,
    "{request}",
    ("tenant",),
    "Requests to Graph that are made for a tenant at once, at most; adapted "
    "to what Graph takes.",
    "Below EXCHANGE_LIMITS__TENANT_CONCURRENCY: Graph refuses many mailboxes "
    "at a time; ask less.",
)
PERMITS_AWAITED = Metric(
    "exchange.limits.waiting",
    Kind.GAUGE,
    "{call}",
    ("tenant",),
    "Calls that wait for a permit of their mailbox or tenant.",
    "High for long: see exchange.limits.tenant; if that is at its best, a "
    "few mailboxes are asked too much.",
)
