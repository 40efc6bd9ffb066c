"""Give the readers of metrics what was not counted by the SDK."""

from collections.abc import Iterator
from dataclasses import replace
from time import time_ns
from typing import Any

from opentelemetry.sdk.metrics import Exemplar
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricReader,
    MetricsData,
    ScopeMetrics,
)

from app.telemetry.distributions import Distribution, Distributions, Series
from app.telemetry.signals.kinds import SCOPE

__all__ = ["HandedOver"]


class HandedOver(MetricReader):
    """Adds distributions to what a reader receives, before it sees that.

    Made one with a reader by inheritance, ahead of it. What a reader receives
    is the one place that the SDK leaves to those who inherit from it. Points
    are cumulative and have buckets; who prefers anything else needs
    histograms of the SDK.
    """

    def __init__(
        self, *args: Any, distributions: Distributions, **options: Any
    ) -> None:
        self._distributions = distributions
        self._last = 0
        super().__init__(*args, **options)

    def _receive_metrics(
        self,
        metrics_data: MetricsData,
        timeout_millis: float = 10_000,
        **options: Any,
    ) -> None:
        added = list(self._histograms())
        resources = [
            replace(
                resource,
                scope_metrics=[
                    _extended(scope, added) for scope in resource.scope_metrics
                ],
            )
            for resource in metrics_data.resource_metrics
        ]
        super()._receive_metrics(  # type: ignore[safe-super]
            MetricsData(resources), timeout_millis, **options
        )

    def _histograms(self) -> Iterator[Metric]:
        last, self._last = self._last, time_ns()
        for name, distribution in self._distributions.by_name.items():
            points = [
                _point(distribution, labels, series, (last, self._last))
                for labels, series in distribution.read()
            ]
            if points:
                yield Metric(
                    name,
                    distribution.metric.meaning,
                    distribution.metric.unit,
                    Histogram(points, AggregationTemporality.CUMULATIVE),
                )


def _extended(scope: ScopeMetrics, added: list[Metric]) -> ScopeMetrics:
    if scope.scope.name != SCOPE:
        return scope
    return replace(scope, metrics=[*scope.metrics, *added])


def _point(
    distribution: Distribution,
    labels: dict[str, Any],
    series: Series,
    between: tuple[int, int],
) -> HistogramDataPoint:
    """Return what the SDK would have made of these values."""
    last, now = between
    return HistogramDataPoint(
        attributes=labels,
        start_time_unix_nano=series.since,
        time_unix_nano=now,
        count=sum(series.counts),
        sum=series.total,
        bucket_counts=tuple(series.counts),
        explicit_bounds=distribution.metric.buckets,
        min=series.least,
        max=series.most,
        exemplars=[
            Exemplar(
                {},
                example.value,
                example.at,
                example.context.span_id,
                example.context.trace_id,
            )
            for example in series.examples.values()
            if example.at > last
        ],
    )
