"""What a declaration of a signal says."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "DURATIONS",
    "HTTP_DURATIONS",
    "SCOPE",
    "Kind",
    "LogEvent",
    "Metric",
    "SpanKind",
]


# Under which the service's own signals go out, beside those of libraries.
SCOPE = "app"
# Seconds: the boundaries of the semantic conventions of HTTP, and beyond them
# those of a request that may wait.
HTTP_DURATIONS = (
    *(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5),
    *(7.5, 10),
)
DURATIONS = (*HTTP_DURATIONS, 20, 30)


_UNITS = {"s": "seconds", "By": "bytes"}


class Kind(StrEnum):
    """The instruments of OpenTelemetry that are used here."""

    COUNTER = "counter"
    UP_DOWN = "up/down counter"
    HISTOGRAM = "histogram"
    GAUGE = "gauge"


@dataclass(frozen=True, slots=True)
class Metric:
    """A number that is measured; a distribution of them in buckets."""

    name: str
    kind: Kind
    unit: str
    attributes: tuple[str, ...]
    meaning: str
    action: str
    buckets: tuple[float, ...] = DURATIONS

    @property
    def prometheus(self) -> str:
        """The name in Prometheus; of a histogram, what precedes its parts.

        Source: https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
        """
        name = self.name.replace(".", "_")
        unit = _UNITS.get(self.unit, "")
        if not name.endswith(unit):
            name = f"{name}_{unit}"
        return f"{name}_total" if self.kind is Kind.COUNTER else name


@dataclass(frozen=True, slots=True)
class SpanKind:
    """A stretch of work that is traced, or a moment in one."""

    name: str
    attributes: tuple[str, ...]
    meaning: str


@dataclass(frozen=True, slots=True)
class LogEvent:
    """Something that is written to the log, with the members it may have."""

    name: str
    level: str
    members: tuple[str, ...]
    meaning: str
    action: str
