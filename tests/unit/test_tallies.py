"""Sums that the SDK asks for."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from opentelemetry.metrics import CallbackOptions
from opentelemetry.sdk.metrics import MeterProvider, ObservableCounter
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    InMemoryMetricReader,
)

from app.telemetry.apart import MOST_KEPT_APART, OVERFLOW
from app.telemetry.logs import EventLog
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.metrics import CALLS, GRAPH_IN_FLIGHT
from app.telemetry.tallies import Tally
from app.telemetry.views import declared_views

OK = {"tenant": "t", "outcome": "ok"}


class Counted:
    """Telemetry with what a reader sees of it."""

    def __init__(self, temporality: AggregationTemporality) -> None:
        self._reader = InMemoryMetricReader({ObservableCounter: temporality})
        self.provider = MeterProvider([self._reader], views=declared_views())
        meter = self.provider.get_meter("app")
        self.telemetry = Telemetry(EventLog(), meter=meter)

    def read(self, name: str) -> Any:
        """Collect, and return what there is of one metric."""
        data = self._reader.get_metrics_data()
        assert data is not None
        return next(
            metric.data
            for scope in data.resource_metrics[0].scope_metrics
            for metric in scope.metrics
            if metric.name == name
        )

    def points(self, name: str) -> list[tuple[dict[str, Any], float]]:
        """Return the labels and values of one metric."""
        found = self.read(name).data_points
        return [(dict(point.attributes), point.value) for point in found]


@pytest.mark.parametrize(
    ("temporality", "second"),
    [
        (AggregationTemporality.CUMULATIVE, 5),
        (AggregationTemporality.DELTA, 3),
    ],
)
def test_a_collector_gets_what_it_prefers(
    temporality: AggregationTemporality, second: int
) -> None:
    """All since the start, or what is new; a level is told as it stands."""
    counted = Counted(temporality)
    for _ in range(2):
        counted.telemetry.add(CALLS, **OK)
    counted.telemetry.move(GRAPH_IN_FLIGHT, 2, tenant="t")
    first = counted.points(CALLS.name)
    for _ in range(3):
        counted.telemetry.add(CALLS, **OK)
    counted.telemetry.move(GRAPH_IN_FLIGHT, -1, tenant="t")
    told, level = counted.read(CALLS.name), counted.read(GRAPH_IN_FLIGHT.name)
    counted.provider.shutdown()

    assert first == [(OK, 2)]
    assert [point.value for point in told.data_points] == [second]
    assert told.aggregation_temporality is temporality
    assert told.is_monotonic
    assert [point.value for point in level.data_points] == [1]
    assert not level.is_monotonic


def test_what_was_not_declared_is_left_out() -> None:
    """In whatever order labels are given, they name the same sum."""
    counted = Counted(AggregationTemporality.CUMULATIVE)
    counted.telemetry.add(CALLS, mailbox="canary", **OK)
    counted.telemetry.add(CALLS, outcome="ok", tenant="t")
    points = counted.points(CALLS.name)
    counted.provider.shutdown()

    assert points == [(OK, 2)]


def test_too_many_labels_are_counted_together() -> None:
    """Those that are known go on; what is beyond them is one sum."""
    counted = Counted(AggregationTemporality.CUMULATIVE)
    for number in range(MOST_KEPT_APART + 3):
        counted.telemetry.add(CALLS, tenant=str(number))
    counted.telemetry.add(CALLS, tenant="0")
    points = counted.points(CALLS.name)
    counted.provider.shutdown()

    assert len(points) == MOST_KEPT_APART + 1
    assert ({"tenant": "0"}, 2) in points
    assert ({OVERFLOW: True}, 3) in points


def test_threads_lose_nothing() -> None:
    """Several may add to the same sum at once."""
    tally = Tally(("tenant",))

    def count() -> None:
        for _ in range(5_000):
            tally.bound({"tenant": "t"})(1)

    with ThreadPoolExecutor(4) as threads:
        for _ in range(4):
            threads.submit(count)
    (told,) = tally.observe(CallbackOptions())

    assert told.value == 20_000
