"""What was measured, read back."""

import io
from collections.abc import Iterator, Mapping
from typing import Any

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from app.telemetry.logs import EventLog
from app.telemetry.providers import Providers
from app.telemetry.recorder import Telemetry

__all__ = ["Metering"]


class Metering:
    """Telemetry whose metrics a test can look at."""

    def __init__(self) -> None:
        self._reader = InMemoryMetricReader()
        provider = MeterProvider([self._reader], shutdown_on_exit=False)
        self.providers = Providers(meters=provider)
        self.log = io.StringIO()
        self.telemetry = Telemetry(
            EventLog(self.log),
            meter=self.providers.meter,
            hash_key=b"tests",
        )

    def points(self, name: str) -> list[tuple[Mapping[str, Any], float]]:
        """Return a metric's labels and values; of a distribution, sums."""
        return [
            (point.attributes or {}, _value(point))
            for metric, point in self._read()
            if metric == name
        ]

    def value(self, name: str, **labels: str) -> float:
        """Return the sum of the points that bear these labels."""
        return sum(
            value
            for found, value in self.points(name)
            if labels.items() <= found.items()
        )

    def count(self, name: str, **labels: str) -> int:
        """Return how many values a distribution has that bear these labels."""
        return sum(
            point.count
            for metric, point in self._read()
            if metric == name
            and labels.items() <= (point.attributes or {}).items()
        )

    def names(self) -> set[str]:
        """Return the metrics that have any points."""
        return {metric for metric, _ in self._read()}

    def labels(self) -> set[str]:
        """Return the names of all labels in use."""
        return {
            label
            for _, point in self._read()
            for label in point.attributes or {}
        }

    def _read(self) -> Iterator[tuple[str, Any]]:
        data = self._reader.get_metrics_data()
        for resource in data.resource_metrics if data else ():
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    for point in metric.data.data_points:
                        yield metric.name, point


def _value(point: Any) -> float:
    value: float = point.sum if hasattr(point, "sum") else point.value
    return value
