"""The numbers that are measured."""

from app.telemetry.signals.callers import CALLER_METRICS, CALLERS_QUOTA
from app.telemetry.signals.kinds import Kind, Metric
from app.telemetry.signals.ledger import LEDGER_METRICS
from app.telemetry.signals.limits import PERMITS_AWAITED, TENANT_LIMIT
from app.telemetry.signals.protection import (
    BREAKER_REFUSALS,
    BREAKER_STATE,
    BREAKER_TRANSITIONS,
    BUDGET_EXHAUSTED,
    BUDGET_REMAINING,
    CLOSED_GATES,
    POOL_CONNECTIONS,
)
from app.telemetry.signals.service import SERVICE_METRICS

__all__ = [
    "BREAKER_REFUSALS",
    "BREAKER_STATE",
    "BREAKER_TRANSITIONS",
    "BUDGET_EXHAUSTED",
    "BUDGET_REMAINING",
    "CACHE_BYTES",
    "CACHE_REFRESHES",
    "CACHE_REQUESTS",
    "CACHE_SHARED_FLIGHTS",
    "CALLERS_QUOTA",
    "CALLS",
    "CALL_DURATION",
    "CLIENT_DURATION",
    "CLOSED_GATES",
    "GRAPH_ATTEMPTS",
    "GRAPH_IN_FLIGHT",
    "GRAPH_RETRIES",
    "GRAPH_WAIT",
    "IDEMPOTENT_REPLAYS",
    "METRICS",
    "POOL_CONNECTIONS",
    "REQUESTS_SHED",
    "SENDS",
    "TOKEN_AGE",
    "TOKEN_FAILING",
    "TOKEN_REFRESHES",
]

_CALL = ("tenant", "workload", "operation")

