"""The ids of the current trace."""

from opentelemetry.trace import get_current_span

__all__ = ["trace_ids"]


def trace_ids() -> dict[str, str]:
    """Return the ids of the span that is current, for logs and problems."""
    context = get_current_span().get_span_context()
    if not context.is_valid:
        return {}
    return {
        "trace_id": f"{context.trace_id:032x}",
        "span_id": f"{context.span_id:016x}",
    }
