"""Trace and measure requests to this service.

The instrumentation of OpenTelemetry notes down the whole path and query of
each request. They hold mailboxes, ids and what is searched for, so that here
both are cut down to what is the same for everybody. Headers go too: their
words are the caller's own.
"""

import re
from time import perf_counter

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.metrics import NoOpMeterProvider
from opentelemetry.propagate import set_global_textmap
from opentelemetry.trace import Span, TracerProvider
from starlette.types import Scope

from app.routers.observed import NOT_OBSERVED, ObservedApp
from app.telemetry.providers import Providers
from app.telemetry.recorder import Telemetry
from app.telemetry.server import ServerSignals
from app.telemetry.trace_ids import CallersTrace

__all__ = ["instrument"]

# The whole URL is matched, so that nobody hides by having such words in a
# path.
_NOT_TRACED = ",".join(rf"^\w+://[^/]*{path}$" for path in NOT_OBSERVED)
_PARAMETER = re.compile(r"\{.*\}")
_REDACTED = "-"
_CALLERS_WORDS = ("server.address", "user_agent.original")


def instrument(
    app: ObservedApp, providers: Providers, telemetry: Telemetry
) -> None:
    """Have spans and metrics of each request recorded.

    Those of reads are recorded by hand, and so are all metrics.
    """
    literal = _literal_segments(app)
    set_global_textmap(CallersTrace())
    app.signals = ServerSignals(telemetry, perf_counter, literal)
    if providers.tracers is not None:
        app.has_library = True
        _trace(app, providers.tracers, literal)


def _trace(
    app: FastAPI, tracers: TracerProvider, literal: frozenset[str]
) -> None:
    """Have OpenTelemetry's instrumentation trace what is not a read."""

    def redact(span: Span, scope: Scope) -> None:
        if not span.is_recording():
            return
        segments = scope["path"].split("/")
        kept = (s if s in literal else _REDACTED for s in segments)
        span.set_attribute("url.path", "/".join(kept))
        for name in _CALLERS_WORDS:
            span.set_attribute(name, _REDACTED)
        if scope["query_string"]:
            span.set_attribute("url.query", _REDACTED)

    FastAPIInstrumentor.instrument_app(
        app,
        server_request_hook=redact,
        tracer_provider=tracers,
        meter_provider=NoOpMeterProvider(),
        excluded_urls=_NOT_TRACED,
        exclude_spans=["receive", "send"],
    )


def _literal_segments(app: FastAPI) -> frozenset[str]:
    """Return the parts of paths that are the same for everybody."""
    templates = (context.path for context in iter_route_contexts(app.routes))
    return frozenset(
        segment
        for template in templates
        for segment in (template or "").split("/")
        if not _PARAMETER.search(segment)
    )
