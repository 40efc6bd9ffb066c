"""The ids of the current trace."""

from collections.abc import MutableMapping
from typing import Any

from opentelemetry.context import Context, get_current
from opentelemetry.propagate import get_global_textmap
from opentelemetry.propagators.textmap import (
    CarrierT,
    Getter,
    Setter,
    TextMapPropagator,
    default_getter,
    default_setter,
)
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import (
    TraceContextTextMapPropagator,
)

__all__ = [
    "CallersTrace",
    "RequestHeaders",
    "trace_context",
    "trace_headers",
    "trace_ids",
]

_PROPAGATOR = TraceContextTextMapPropagator()


class CallersTrace(TextMapPropagator):
    """Goes on with a caller's trace as `OTEL_PROPAGATORS` has it.

    Its ids and flags are taken; ``tracestate`` and ``baggage`` are the
    caller's own words, and would reach Graph and the collector.
    """

    def __init__(self) -> None:
        self._whole = get_global_textmap()

    @property
    def fields(self) -> set[str]:
        """The headers that tell of a trace."""
        return self._whole.fields

    def extract(
        self,
        carrier: CarrierT,
        context: Context | None = None,
        getter: Getter[CarrierT] = default_getter,
    ) -> Context:
        """Return a context in which the caller's span is the parent."""
        told = self._whole.extract(carrier, context, getter)
        theirs = get_current_span(told).get_span_context()
        if not theirs.is_valid:
            return get_current() if context is None else context
        span = SpanContext(
            theirs.trace_id,
            theirs.span_id,
            is_remote=True,
            trace_flags=theirs.trace_flags,
        )
        return set_span_in_context(NonRecordingSpan(span), context)

    def inject(
        self,
        carrier: CarrierT,
        context: Context | None = None,
        setter: Setter[CarrierT] = default_setter,
    ) -> None:
        """Tell of the current span."""
        self._whole.inject(carrier, context, setter)


class RequestHeaders(Getter[MutableMapping[str, Any]]):
    """Reads the headers of a request, as ASGI has them."""

    def get(
        self, carrier: MutableMapping[str, Any], key: str
    ) -> list[str] | None:
        """Return the lines that a header has."""
        wanted = key.lower().encode()
        found = [
            value.decode("latin-1")
            for name, value in carrier["headers"]
            if name == wanted
        ]
        return found or None

    def keys(self, carrier: MutableMapping[str, Any]) -> list[str]:
        """Return the names of all headers."""
        return [name.decode("latin-1") for name, _ in carrier["headers"]]


def trace_headers() -> dict[str, str]:
    """Return the headers that tell another service of the current span."""
    headers: dict[str, str] = {}
    _PROPAGATOR.inject(headers)
    return headers


def trace_context() -> SpanContext | None:
    """Return what the span that is current is known by, if there is one."""
    present = get_current()
    if not present:
        return None
    context = get_current_span(present).get_span_context()
    return context if context.is_valid else None


def trace_ids() -> dict[str, str]:
    """Return the ids of the span that is current, for logs and problems."""
    context = trace_context()
    if context is None:
        return {}
    return {
        "trace_id": f"{context.trace_id:032x}",
        "span_id": f"{context.span_id:016x}",
    }
