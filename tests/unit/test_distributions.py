"""Distributions that are counted here and shown as the SDK would show them."""

from typing import Any

import httpx
import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON

from app.settings import Scrape
from app.settings.otel import prepare_otel
from app.telemetry.apart import MOST_KEPT_APART
from app.telemetry.distributions import Distributions
from app.telemetry.handover import HandedOver
from app.telemetry.logs import EventLog
from app.telemetry.recorder import Telemetry
from app.telemetry.scrape import MetricsPage
from app.telemetry.signals.kinds import SCOPE
from app.telemetry.signals.metrics import CALL_DURATION, CALLS
from app.telemetry.signals.spans import SPAN_OPS
from app.telemetry.views import declared_views

VALUES = (0.001, 0.005, 0.3, 45)
TIMES = {"start_time_unix_nano", "time_unix_nano"}


class _Reader(HandedOver, InMemoryMetricReader):
    pass


class Measured:
    """Telemetry with a reader, by our own way or the SDK's."""

    def __init__(self, *, ours: bool) -> None:
        distributions = Distributions()
        self._reader = _Reader(distributions=distributions)
        self.provider = MeterProvider([self._reader], views=declared_views())
        self.spans = TracerProvider(sampler=ALWAYS_ON)
        self.telemetry = Telemetry(
            EventLog(),
            meter=self.provider.get_meter(SCOPE),
            tracer=self.spans.get_tracer(SCOPE),
            distributions=distributions if ours else None,
        )
        # There is always something that the SDK has counted.
        self.telemetry.add(CALLS)

    def read(self) -> Any:
        """Return the distribution of how long calls take."""
        data = self._reader.get_metrics_data()
        assert data is not None
        return next(
            metric
            for scope in data.resource_metrics[0].scope_metrics
            for metric in scope.metrics
            if metric.name == CALL_DURATION.name
        )


def test_points_are_those_of_the_sdk() -> None:
    """The same values give the same point, whoever has counted them."""
    shown = []
    for ours in (True, False):
        measured = Measured(ours=ours)
        for value in VALUES:
            measured.telemetry.measure(
                CALL_DURATION, value, {"tenant": "t", "mailbox": "canary"}
            )
        measured.read()
        measured.telemetry.measure(CALL_DURATION, 0.5, {"tenant": "t"})
        metric = measured.read()
        (point,) = metric.data.data_points
        told = {name: getattr(point, name) for name in vars(point)}
        shown.append(
            (
                (metric.name, metric.unit, metric.description),
                metric.data.aggregation_temporality,
                {name: told[name] for name in told if name not in TIMES},
            )
        )
        measured.provider.shutdown()

        assert 0 < point.start_time_unix_nano < point.time_unix_nano
    assert shown[0] == shown[1]
    assert shown[0][2]["count"] == 5


def test_a_point_names_a_trace_that_is_kept() -> None:
    """One for each bucket, told once; a trace not kept is not named."""
    named = []
    for ours in (True, False):
        measured = Measured(ours=ours)
        with measured.telemetry.span(SPAN_OPS, {}, action="x") as span:
            measured.telemetry.measure(CALL_DURATION, 0.2, {})
        dropped = TracerProvider(sampler=ALWAYS_OFF).get_tracer("x")
        with dropped.start_as_current_span("x"):
            measured.telemetry.measure(CALL_DURATION, 20, {})
        (example,) = measured.read().data.data_points[0].exemplars
        again = measured.read().data.data_points[0].exemplars
        measured.provider.shutdown()

        assert example.trace_id == span.get_span_context().trace_id
        assert example.span_id == span.get_span_context().span_id
        assert not again
        named.append((example.value, example.filtered_attributes or {}))
    assert named[0] == named[1]


def test_too_many_labels_are_one_distribution() -> None:
    """As with sums: those that are known go on."""
    measured = Measured(ours=True)
    for number in range(MOST_KEPT_APART + 2):
        measured.telemetry.measure(CALL_DURATION, 1, {"tenant": str(number)})
    points = measured.read().data.data_points
    measured.provider.shutdown()

    assert len(points) == MOST_KEPT_APART + 1
    assert [dict(p.attributes) for p in points if p.count == 2] == [
        {"otel.metric.overflow": True}
    ]


def test_prometheus_sees_them() -> None:
    """Beside what the SDK has counted, with all buckets."""
    distributions = Distributions()
    page = MetricsPage(Scrape(host="127.0.0.1", port=0), distributions)
    provider = MeterProvider([page.reader], views=declared_views())
    telemetry = Telemetry(
        EventLog(),
        meter=provider.get_meter(SCOPE),
        distributions=distributions,
    )
    telemetry.add(CALLS)
    telemetry.measure(CALL_DURATION, 0.3, {"tenant": "t"})
    shown = httpx.get(page.url).text
    provider.shutdown()
    page.close()

    name = "exchange_call_duration_seconds"
    assert f'{name}_bucket{{le="0.25",tenant="t"}} 0.0' in shown
    assert f'{name}_bucket{{le="0.5",tenant="t"}} 1.0' in shown
    assert f'{name}_bucket{{le="+Inf",tenant="t"}} 1.0' in shown
    assert f'{name}_sum{{tenant="t"}} 0.3' in shown
    assert "exchange_calls_total 1.0" in shown


@pytest.mark.parametrize(
    ("name", "value", "usual"),
    [
        ("OTEL_METRICS_EXEMPLAR_FILTER", "trace_based", True),
        ("OTEL_METRICS_EXEMPLAR_FILTER", "always_on", False),
        (
            "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
            "DELTA",
            False,
        ),
    ],
)
def test_who_wants_other_histograms_gets_them_from_the_sdk(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, *, usual: bool
) -> None:
    """What the SDK can do beyond the usual is left to it."""
    monkeypatch.setenv("OTEL_METRICS_EXPORTER", "otlp")
    monkeypatch.setenv("OTEL_SEMCONV_STABILITY_OPT_IN", "http")
    monkeypatch.setenv(name, value)

    assert prepare_otel().usual_histograms is usual
