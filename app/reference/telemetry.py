"""The reference of all signals."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from app.reference.markdown import coded, table
from app.telemetry.signals.attributes import ATTRIBUTES
from app.telemetry.signals.events import EVENTS
from app.telemetry.signals.kinds import Kind, LogEvent, Metric, SpanKind
from app.telemetry.signals.metrics import METRICS
from app.telemetry.signals.spans import MARKS, SPANS

__all__ = ["telemetry_reference"]

T = TypeVar("T")

_INTRODUCTION = """\
# Telemetry

What the service tells of itself, and what to do about it. This page is
written from the declarations in `app/telemetry/signals/` by `make reference`;
what is not declared there does not leave the process.

## Where it goes

The log goes to stdout, as lines of JSON, or in colours on a terminal. The
rest stays in the process until one of these variables of OpenTelemetry says
otherwise:
"""

_VARIABLES = {
    "OTEL_EXPORTER_OTLP_ENDPOINT": "A collector. Traces and metrics go there "
    "once it is named; the defaults of the SDK hold for whatever is sent "
    "without it.",
    "OTEL_EXPORTER_OTLP_PROTOCOL": "`http/protobuf` (the default) or `grpc`; "
    "`OTEL_EXPORTER_OTLP_TRACES_PROTOCOL` and the like for one signal.",
    "OTEL_TRACES_EXPORTER": "`otlp` or `none`.",
    "OTEL_METRICS_EXPORTER": "`otlp`, `prometheus`, both with a comma, or "
    "`none`.",
    "OTEL_LOGS_EXPORTER": "`otlp` sends the events to the collector too; "
    "`console` and `none` change nothing, stdout has them in any case.",
    "OTEL_EXPORTER_PROMETHEUS_HOST": "Where Prometheus finds the metrics; "
    "`localhost` by default.",
    "OTEL_EXPORTER_PROMETHEUS_PORT": "And on which port; 9464 by default.",
    "OTEL_SERVICE_NAME": "`exchange-api` by default.",
    "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "How many spans are sent at once;"
    " 32 by default, so that no request waits long while they are encoded."
    " More for a collector that is far away: the next are sent when it has"
    " answered. `OTEL_BLRP_MAX_EXPORT_BATCH_SIZE`: the same for the log.",
    "OTEL_SDK_DISABLED": "`true`: nothing goes out.",
}

_AFTERWARDS = """
The SDK reads the others: headers, certificates, intervals, time-outs,
[sampling](https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/).
Without any collector, this shows the metrics as Prometheus sees them:

```text
OTEL_METRICS_EXPORTER=prometheus make run
curl -s localhost:9464/metrics
```

A collector that is gone is no harm: what cannot be sent waits in a queue
that holds 2,048 spans and as many events, then the oldest are dropped; no
request waits for it, and the log says so once a minute (`telemetry.lost`).
"""

_METRICS = """
## Metrics

Each has the name that it has in OpenTelemetry; in Prometheus dots are
underscores, and so they are in the names of attributes. Of each, the SDK keeps
2,000 combinations of attributes apart, which is enough for some tens of
tenants; what is beyond is counted together under `otel.metric.overflow`.
"""

_SPANS = """
## Spans

A trace shows a request, the calls to Graph that it took, and the attempts of
each. It goes on from the trace of a caller that sends `traceparent`; its
`tracestate` and `baggage` are not taken. What such a caller does not sample is
not recorded, unless `OTEL_TRACES_SAMPLER` is `always_on`. Graph is told of it
with `EXCHANGE_GRAPH_TRACE_CONTEXT` alone; what Microsoft can look up is
`graph.request_id` and `graph.client_request_id`.
"""

_EVENTS = """
## Log events

Every line has `timestamp`, `level` and `event`, and `request_id`, `trace_id`
and `span_id` where there is a request. It has of the members below those that
are known, and no others.
"""

_ATTRIBUTES = """
## Attributes and members

None of them ever holds a mailbox, a subject, a body, what is searched for, or
a token. The event `audit` alone has ids of items.
"""


def telemetry_reference() -> str:
    """Return ``docs/telemetry.md``."""
    return "".join(
        [
            f"{_INTRODUCTION}\n",
            table(
                ("variable", "says"),
                ((coded([name]), text) for name, text in _VARIABLES.items()),
            ),
            _AFTERWARDS,
            _METRICS,
            *_each(METRICS, _of_metric),
            _SPANS,
            *_each(SPANS, _of_span),
            "\nA span may have events:\n",
            *_each(MARKS, _of_span),
            _EVENTS,
            *_each(EVENTS, _of_event),
            f"{_ATTRIBUTES}\n",
            table(
                ("name", "holds"),
                (
                    (coded([name]), ATTRIBUTES[name])
                    for name in sorted(ATTRIBUTES)
                ),
            ),
        ]
    )


def _each(
    signals: Iterable[T], described: Callable[[T], Iterable[str]]
) -> Iterator[str]:
    for signal in signals:
        yield "\n" + "\n".join(described(signal))


def _of_metric(metric: Metric) -> Iterator[str]:
    names = [metric.prometheus]
    if metric.kind is Kind.HISTOGRAM:
        names = [f"{names[0]}_{part}" for part in ("bucket", "sum", "count")]
    yield f"### `{metric.name}`\n"
    yield from _described(metric.meaning, metric.action)
    yield f"- {metric.kind} in `{metric.unit}`; {coded(names)}"
    if metric.attributes:
        yield f"- by {coded(metric.attributes)}"
    yield ""


def _of_span(span: SpanKind) -> Iterator[str]:
    yield f"### `{span.name}`\n"
    yield f"{span.meaning}\n"
    yield f"- with {coded(span.attributes)}\n"


def _of_event(event: LogEvent) -> Iterator[str]:
    yield f"### `{event.name}`\n"
    yield from _described(event.meaning, event.action)
    yield f"- {event.level}"
    if event.members:
        yield f"- with {coded(event.members)}"
    yield ""


def _described(meaning: str, action: str) -> Iterator[str]:
    yield f"{meaning}\n"
    yield f"**What to do:** {action}\n"
