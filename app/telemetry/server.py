"""Spans and metrics of the requests that come in, by hand.

What they are called and what they hold is what the stable conventions of HTTP
say of servers, as the instrumentation of OpenTelemetry would record it, but
for what a caller has chosen: paths, queries and headers hold mailboxes, ids
and what is searched for. The outermost layer of the app calls this, without
a generator or a second app in between::

    request = signals.begin(scope)
    try:
        ...  # serve it; notice the status that goes out
    finally:
        request.end(status, route, error)

All requests are measured here. Of those whose span a library begins no span
is begun here: what two record is shown twice.
"""

from collections.abc import Callable, Iterable, MutableMapping
from contextvars import Token
from functools import lru_cache, partial
from typing import Any, Protocol

from opentelemetry.context import Context, attach, detach
from opentelemetry.trace import (
    INVALID_SPAN,
    NoOpTracer,
    Span,
    SpanKind,
    StatusCode,
    set_span_in_context,
)

from app.telemetry.recorder import Measure, Telemetry
from app.telemetry.signals.service import ACTIVE_REQUESTS, SERVER_DURATION
from app.telemetry.signals.spans import SPAN_REQUEST
from app.telemetry.trace_ids import CallersTrace, RequestHeaders

__all__ = ["ServedRequest", "ServerSignals"]

Scope = MutableMapping[str, Any]
_Labels = dict[str, str | int]

_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_METHODS |= {"CONNECT", "QUERY", "TRACE"}
_NO_SPAN: tuple[Span, None] = (INVALID_SPAN, None)
_NO_TRACER = NoOpTracer()
_PARENT = b"traceparent"
_W3C = {"traceparent", "tracestate", "baggage"}
_REDACTED = "-"
_FAILED = 500
# A few, of methods, schemes and versions; and routes times statuses.
_MOST_KINDS = 64
_MOST_ENDS = 1024


class ServedRequest(Protocol):
    """A request that is being served."""

    def end(
        self,
        status: int | None,
        route: str | None,
        error: Exception | None = None,
    ) -> None:
        """Tell how it has ended.

        Args:
            status: What was sent; None if nothing was.
            route: The template of the path; None if it leads nowhere.
            error: What was raised out of the app, if anything was.
        """


class ServerSignals:
    """Records a span and the metrics of each request to this service.

    Args:
        telemetry: Where they go; if nowhere, next to nothing is done.
        now: Tells the time in seconds.
        literal: The segments of paths that are the same for everybody; all
            others are not shown.
    """

    def __init__(
        self,
        telemetry: Telemetry,
        now: Callable[[], float],
        literal: Iterable[str],
    ) -> None:
        self._now = now
        self._literal = frozenset(literal)
        self._is_on = telemetry.goes_out
        self._kind = lru_cache(maxsize=_MOST_KINDS)(partial(_Kind, telemetry))
        self._tracer = telemetry.tracer
        self._callers = CallersTrace()
        # Where else a parent may be found, other propagators know.
        self._is_w3c = self._callers.fields <= _W3C

    def begin(self, scope: Scope, *, has_span: bool = False) -> ServedRequest:
        """Begin to measure a request, and its span unless it has one.

        The span is current until the end.
        """
        if not self._is_on:
            return _UNTOLD
        method = scope["method"].upper()
        method = method if method in _METHODS else "_OTHER"
        span, token = _NO_SPAN if has_span else self._open(scope, method)
        kind = self._kind(method, scope["scheme"], scope["http_version"])
        return _Told(kind, self._now, span, token)

    def _open(
        self, scope: Scope, method: str
    ) -> "tuple[Span, Token[Context] | None]":
        """Make the span current that a request has, if it has any."""
        parent = Context()
        if not self._is_w3c or _PARENT in dict(scope["headers"]):
            parent = self._callers.extract(scope, parent, RequestHeaders())
        elif self._tracer is None:
            return _NO_SPAN
        # Without one of our own, callers' traces are in the log all the same.
        tracer = self._tracer or _NO_TRACER
        span = tracer.start_span(_name(method, None), parent, SpanKind.SERVER)
        if span.is_recording():
            self._describe(span, scope, method)
        return span, attach(set_span_in_context(span, parent))

    def _describe(self, span: Span, scope: Scope, method: str) -> None:
        """Note what is known at once, without the words of the caller."""
        segments = scope["path"].split("/")
        kept = (s if s in self._literal else _REDACTED for s in segments)
        told: dict[str, str | int] = {
            "http.request.method": method,
            "url.scheme": scope["scheme"],
            "url.path": "/".join(kept),
            "server.address": _REDACTED,
            "user_agent.original": _REDACTED,
            "network.protocol.version": scope["http_version"],
        }
        if scope["query_string"]:
            told["url.query"] = _REDACTED
        if scope.get("server") and scope["server"][1]:
            told["server.port"] = scope["server"][1]
        if scope.get("client"):
            told["client.address"], told["client.port"] = scope["client"]
        span.set_attributes(told)


class _Kind:
    """Requests that are told of in the same words until they end."""

    def __init__(
        self, telemetry: Telemetry, method: str, scheme: str, version: str
    ) -> None:
        self.method = method
        self._telemetry = telemetry
        level = {"http.request.method": method, "url.scheme": scheme}
        self.in_flight = telemetry.count(ACTIVE_REQUESTS, **level)
        self._labels = {**level, "network.protocol.version": version}
        self.ended = lru_cache(maxsize=_MOST_ENDS)(self._ended)

    def _ended(
        self, status: int | None, route: str | None, error: str | None
    ) -> tuple[_Labels, Measure]:
        """Return the labels of those that end so, and what measures them."""
        labels: _Labels = {**self._labels}
        if route is not None:
            labels["http.route"] = route
        if status is not None:
            labels["http.response.status_code"] = status
            if status >= _FAILED:
                labels["error.type"] = str(status)
        if error is not None:
            # Whatever had been promised by then, it was cut short.
            labels["error.type"] = error
        return labels, self._telemetry.distribution(SERVER_DURATION, labels)


class _Told:
    """A request that is told of."""

    __slots__ = ("_began", "_kind", "_now", "_span", "_token")

    def __init__(
        self,
        kind: _Kind,
        now: Callable[[], float],
        span: Span,
        token: "Token[Context] | None",
    ) -> None:
        self._kind = kind
        self._now = now
        self._span = span
        self._token = token
        self._began = now()
        kind.in_flight(1)

    def end(
        self,
        status: int | None,
        route: str | None,
        error: Exception | None = None,
    ) -> None:
        """See `ServedRequest`."""
        took = self._now() - self._began
        name = type(error).__name__ if error is not None else None
        labels, measure = self._kind.ended(status, route, name)
        self._kind.in_flight(-1)
        measure(took)
        if self._token is not None:
            detach(self._token)
        if self._span.is_recording():
            self._close(labels, error)

    def _close(self, labels: _Labels, error: Exception | None) -> None:
        route = labels.get("http.route")
        self._span.update_name(_name(self._kind.method, route))
        self._span.set_attributes(labels)
        if error is not None:
            # No more than its class: its text may hold what no trace should.
            self._span.set_status(StatusCode.ERROR, type(error).__name__)
        elif "error.type" in labels:
            self._span.set_status(StatusCode.ERROR)
        self._span.end()


class _Untold:
    """A request of which nothing is told."""

    def end(self, *_: object) -> None:
        """Do nothing."""


_UNTOLD = _Untold()


def _name(method: str, route: object) -> str:
    shown = "HTTP" if method == "_OTHER" else method
    if route is None:
        return shown
    return SPAN_REQUEST.name.format(method=shown, route=route)
