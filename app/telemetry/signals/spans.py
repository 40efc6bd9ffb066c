"""The stretches of work that are traced."""

from app.telemetry.signals.kinds import SpanKind

__all__ = ["SPANS", "SPAN_ATTEMPT", "SPAN_CALL"]

SPAN_CALL = SpanKind(
    "graph {operation}",
    "One call to Graph with all its waits and attempts.",
)
SPAN_ATTEMPT = SpanKind(
    "{method} {url.template}",
    "One request to Graph (client span, semantic conventions of HTTP).",
)

SPANS = (SPAN_CALL, SPAN_ATTEMPT)
