"""The variables of the OpenTelemetry SDK that say where signals go.

Source: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
The SDK itself reads the rest: endpoints, headers, intervals, time-outs.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from app.settings.loading import SettingsError

__all__ = ["Exports", "OtlpProtocol", "Scrape", "prepare_otel"]

_ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
_PORT = "OTEL_EXPORTER_PROMETHEUS_PORT"
_LAST_PORT = 65_535
# Printable ASCII (RFC 9110 §5.5), once it is no longer encoded.
_HEADER = re.compile(r"\s*[\w!#$%&'*+.^`|~-]+\s*=[\x20-\x7e]*", re.ASCII)
_BATCHES = (
    "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
    "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE",
)
# To encode 512 at once, as by default, requests wait for tens of milliseconds.
_AT_ONCE = "32"
_KNOWN = {
    "TRACES": ("otlp", "none"),
    "METRICS": ("otlp", "prometheus", "none"),
    "LOGS": ("otlp", "console", "none"),
}
_OTLP_METRICS = "OTEL_EXPORTER_OTLP_METRICS"
_USUAL_HISTOGRAMS = {
    f"{_OTLP_METRICS}_TEMPORALITY_PREFERENCE": "cumulative",
    f"{_OTLP_METRICS}_DEFAULT_HISTOGRAM_AGGREGATION": (
        "explicit_bucket_histogram"
    ),
    "OTEL_METRICS_EXEMPLAR_FILTER": "trace_based",
}


class OtlpProtocol(StrEnum):
    """How OTLP is spoken."""

    GRPC = "grpc"
    HTTP = "http/protobuf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrape:
    """Where Prometheus finds the metrics."""

    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exports:
    """Which signals go out, and how; what is None stays here.

    Histograms are the usual ones if they are cumulative, have buckets, and
    name traces that are kept: as the SDK has them unless told otherwise.
    """

    traces: OtlpProtocol | None = None
    metrics: OtlpProtocol | None = None
    logs: OtlpProtocol | None = None
    scrape: Scrape | None = None
    usual_histograms: bool = True

    def __bool__(self) -> bool:
        """Tell whether anything goes out."""
        return any((self.traces, self.metrics, self.logs, self.scrape))


def prepare_otel() -> Exports:
    """Return where signals go, and make the libraries ready for it.

    Traces and metrics are exported once a collector is named, whatever is
    asked for expressly in any case. The instrumentation libraries read from
    the environment that the stable conventions of HTTP are wanted, so that is
    set here.

    Raises:
        SettingsError: An exporter or a protocol is not known, or the SDK
            would quote a secret.
    """
    environment = os.environ
    _keep_secrets(environment)
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return Exports()
    scrape = None
    if "prometheus" in _wanted("METRICS", environment):
        scrape = _scrape(environment)
    exports = Exports(
        traces=_otlp("TRACES", environment),
        metrics=_otlp("METRICS", environment),
        logs=_otlp("LOGS", environment),
        scrape=scrape,
        usual_histograms=all(
            environment.get(name, "").strip().lower() in ("", usual)
            for name, usual in _USUAL_HISTOGRAMS.items()
        ),
    )
    if exports:
        # Whatever is set: under other conventions whole URLs are recorded.
        environment["OTEL_SEMCONV_STABILITY_OPT_IN"] = "http"
        for name in _BATCHES:
            environment.setdefault(name, _AT_ONCE)
    return exports


def _keep_secrets(environment: Mapping[str, str]) -> None:
    """Refuse what libraries would quote when they complain of it.

    They quote headers that are none, and the address of a collector that does
    not answer, whatever stands in it.
    """
    for kind in ("", *(f"{signal}_" for signal in _KNOWN)):
        name = f"OTEL_EXPORTER_OTLP_{kind}HEADERS"
        given = filter(None, environment.get(name, "").split(","))
        if not all(map(_HEADER.fullmatch, map(unquote, given))):
            raise SettingsError(f"{name}: expected name=value,name=value")
        name = f"OTEL_EXPORTER_OTLP_{kind}ENDPOINT"
        if "@" in environment.get(name, ""):
            raise SettingsError(
                f"{name}: expected a URL without user; see"
                " OTEL_EXPORTER_OTLP_HEADERS"
            )


def _otlp(signal: str, environment: Mapping[str, str]) -> OtlpProtocol | None:
    if "otlp" not in _wanted(signal, environment):
        return None
    common = "OTEL_EXPORTER_OTLP_PROTOCOL"
    own = f"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL"
    name = own if environment.get(own) else common
    try:
        return OtlpProtocol(environment.get(name) or OtlpProtocol.HTTP)
    except ValueError:
        known = " or ".join(OtlpProtocol)
        raise SettingsError(f"{name}: expected {known}") from None


def _wanted(signal: str, environment: Mapping[str, str]) -> set[str]:
    """Return the exporters of a signal."""
    name = f"OTEL_{signal}_EXPORTER"
    if not (text := environment.get(name, "").strip()):
        own = f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"
        is_named = environment.get(own) or environment.get(_ENDPOINT)
        return {"otlp"} if is_named and signal != "LOGS" else set()
    wanted = {exporter.strip() for exporter in text.split(",")}
    if not wanted <= set(_KNOWN[signal]):
        raise SettingsError(f"{name}: expected {' or '.join(_KNOWN[signal])}")
    return wanted


def _scrape(environment: Mapping[str, str]) -> Scrape:
    host = environment.get("OTEL_EXPORTER_PROMETHEUS_HOST") or "localhost"
    text = environment.get(_PORT) or "9464"
    if not text.isdecimal() or int(text) > _LAST_PORT:
        raise SettingsError(f"{_PORT}: expected a port")
    return Scrape(host=host, port=int(text))
