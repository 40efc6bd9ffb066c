"""What a declaration of a signal says."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Kind", "LogEvent", "Metric", "SpanKind"]


class Kind(StrEnum):
    """The instruments of OpenTelemetry that are used here."""

    COUNTER = "counter"
    UP_DOWN = "up/down counter"
    HISTOGRAM = "histogram"
    GAUGE = "gauge"


@dataclass(frozen=True, slots=True)
class Metric:
    """A number that is measured."""

    name: str
    kind: Kind
    unit: str
    attributes: tuple[str, ...]
    meaning: str
    action: str


@dataclass(frozen=True, slots=True)
class SpanKind:
    """A stretch of work that is traced."""

    name: str
    meaning: str


@dataclass(frozen=True, slots=True)
class LogEvent:
    """Something that is written to the log, with the members it may have."""

    name: str
    level: str
    members: tuple[str, ...]
    meaning: str
    action: str
