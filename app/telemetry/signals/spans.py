"""The stretches of work that are traced."""

from app.telemetry.signals.kinds import SpanKind

__all__ = [
    "MARKS",
    "MARK_WAIT",
    "SPANS",
    "SPAN_ATTEMPT",
    "SPAN_CALL",
    "SPAN_OPS",
    "SPAN_REFRESH",
    "SPAN_REQUEST",
]

SPAN_REQUEST = SpanKind(
    "{method} {route}",
    (
        *("http.request.method", "http.route", "http.response.status_code"),
        *("error.type", "url.scheme", "url.path", "url.query"),
        *("server.address", "server.port", "client.address", "client.port"),
        *("network.protocol.version", "user_agent.original"),
    ),
    "One request to this service (server span, semantic conventions of "
    "HTTP). Those for /health/live and /health/ready are left out.",
)
SPAN_CALL = SpanKind(
    "graph {operation}",
    ("tenant", "workload", "operation", "outcome", "budget_exhausted"),
    "One call to Graph with all its waits and attempts.",
)
SPAN_ATTEMPT = SpanKind(
    "{method} {template}",
    (
        *("http.request.method", "server.address", "url.template"),
        *("http.request.resend_count", "http.response.status_code"),
        *("error.type", "graph.client_request_id", "graph.request_id"),
    ),
    "One request to Graph (client span, semantic conventions of HTTP).",
)
SPAN_REFRESH = SpanKind(
    "refresh {operation}",
    ("tenant", "operation"),
    "A cached answer that is renewed in the background; it may end after the "
    "request that set it off.",
)
SPAN_OPS = SpanKind(
    "ops {action}",
    ("tenant",),
    "Something that an operator did by hand.",
)

MARK_WAIT = SpanKind(
    "wait",
    ("kind", "seconds"),
    "An event on the span of a call, at the end of a wait: so many seconds "
    "before that, it began.",
)

SPANS = (SPAN_REQUEST, SPAN_CALL, SPAN_REFRESH, SPAN_ATTEMPT, SPAN_OPS)
MARKS = (MARK_WAIT,)
