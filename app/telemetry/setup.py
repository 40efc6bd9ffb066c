"""Send signals to an OpenTelemetry collector, or show metrics to Prometheus.

Where, how often and with which headers is set by the ``OTEL_*`` variables,
which the SDK reads itself.
"""

import uuid

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

from app.settings import Exports, OtlpProtocol
from app.telemetry.distributions import Distributions
from app.telemetry.handover import HandedOver
from app.telemetry.otlp import exporters
from app.telemetry.providers import Providers
from app.telemetry.scrape import MetricsPage
from app.telemetry.views import declared_views

__all__ = ["connect"]

_SERVICE = "exchange-api"


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
    distributions = Distributions()
    page = None
    if exports.scrape:
        page = MetricsPage(exports.scrape, distributions)
    return Providers(
        tracers=_tracers(exports.traces, resource),
        meters=_meters(exports.metrics, page, resource, distributions),
        loggers=_loggers(exports.logs, resource),
        page=page,
        # Who wants them in another shape gets them from the SDK.
        distributions=distributions if exports.usual_histograms else None,
    )


def _tracers(
    protocol: OtlpProtocol | None, resource: Resource
) -> TracerProvider | None:
    if protocol is None:
        return None
    exporter = exporters(protocol).spans()
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


class _Reader(HandedOver, PeriodicExportingMetricReader):
    """Exports distributions, too."""


def _meters(
    protocol: OtlpProtocol | None,
    page: MetricsPage | None,
    resource: Resource,
    distributions: Distributions,
) -> MeterProvider | None:
    readers: list[MetricReader] = []
    if protocol is not None:
        exporter = exporters(protocol).metrics()
        readers.append(_Reader(exporter, distributions=distributions))
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
    exporter = exporters(protocol).logs()
    provider = LoggerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_log_record_processor(BatchLogRecordProcessor(exporter))
    return provider
