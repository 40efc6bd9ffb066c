"""What is told of the requests that come in."""

from typing import Any

from opentelemetry.context import attach, detach
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import (
    InMemorySpanExporter,
)
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, Sampler
from opentelemetry.trace import (
    StatusCode,
    get_current_span,
    set_span_in_context,
)

from app.telemetry.logs import EventLog
from app.telemetry.recorder import Telemetry
from app.telemetry.server import ServerSignals
from app.telemetry.signals.spans import SPAN_OPS
from app.telemetry.trace_ids import CallersTrace, trace_ids
from tests.support.metering import Metering

ROUTE = "/v1/mailboxes/{mailbox}/messages"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SCOPE = {
    "type": "http",
    "method": "GET",
    "scheme": "http",
    "http_version": "1.1",
    "path": "/v1/mailboxes/ada@contoso.example/messages",
    "query_string": b"query=canary",
    "headers": [
        (b"user-agent", b"canary"),
        (b"host", b"canary"),
        (b"traceparent", f"00-{TRACE}-00f067aa0ba902b7-01".encode()),
        (b"tracestate", b"canary=1"),
    ],
    "server": ("127.0.0.1", 8000),
    "client": ("192.0.2.1", 50_000),
}


class Traced:
    """A tracer whose spans a test can look at."""

    def __init__(self, sampler: Sampler = ALWAYS_ON) -> None:
        self.exported = InMemorySpanExporter()
        provider = TracerProvider(sampler=sampler, shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self.exported))
        tracer = provider.get_tracer("app")
        self.telemetry = Telemetry(EventLog(), tracer=tracer)
        literal = ["", "v1", "mailboxes", "messages"]
        self.signals = ServerSignals(self.telemetry, lambda: 0.0, literal)

    def served(
        self, scope: dict[str, Any], *ended: Any
    ) -> tuple[Any, dict[str, str]]:
        """Serve a request; return its span, and the ids on its lines."""
        request = self.signals.begin(scope)
        ids = trace_ids()
        request.end(*ended)
        return next(iter(self.exported.get_finished_spans()), None), ids


def test_a_request_is_a_span_without_the_words_of_its_caller() -> None:
    """Named by its route, in the trace of its caller, over at the end."""
    span, ids = Traced().served(SCOPE, 200, ROUTE)

    assert span.name == f"GET {ROUTE}"
    assert span.kind.name == "SERVER"
    assert dict(span.attributes) == {
        "http.request.method": "GET",
        "http.route": ROUTE,
        "http.response.status_code": 200,
        "url.scheme": "http",
        "url.path": "/v1/mailboxes/-/messages",
        "url.query": "-",
        "server.address": "-",
        "server.port": 8000,
        "client.address": "192.0.2.1",
        "client.port": 50_000,
        "network.protocol.version": "1.1",
        "user_agent.original": "-",
    }
    assert span.status.status_code is StatusCode.UNSET
    assert not span.events
    assert not span.context.trace_state
    assert f"{span.context.trace_id:032x}" == ids["trace_id"] == TRACE
    assert not get_current_span().get_span_context().is_valid


def test_failures_are_errors_without_their_text() -> None:
    """A status of 500 is one, and so is what is raised out of the app."""
    failed, _ = Traced().served(SCOPE, 503, ROUTE)
    raised, _ = Traced().served(SCOPE, None, None, ValueError("canary"))
    cut, _ = Traced().served(SCOPE, 200, ROUTE, ValueError("canary"))
    refused, _ = Traced().served(SCOPE, 404, ROUTE)

    assert failed.status.status_code is StatusCode.ERROR
    assert failed.attributes["error.type"] == "503"
    assert raised.status.status_code is StatusCode.ERROR
    assert raised.name == "GET"
    assert cut.attributes["error.type"] == "ValueError"
    assert "canary" not in raised.to_json()
    assert refused.status.status_code is StatusCode.UNSET
    assert "error.type" not in refused.attributes


def test_a_trace_that_is_not_kept_is_on_the_lines_all_the_same() -> None:
    """Its ids tell which lines belong together; no span is made."""
    span, ids = Traced(ALWAYS_OFF).served(SCOPE, 200, ROUTE)

    assert span is None
    assert ids["trace_id"] == TRACE


def test_work_is_traced_if_its_request_is() -> None:
    """Also if it begins later; in a trace not kept, lines bear its ids."""
    kept, dropped = Traced(), Traced(ALWAYS_OFF)
    for traced in (kept, dropped):
        request = traced.signals.begin(SCOPE)
        ids = trace_ids()
        with traced.telemetry.span(SPAN_OPS, {}, action="x") as span:
            inside = trace_ids()
        context = set_span_in_context(get_current_span())
        request.end(200, ROUTE)
        token = attach(context)
        with traced.telemetry.span(SPAN_OPS, {}, action="later"):
            later = trace_ids()
        detach(token)

        assert ids["trace_id"] == inside["trace_id"] == later["trace_id"]
        assert span.is_recording() is False
    names = [span.name for span in kept.exported.get_finished_spans()]

    assert names == ["ops x", f"GET {ROUTE}", "ops later"]
    assert dropped.exported.get_finished_spans() == ()
    # What the caller has decided is for the sampler to judge.
    untraced = Traced()
    theirs = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-00"}
    token = attach(CallersTrace().extract(theirs))
    with untraced.telemetry.span(SPAN_OPS, {}, action="x"):
        pass
    detach(token)
    assert len(untraced.exported.get_finished_spans()) == 1


def test_requests_are_measured_without_traces() -> None:
    """By what the conventions of HTTP say; methods of nobody are one."""
    metering = Metering()
    signals = ServerSignals(metering.telemetry, lambda: 0.0, [])
    under_way = signals.begin(SCOPE)
    at_work = metering.points("http.server.active_requests")
    under_way.end(500, ROUTE)
    signals.begin({**SCOPE, "method": "BREW"}).end(None, None)

    http = {"http.request.method": "GET", "url.scheme": "http"}
    assert at_work == [(http, 1)]
    measured = metering.points("http.server.request.duration")
    assert [dict(labels) for labels, _ in measured] == [
        {
            **http,
            "network.protocol.version": "1.1",
            "http.route": ROUTE,
            "http.response.status_code": 500,
            "error.type": "500",
        },
        {
            "http.request.method": "_OTHER",
            "url.scheme": "http",
            "network.protocol.version": "1.1",
        },
    ]


def test_nothing_is_told_where_nothing_goes() -> None:
    """Without a tracer and a meter a request passes untouched."""
    signals = ServerSignals(Telemetry(EventLog()), lambda: 0.0, [])
    request = signals.begin({})

    assert trace_ids() == {}
    request.end(200, None)