CALLS = Metric(
    "exchange.calls",
    Kind.COUNTER,
    "{call}",
    (*_CALL, "outcome"),
    "Calls of the service to Graph, retries not counted; outcome is ok, "
    "stale, cancelled or a problem code.",
    "A rising share of one code names the trouble; see /problems/{code}.",
)
CALL_DURATION = Metric(
    "exchange.call.duration",
    Kind.HISTOGRAM,
    "s",
    (*_CALL, "outcome"),
    "How long those calls took, waits and retries included.",
    "Compare with http.client.request.duration: the rest is waiting.",
)
CLIENT_DURATION = Metric(
    "http.client.request.duration",
    Kind.HISTOGRAM,
    "s",
    (
        "http.request.method",
        "server.address",
        "url.template",
        "http.response.status_code",
        "error.type",
    ),
    "How long single requests to Graph took (semantic conventions of HTTP).",
    "If Graph is slow, ask for smaller pages; see its service health.",
)
GRAPH_ATTEMPTS = Metric(
    "exchange.graph.attempts",
    Kind.COUNTER,
    "{request}",
    (*_CALL, "outcome"),
    "Requests sent to Graph; outcome is ok, cancelled or a problem code.",
    "Attempts above calls are retries.",
)
GRAPH_RETRIES = Metric(
    "exchange.graph.retries",
    Kind.COUNTER,
    "{retry}",
    (*_CALL, "reason"),
    "Requests repeated, by the problem code that made it necessary.",
    "More than a tenth of attempts for long: Graph is unwell.",
)
GRAPH_WAIT = Metric(
    "exchange.graph.wait",
    Kind.HISTOGRAM,
    "s",
    ("tenant", "workload", "kind"),
    "Time calls waited before a request; kind is permit, window, bytes, gate, "
    "backoff or token.",
    "Long waits for permits: one mailbox is asked too much at once; for the "
    "window: too much in ten minutes.",
)
GRAPH_IN_FLIGHT = Metric(
    "exchange.graph.in_flight",
    Kind.UP_DOWN,
    "{request}",
    ("tenant", "workload"),
    "Requests to Graph that have no answer yet.",
    "Rising while attempts fall: Graph hangs.",
)
CACHE_REQUESTS = Metric(
    "exchange.cache.requests",
    Kind.COUNTER,
    "{request}",
    ("operation", "result"),
    "Cacheable reads; result is fresh, revalidating (given while Graph is "
    "asked in the background), stale (given because Graph failed) or miss.",
    "A high share of stale: Graph has been failing.",
)
CACHE_REFRESHES = Metric(
    "exchange.cache.refreshes",
    Kind.COUNTER,
    "{refresh}",
    ("operation", "result"),
    "Answers renewed in the background; result is ok, cancelled or a problem "
    "code.",
    "A rising share of one code names the trouble; callers see it later.",
)
CACHE_BYTES = Metric(
    "exchange.cache.bytes",
    Kind.GAUGE,
    "By",
    (),
    "Size of the cached answers.",
    "At its limit: raise EXCHANGE_CACHE__MAX_BYTES or accept misses.",
)
CACHE_SHARED_FLIGHTS = Metric(
    "exchange.cache.shared_flights",
    Kind.COUNTER,
    "{request}",
    ("operation",),
    "Reads that joined one already under way instead of asking again.",
    "Nothing; it shows work that was saved.",
)
TOKEN_AGE = Metric(
    "exchange.token.age",
    Kind.GAUGE,
    "s",
    ("tenant",),
    "Age of the access token in use.",
    "Beyond its lifetime: Entra ID has refused to renew it.",
)
TOKEN_FAILING = Metric(
    "exchange.token.failing",
    Kind.GAUGE,
    "{tenant}",
    ("tenant", "code"),
    "1 from when Entra ID refused a token, with that problem, until it gives "
    "one or an operator drops what is known.",
    "See /problems/{code}.",
)
TOKEN_REFRESHES = Metric(
    "exchange.token.refreshes",
    Kind.COUNTER,
    "{refresh}",
    ("tenant", "result"),
    "Tokens asked for; result is ok or a problem code.",
    "tenant-credentials-rejected: check the secret and its expiry.",
)
IDEMPOTENT_REPLAYS = Metric(
    "exchange.idempotency.replays",
    Kind.COUNTER,
    "{request}",
    ("operation",),
    "Requests answered from what the same Idempotency-Key got before.",
    "Many: a frontend repeats requests that had succeeded.",
)
SENDS = Metric(
    "exchange.sends",
    Kind.COUNTER,
    "{message}",
    ("tenant", "state"),
    "Messages by how their sending ended: sent, verifying, failed, unknown.",
    "unknown: look into Sent Items before anybody sends again.",
)
REQUESTS_SHED = Metric(
    "exchange.requests.shed",
    Kind.COUNTER,
    "{request}",
    ("criticality",),
    "Requests refused: too many were being served, or waited for the core.",
    "Add processes, or find the caller that asks too much.",
)

METRICS = (
    *SERVICE_METRICS,
    CALLS,
    CALL_DURATION,
    CLIENT_DURATION,
    GRAPH_ATTEMPTS,
    GRAPH_RETRIES,
    GRAPH_WAIT,
    GRAPH_IN_FLIGHT,
    TENANT_LIMIT,
    PERMITS_AWAITED,
    CLOSED_GATES,
    BREAKER_STATE,
    BREAKER_TRANSITIONS,
    BREAKER_REFUSALS,
    BUDGET_REMAINING,
    BUDGET_EXHAUSTED,
    POOL_CONNECTIONS,
    CACHE_REQUESTS,
    CACHE_REFRESHES,
    CACHE_BYTES,
    CACHE_SHARED_FLIGHTS,
    TOKEN_AGE,
    TOKEN_FAILING,
    TOKEN_REFRESHES,
    IDEMPOTENT_REPLAYS,
    SENDS,
    *CALLER_METRICS,
    REQUESTS_SHED,
    *LEDGER_METRICS,
)
