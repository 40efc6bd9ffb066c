"""Policies: watch a single request, and do not wait for it for ever."""

from dataclasses import dataclass
from os import urandom
from urllib.parse import urlsplit

from msgspec.structs import replace
from opentelemetry.trace import Span, SpanKind, StatusCode

from app.clock import Clock, Limit
from app.gateway.calls import GraphCall, Reply, Send
from app.gateway.vitals import Vitals
from app.problems.errors import ExchangeError, Upstream, Verdict
from app.problems.failures import DeadlineExceeded
from app.problems.graph_failures import GraphTimeout, GraphTimeoutCutShort
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.metrics import (
    CLIENT_DURATION,
    GRAPH_ATTEMPTS,
    GRAPH_IN_FLIGHT,
)
from app.telemetry.signals.spans import SPAN_ATTEMPT
from app.telemetry.trace_ids import trace_headers

__all__ = ["AttemptTimeout", "TraceAttempt"]


@dataclass(slots=True)
class _Watch:
    """What becomes of one request."""

    span: Span
    outcome: str = "cancelled"
    status: int | None = None
    verdict: Verdict | None = Verdict.NEUTRAL

    def answered(self, reply: Reply) -> None:
        self.outcome, self.status, self.verdict = "ok", reply.status, None
        if reply.request_id:
            self.span.set_attribute("graph.request_id", reply.request_id)

    def failed(self, error: ExchangeError) -> None:
        upstream = error.upstream or Upstream()
        self.outcome, self.status = error.code, upstream.status
        self.verdict = error.verdict
        if upstream.request_id:
            self.span.set_attribute("graph.request_id", upstream.request_id)
        self.span.set_attribute("error.type", str(self.status or error.code))
        self.span.set_status(StatusCode.ERROR)


class TraceAttempt:
    """Counts, times and traces each request to Graph.

    Spans and metrics follow the stable conventions of OpenTelemetry for
    HTTP clients, with the template in place of the URL: that would name
    mailboxes and what is searched for.
    """

    def __init__(
        self,
        server_address: str,
        *,
        vitals: Vitals,
        clock: Clock,
        telemetry: Telemetry,
        tells_trace: bool = False,
    ) -> None:
        self._tells_trace = tells_trace
        self._server_address = server_address
        self._vitals = vitals
        self._clock = clock
        self._telemetry = telemetry

    async def __call__(self, call: GraphCall, send: Send) -> Reply:
        """Send the call under a new ``client-request-id``.

        A repeat says so, as those of Microsoft's own clients do.
        """
        call, operation = _numbered(call), call.operation
        attributes = {
            "http.request.method": operation.method,
            "server.address": self._address_of(call),
            "url.template": operation.path,
        }
        on_span = {
            **attributes,
            "http.request.resend_count": call.tally.sent,
            "graph.client_request_id": call.client_request_id,
        }
        self._begin(call)
        began = self._clock.now()
        with self._telemetry.span(
            SPAN_ATTEMPT,
            on_span,
            SpanKind.CLIENT,
            method=operation.method,
            template=operation.path,
        ) as span:
            watch = _Watch(span)
            try:
                reply = await send(self._traced(call))
            except ExchangeError as error:
                watch.failed(error)
                raise
            else:
                watch.answered(reply)
                return reply
            finally:
                took = self._clock.now() - began
                self._record(call, watch, took, attributes)

    def _begin(self, call: GraphCall) -> None:
        call.tally.sent += 1
        call.context.costs.graph_calls += 1
        call.context.costs.graph_cost += call.cost
        self._telemetry.move(GRAPH_IN_FLIGHT, 1, **_level(call))

    def _traced(self, call: GraphCall) -> GraphCall:
        if not self._tells_trace or call.elsewhere is not None:
            return call
        return replace(call, headers={**call.headers, **trace_headers()})

    def _address_of(self, call: GraphCall) -> str:
        if call.elsewhere is None:
            return self._server_address
        return urlsplit(call.elsewhere).hostname or ""

    def _record(
        self,
        call: GraphCall,
        watch: _Watch,
        took: float,
        attributes: dict[str, str],
    ) -> None:
        call.context.costs.graph += took
        self._telemetry.move(GRAPH_IN_FLIGHT, -1, **_level(call))
        self._vitals.note(call.context.tenant, took, watch.verdict)
        self._telemetry.add(
            GRAPH_ATTEMPTS,
            tenant=call.context.tenant,
            workload=call.operation.workload,
            operation=call.operation.name,
            outcome=watch.outcome,
        )
        labels: dict[str, str | int] = dict(attributes)
        if watch.status is not None:
            labels["http.response.status_code"] = watch.status
            watch.span.set_attribute("http.response.status_code", watch.status)
        if watch.outcome != "ok":
            labels["error.type"] = str(watch.status or watch.outcome)
        self._telemetry.measure(CLIENT_DURATION, took, labels)


def _level(call: GraphCall) -> dict[str, str]:
    return {
        "tenant": call.context.tenant,
        "workload": call.operation.workload,
    }


def _numbered(call: GraphCall) -> GraphCall:
    headers = call.headers
    if call.tally.sent:
        headers = {**headers, "Retry-Attempt": str(call.tally.sent)}
    return replace(call, headers=headers, client_request_id=_new_id())


def _new_id() -> str:
    """Return a random GUID, which `uuid` takes three times as long to make."""
    digits = urandom(16).hex()
    return (
        f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}"
        f"-a{digits[17:20]}-{digits[20:]}"
    )


class AttemptTimeout:
    """Ends a request that takes too long: its own limit or the caller's.

    What a caller's short patience ends tells nothing about Graph. Of a
    streamed answer only the beginning is awaited here.
    """

    def __init__(self, *, normal: float, long: float) -> None:
        self._normal = normal
        self._long = long

    async def __call__(self, call: GraphCall, send: Send) -> Reply:
        """Send the call; raise `GraphTimeout` when its time is up."""
        limit = self._long if call.operation.long else self._normal
        left = call.deadline.left()
        if left <= 0:
            raise DeadlineExceeded
        try:
            with Limit(min(limit, left)):
                return await send(call)
        except TimeoutError as e:
            kind = GraphTimeout if limit <= left else GraphTimeoutCutShort
            raise kind(
                upstream=Upstream(client_request_id=call.client_request_id)
            ) from e
