"""The exporters that speak OTLP, in the one way or the other.

Only what is spoken is imported: it takes longer than all else that exports.
"""

# ruff: noqa: PLC0415

from dataclasses import dataclass

from opentelemetry.sdk._logs.export import LogRecordExporter
from opentelemetry.sdk.metrics.export import MetricExporter
from opentelemetry.sdk.trace.export import SpanExporter

from app.settings import OtlpProtocol

__all__ = ["Exporters", "exporters"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exporters:
    """What sends each signal; set up by the variables ``OTEL_*``."""

    spans: type[SpanExporter]
    metrics: type[MetricExporter]
    logs: type[LogRecordExporter]


def exporters(protocol: OtlpProtocol) -> Exporters:
    """Return those that speak so."""
    return _grpc() if protocol is OtlpProtocol.GRPC else _http()


def _grpc() -> Exporters:
    from opentelemetry.exporter.otlp.proto.grpc import (
        _log_exporter,
        metric_exporter,
        trace_exporter,
    )

    return Exporters(
        spans=trace_exporter.OTLPSpanExporter,
        metrics=metric_exporter.OTLPMetricExporter,
        logs=_log_exporter.OTLPLogExporter,
    )


def _http() -> Exporters:
    from opentelemetry.exporter.otlp.proto.http import (
        _log_exporter,
        metric_exporter,
        trace_exporter,
    )

    return Exporters(
        spans=trace_exporter.OTLPSpanExporter,
        metrics=metric_exporter.OTLPMetricExporter,
        logs=_log_exporter.OTLPLogExporter,
    )
