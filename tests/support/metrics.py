"""Read what was measured."""

from typing import Any

from opentelemetry.sdk.metrics.export import InMemoryMetricReader

__all__ = ["readings"]


def readings(
    reader: InMemoryMetricReader, name: str
) -> dict[tuple[Any, ...], float]:
    """Return the values of a counter or gauge by its labels' values."""
    data = reader.get_metrics_data()
    if data is None:
        return {}
    return {
        tuple((point.attributes or {}).values()): point.value
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
        if metric.name == name
        for point in metric.data.data_points
        if hasattr(point, "value")
    }
