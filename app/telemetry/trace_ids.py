"""The ids of the current trace."""

from opentelemetry.trace import get_current_span
from opentelemetry.trace.propagation.tracecontext import (
    TraceContextTextMapPropagator,
)

__all__ = ["trace_headers", "trace_ids"]

_PROPAGATOR = TraceContextTextMapPropagator()


def trace_headers() -> dict[str, str]:
    """Return the headers that tell another service of the current span."""
    headers: dict[str, str] = {}
    _PROPAGATOR.inject(headers)
    return headers


def trace_ids() -> dict[str, str]:
    """Return the ids of the span that is current, for logs and problems."""
    context = get_current_span().get_span_context()
    if not context.is_valid:
        return {}
    return {
        "trace_id": f"{context.trace_id:032x}",
        "span_id": f"{context.span_id:016x}",
    }
