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
]

SPAN_CALL = SpanKind(
    "graph {operation}",
    "One call to Graph with all its waits and attempts.",
)
SPAN_ATTEMPT = SpanKind(
    "{method} {url.template}",
    "One request to Graph (client span, semantic conventions of HTTP).",
)
SPAN_REFRESH = SpanKind(
    "refresh {operation}",
    "A cached answer that is renewed in the background; it may end after the "
    "request that set it off.",
)

SPAN_OPS = SpanKind(
    "ops {action}",
    "Something that an operator did by hand.",
)

MARK_WAIT = SpanKind(
    "wait",
    "An event on the span of a call: it waited for so many seconds; kind is "
    "backoff, bytes, gate or token.",
)

SPANS = (SPAN_CALL, SPAN_REFRESH, SPAN_ATTEMPT, SPAN_OPS)
MARKS = (MARK_WAIT,)
