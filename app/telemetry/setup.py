"""Send signals to an OpenTelemetry collector, or show metrics to Prometheus.

Where, how often and with which headers is set by the ``OTEL_*`` variables,
which the SDK reads itself.
"""

import uuid
from dataclasses import dataclass
from threading import Thread

from opentelemetry._logs import Logger
from opentelemetry.exporter.otlp.proto.grpc import (
    _log_exporter as grpc_logs,
)
from opentelemetry.exporter.otlp.proto.grpc import (
    metric_exporter as grpc_metrics,
)
from opentelemetry.exporter.otlp.proto.grpc import (
    trace_exporter as grpc_traces,
)
from opentelemetry.exporter.otlp.proto.http import (
    _log_exporter as http_logs,
)
from opentelemetry.exporter.otlp.proto.http import (
    metric_exporter as http_metrics,
)
from opentelemetry.exporter.otlp.proto.http import (
    trace_exporter as http_traces,
)
from opentelemetry.metrics import Meter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import (
    MetricReader,
    PeriodicExportingMetricReader,
)
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Tracer

from app.settings import Exports, OtlpProtocol
from app.telemetry.scrape import MetricsPage
from app.telemetry.views import declared_views

__all__ = ["Providers", "connect"]

_SERVICE = "exchange-api"
_SCOPE = "app"
_PATIENCE = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Providers:
    """Where signals go; None where they go nowhere."""

    tracers: TracerProvider | None = None
    meters: MeterProvider | None = None
    loggers: LoggerProvider | None = None
    page: MetricsPage | None = None

    @property
    def names(self) -> list[str]:
        """The signals that go out."""
        every = {
            "traces": self.tracers,
            "metrics": self.meters,
            "logs": self.loggers,
        }
        return [name for name, goes_out in every.items() if goes_out]

    @property
    def tracer(self) -> Tracer | None:
        """What makes the service's own spans."""
        return self.tracers.get_tracer(_SCOPE) if self.tracers else None

    @property
    def meter(self) -> Meter | None:
        """What makes the service's own metrics."""
        return self.meters.get_meter(_SCOPE) if self.meters else None

    @property
    def logger(self) -> Logger | None:
        """What exports the service's log."""
        return self.loggers.get_logger(_SCOPE) if self.loggers else None

    def shutdown(self) -> None:
        """Send what is left and stop; blocks for five seconds at worst."""
        # Of its own a provider waits half a minute for who does not answer.
        ending = Thread(target=self._shutdown, daemon=True)
        ending.start()
        ending.join(_PATIENCE)
        if self.page is not None:
            self.page.close()

    def _shutdown(self) -> None:
        endings = [
            Thread(target=provider.shutdown, daemon=True)
            for provider in (self.tracers, self.meters, self.loggers)
            if provider is not None
        ]
        for ending in endings:
            ending.start()
        for ending in endings:
            ending.join()


def connect(exports: Exports, version: str) -> Providers:
    """Return providers that export what is wanted.

    Raises:
        OSError: The port for Prometheus is not to be had.
    """
    own = {
        "service.name": _SERVICE,
        "service.version": version,
        # So that the processes of one service are told apart.
        "service.instance.id": str(uuid.uuid4()),
    }
    # Merged last, so that OTEL_SERVICE_NAME overrides our own name.
    resource = Resource.create(own).merge(OTELResourceDetector().detect())
    page = MetricsPage(exports.scrape) if exports.scrape else None
    return Providers(
        tracers=_tracers(exports.traces, resource),
        meters=_meters(exports.metrics, page, resource),
        loggers=_loggers(exports.logs, resource),
        page=page,
    )


def _tracers(
    protocol: OtlpProtocol | None, resource: Resource
) -> TracerProvider | None:
    if protocol is None:
        return None
    spoken = grpc_traces if protocol is OtlpProtocol.GRPC else http_traces
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(spoken.OTLPSpanExporter()))
    return provider


def _meters(
    protocol: OtlpProtocol | None, page: MetricsPage | None, resource: Resource
) -> MeterProvider | None:
    readers: list[MetricReader] = []
    if protocol is not None:
        is_grpc = protocol is OtlpProtocol.GRPC
        spoken = grpc_metrics if is_grpc else http_metrics
        exporter = spoken.OTLPMetricExporter()
        readers.append(PeriodicExportingMetricReader(exporter))
    if page is not None:
        readers.append(page.reader)
    if not readers:
        return None
    return MeterProvider(
        readers,
        resource=resource,
        shutdown_on_exit=False,
        views=declared_views(),
    )


def _loggers(
    protocol: OtlpProtocol | None, resource: Resource
) -> LoggerProvider | None:
    if protocol is None:
        return None
    spoken = grpc_logs if protocol is OtlpProtocol.GRPC else http_logs
    provider = LoggerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_log_record_processor(
        BatchLogRecordProcessor(spoken.OTLPLogExporter())
    )
    return provider
