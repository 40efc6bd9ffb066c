"""The variables of the OpenTelemetry SDK, as far as this service cares.

Source: https://opentelemetry.io/docs/specs/otel/protocol/exporter/
"""

import os

from app.settings.loading import SettingsError

__all__ = ["prepare_otel"]

_ENDPOINTS = (
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
)
_PROTOCOL = "OTEL_EXPORTER_OTLP_PROTOCOL"


def prepare_otel() -> bool:
    """Tell whether a collector is named, and if so make ready for it.

    The instrumentation libraries read from the environment that the stable
    conventions of HTTP are wanted, so that is set here.

    Raises:
        SettingsError: Another protocol than OTLP over HTTP is asked for.
    """
    environment = os.environ
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    if not any(environment.get(name) for name in _ENDPOINTS):
        return False
    if environment.get(_PROTOCOL, "http/protobuf") != "http/protobuf":
        raise SettingsError(f"{_PROTOCOL}: only http/protobuf is supported")
    environment.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", "http")
    return True
