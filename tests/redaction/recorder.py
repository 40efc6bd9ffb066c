"""Takes down all that the service tells through OpenTelemetry."""

from typing import Any

from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
from opentelemetry.exporter.otlp.proto.common.metrics_encoder import (
    encode_metrics,
)
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import (
    InMemoryLogRecordExporter,
    SimpleLogRecordProcessor,
)
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import (
    InMemorySpanExporter,
)
from prometheus_client import generate_latest

from app.telemetry.providers import Providers
from app.telemetry.scrape import OneAtATime
from app.telemetry.views import declared_views
from tests.redaction.evidence import Evidence

__all__ = ["Recorder"]


_LogExporter: Any = InMemoryLogRecordExporter


class Recorder:
    """Stands where a collector and Prometheus would.

    ``providers`` are what the service is to tell; what it told is written
    down as it would go over the wire.
    """

    def __init__(self) -> None:
        self._spans = InMemorySpanExporter()
        self._logs: Any = _LogExporter()
        self._reader = InMemoryMetricReader()
        self._page = OneAtATime()
        tracers = TracerProvider(shutdown_on_exit=False)
        tracers.add_span_processor(SimpleSpanProcessor(self._spans))
        loggers = LoggerProvider(shutdown_on_exit=False)
        loggers.add_log_record_processor(SimpleLogRecordProcessor(self._logs))
        meters = MeterProvider(
            [self._reader, PrometheusMetricReader(registry=self._page)],
            views=declared_views(),
            shutdown_on_exit=False,
        )
        self.providers = Providers(
            tracers=tracers, meters=meters, loggers=loggers
        )

    def write_down(self, evidence: Evidence) -> None:
        """Add everything so far; call it while the service is there."""
        evidence.add_metrics(generate_latest(self._page).decode())
        spans = encode_spans(self._spans.get_finished_spans())
        evidence.add_message("span", spans)
        logs = encode_logs(self._logs.get_finished_logs())
        evidence.add_message("exported log", logs)
        measured = self._reader.get_metrics_data()
        assert measured is not None
        evidence.add_message("metric", encode_metrics(measured))
