"""Distributions, counted here and handed over when metrics are collected.

What the SDK does with each value of a histogram (see `tallies`) takes longer
than all else that a kept answer needs, and there is no instrument of
OpenTelemetry that reads a histogram as others read a sum. So values are put
into buckets here, and `handover` gives the readers of metrics the points that
the SDK would have made of them.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import inf
from time import time_ns
from typing import Any

from opentelemetry.trace import SpanContext

from app.telemetry.apart import Apart
from app.telemetry.signals.kinds import Kind, Metric
from app.telemetry.signals.metrics import METRICS
from app.telemetry.trace_ids import trace_context

__all__ = ["Distribution", "Distributions", "Example", "Series"]


@dataclass(frozen=True, slots=True)
class Example:
    """A value that was measured in a trace that is kept."""

    value: float
    at: int
    context: SpanContext


@dataclass(slots=True)
class Series:
    """The values with the same labels; times are those of the SDK.

    Attributes:
        counts: How many are in each bucket.
        total: Their sum.
        least: The least of them.
        most: The greatest.
        since: When the first one came.
        examples: The last one in each bucket that belongs to a trace.
    """

    counts: list[int]
    total: float = 0
    least: float = inf
    most: float = -inf
    since: int = field(default_factory=time_ns)
    examples: dict[int, Example] = field(default_factory=dict)


class Distribution:
    """The values of one metric."""

    def __init__(self, metric: Metric) -> None:
        self.metric = metric
        self._bounds = metric.buckets
        size = len(self._bounds) + 1
        self._apart = Apart(metric.attributes, lambda: Series([0] * size))

    def bound(self, labels: Mapping[str, Any]) -> Callable[[float], None]:
        """Return what puts values with these labels where they belong."""
        lock, bounds = self._apart.lock, self._bounds
        with lock:
            series = self._apart.of(labels)

        def record(value: float) -> None:
            bucket = bisect_left(bounds, value)
            context = trace_context()
            with lock:
                series.counts[bucket] += 1
                series.total += value
                if not series.least <= value <= series.most:
                    series.least = min(series.least, value)
                    series.most = max(series.most, value)
                if context is not None and context.trace_flags.sampled:
                    example = Example(value, time_ns(), context)
                    series.examples[bucket] = example

        return record

    def read(self) -> list[tuple[dict[str, Any], Series]]:
        """Return copies of all there is, with the labels."""
        with self._apart.lock:
            return [
                (
                    labels,
                    replace(
                        series,
                        counts=list(series.counts),
                        examples=dict(series.examples),
                    ),
                )
                for labels, series in self._apart.all()
            ]


class Distributions:
    """All that are declared, by name."""

    def __init__(self) -> None:
        self.by_name = {
            metric.name: Distribution(metric)
            for metric in METRICS
            if metric.kind is Kind.HISTOGRAM
        }
