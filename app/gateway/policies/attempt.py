"""Policies: watch a single request, and do not wait for it for ever."""

from dataclasses import dataclass
from functools import lru_cache
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
from app.telemetry.recorder import Count, Measure, Telemetry
from app.telemetry.signals.metrics import (
    CLIENT_DURATION,
    GRAPH_ATTEMPTS,
    GRAPH_IN_FLIGHT,
)
from app.telemetry.signals.spans import SPAN_ATTEMPT
from app.telemetry.trace_ids import trace_headers

__all__ = ["AttemptTimeout", "TraceAttempt"]

# Tenants times operations times outcomes that are met lately.
_MOST_ENDS = 2048
_MOST_LEVELS = 1024


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
        self._in_flight = lru_cache(maxsize=_MOST_LEVELS)(self._level)
        self._ended = lru_cache(maxsize=_MOST_ENDS)(self._which)

    async def __call__(self, call: GraphCall, send: Send) -> Reply:
        """Send the call under a new ``client-request-id``.

        A repeat says so, as those of Microsoft's own clients do.
        """
        call, operation = _numbered(call), call.operation
        address = self._address_of(call)
        on_span = {
            **_attributes(operation.method, address, operation.path),
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
                self._record(call, watch, took, address)

    def _begin(self, call: GraphCall) -> None:
        call.tally.sent += 1
        call.context.costs.graph_calls += 1
        call.context.costs.graph_cost += call.cost
        self._in_flight(call.context.tenant, call.operation.workload)(1)

    def _traced(self, call: GraphCall) -> GraphCall:
        if not self._tells_trace or call.elsewhere is not None:
            return call
        return replace(call, headers={**call.headers, **trace_headers()})

    def _address_of(self, call: GraphCall) -> str:
        if call.elsewhere is None:
            return self._server_address
        return urlsplit(call.elsewhere).hostname or ""

    def _record(
        self, call: GraphCall, watch: _Watch, took: float, address: str
    ) -> None:
        tenant, operation = call.context.tenant, call.operation
        call.context.costs.graph += took
        self._in_flight(tenant, operation.workload)(-1)
        self._vitals.note(tenant, took, watch.verdict)
        if watch.status is not None:
            watch.span.set_attribute("http.response.status_code", watch.status)
        count, measure = self._ended(
            (tenant, operation.workload, operation.name, watch.outcome),
            (operation.method, address, operation.path),
            watch.status,
        )
        count(1)
        measure(took)

    def _level(self, tenant: str, workload: str) -> Count:
        """Return what counts the requests that are under way."""
        return self._telemetry.count(
            GRAPH_IN_FLIGHT, tenant=tenant, workload=workload
        )

    def _which(
        self,
        whose: tuple[str, str, str, str],
        where: tuple[str, str, str],
        status: int | None,
    ) -> tuple[Count, Measure]:
        """Return what counts, and what times, the requests that end so."""
        tenant, workload, operation, outcome = whose
        count = self._telemetry.count(
            GRAPH_ATTEMPTS,
            tenant=tenant,
            workload=workload,
            operation=operation,
            outcome=outcome,
        )
        labels: dict[str, str | int] = {**_attributes(*where)}
        if status is not None:
            labels["http.response.status_code"] = status
        if outcome != "ok":
            labels["error.type"] = str(status or outcome)
        return count, self._telemetry.distribution(CLIENT_DURATION, labels)


def _attributes(method: str, address: str, template: str) -> dict[str, str]:
    return {
        "http.request.method": method,
        "server.address": address,
        "url.template": template,
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
