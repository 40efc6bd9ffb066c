"""Send traces and metrics to an OpenTelemetry collector, if one is named.

Where, how often and with which headers is set by the ``OTEL_*`` variables,
which the SDK reads itself.
"""

from dataclasses import dataclass

from opentelemetry.exporter.otlp.proto.http.metric_exporter import (
    OTLPMetricExporter,
)
from opentelemetry.exporter.otlp.proto.http.trace_exporter import (
    OTLPSpanExporter,
)
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

__all__ = ["Providers", "connect"]

_SERVICE = "exchange-api"


@dataclass(frozen=True, slots=True, kw_only=True)
class Providers:
    """Where spans and metrics go."""

    tracers: TracerProvider
    meters: MeterProvider

    def shutdown(self) -> None:
        """Send what is left and stop; blocks for some seconds at worst."""
        self.tracers.shutdown()
        self.meters.shutdown()


def connect(version: str) -> Providers:
    """Return providers that export over OTLP (HTTP, protobuf)."""
    own = {"service.name": _SERVICE, "service.version": version}
    # Merged last, so that OTEL_SERVICE_NAME overrides our own name.
    resource = Resource.create(own).merge(OTELResourceDetector().detect())
    tracers = TracerProvider(resource=resource)
    tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    reader = PeriodicExportingMetricReader(OTLPMetricExporter())
    meters = MeterProvider([reader], resource=resource)
    return Providers(tracers=tracers, meters=meters)
