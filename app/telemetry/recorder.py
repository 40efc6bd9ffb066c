"""The one door through which the service tells what it does."""

import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import lru_cache, partial
from typing import Any, Protocol

from opentelemetry.metrics import (
    CallbackOptions,
    Histogram,
    Meter,
    NoOpMeter,
    Observation,
)
from opentelemetry.trace import (
    INVALID_SPAN,
    NonRecordingSpan,
    Span,
    SpanKind,
    Tracer,
    get_current_span,
)

from app.telemetry.distributions import Distributions
from app.telemetry.logs import EventLog
from app.telemetry.signals.kinds import Kind, LogEvent, Metric
from app.telemetry.signals.kinds import SpanKind as Declared
from app.telemetry.signals.metrics import METRICS
from app.telemetry.tallies import Tally

__all__ = ["Count", "Measure", "Telemetry"]

Count = Callable[[int], None]
Measure = Callable[[float], None]
Reading = tuple[float, Mapping[str, str]]

_NO_SPAN = nullcontext[Span](INVALID_SPAN)


class _Histogram(Protocol):
    def bound(self, labels: Mapping[str, Any], /) -> Measure: ...


class Telemetry:
    """Records declared signals.

    Without a meter and a tracer it records nothing but logs, at no cost
    worth naming. What cannot be recorded is lost, and the work goes on: no
    call fails because a log is full or a collector gone.
    """

    def __init__(
        self,
        log: EventLog,
        *,
        meter: Meter | None = None,
        tracer: Tracer | None = None,
        distributions: Distributions | None = None,
        hash_key: bytes = b"",
    ) -> None:
        self._log = log
        self._is_measured = meter is not None
        self._meter = meter or NoOpMeter("off")
        self._tracer = tracer
        self._hash_key = hash_key
        self._hashed = lru_cache(maxsize=4096)(self._hash)
        self._tallies = {
            **self._tallied(
                Kind.COUNTER, self._meter.create_observable_counter
            ),
            **self._tallied(
                Kind.UP_DOWN, self._meter.create_observable_up_down_counter
            ),
        }
        self._histograms: Mapping[str, _Histogram] = (
            distributions.by_name if distributions else self._from_sdk()
        )

    @property
    def tracer(self) -> Tracer | None:
        """What makes spans, if they go anywhere."""
        return self._tracer

    @property
    def goes_out(self) -> bool:
        """Whether anything but the log goes anywhere."""
        return self._tracer is not None or self._is_measured

    def add(self, metric: Metric, /, **labels: str) -> None:
        """Count one more of something that happens."""
        if self._is_measured:
            self._tallies[metric.name].bound(labels)(1)

    def move(self, metric: Metric, amount: int, /, **labels: str) -> None:
        """Raise or lower a level."""
        if self._is_measured:
            self._tallies[metric.name].bound(labels)(amount)

    def count(self, metric: Metric, /, **labels: str) -> Count:
        """Return what adds to a counter or a level, always for these labels.

        For what each request comes by: it need not look for the place again.
        """
        if not self._is_measured:
            return _nowhere
        return self._tallies[metric.name].bound(labels)

    def distribution(
        self, metric: Metric, labels: Mapping[str, Any]
    ) -> Measure:
        """Return what adds values to a distribution, as `count` does."""
        if not self._is_measured:
            return _nowhere
        return self._histograms[metric.name].bound(labels)

    def measure(
        self, metric: Metric, value: float, labels: Mapping[str, Any]
    ) -> None:
        """Add a value to a distribution."""
        if self._is_measured:
            self._histograms[metric.name].bound(labels)(value)

    def watch(
        self, metric: Metric, read: Callable[[], Iterable[Reading]]
    ) -> None:
        """Have a gauge read whenever metrics are collected."""

        def observe(_options: CallbackOptions) -> Iterator[Observation]:
            for value, labels in read():
                yield Observation(value, labels)

        self._meter.create_observable_gauge(
            metric.name, [observe], metric.unit, metric.meaning
        )

    def log(self, event: LogEvent, **members: object) -> None:
        """Write an event to the log."""
        try:  # noqa: SIM105 - each request comes by, and this costs nothing
            self._log.write(event, members)
        except Exception:  # noqa: BLE001, S110 - see the class
            pass

    def mark(self, moment: Declared, **attributes: str | float) -> None:
        """Note a moment on the span that is open."""
        with suppress(Exception):
            span = get_current_span()
            # What many wait for may go on after who began it has left.
            if span.is_recording():
                span.add_event(moment.name, attributes)

    def span(
        self,
        declared: Declared,
        attributes: Mapping[str, Any],
        kind: SpanKind = SpanKind.INTERNAL,
        **named: str,
    ) -> AbstractContextManager[Span]:
        """Trace a stretch of work; ``named`` fill in its name.

        Exceptions are not recorded by themselves: their text may hold what
        no trace should. In a trace that is not kept there are no further
        spans: none would be kept, and the ids of the one that there is tell
        which lines belong together.
        """
        if self._tracer is None:
            return _NO_SPAN
        current = get_current_span()
        if _is_dropped(current):
            return nullcontext(current)
        return self._tracer.start_as_current_span(
            declared.name.format(**named),
            kind=kind,
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        )

    def pseudonym(self, mailbox: str | None) -> str | None:
        """Return a keyed hash that tells mailboxes apart in logs."""
        return None if mailbox is None else self._hashed(mailbox)

    def _hash(self, mailbox: str) -> str:
        digest = hmac.digest(self._hash_key, mailbox.encode(), "sha256")
        return digest.hex()[:16]

    def _from_sdk(self) -> dict[str, _Histogram]:
        """Return histograms of the SDK, which can do more, at its price."""
        return {
            metric.name: _OfSdk(
                self._meter.create_histogram(
                    metric.name,
                    metric.unit,
                    metric.meaning,
                    explicit_bucket_boundaries_advisory=metric.buckets,
                )
            )
            for metric in METRICS
            if metric.kind is Kind.HISTOGRAM
        }

    def _tallied(
        self, kind: Kind, create: Callable[..., object]
    ) -> dict[str, Tally]:
        """Return what counts each metric of a kind, known to the SDK."""
        tallies = {}
        for metric in METRICS:
            if metric.kind is kind:
                tally = tallies[metric.name] = Tally(metric.attributes)
                observed = [tally.observe]
                create(metric.name, observed, metric.unit, metric.meaning)
        return tallies


class _OfSdk:
    """A histogram of the SDK, which keeps values apart by itself."""

    def __init__(self, histogram: Histogram) -> None:
        self._histogram = histogram

    def bound(self, labels: Mapping[str, Any]) -> Measure:
        """Return what records values with these labels."""
        return partial(self._histogram.record, attributes=labels)


def _nowhere(_amount: float) -> None:
    """Record nothing."""


def _is_dropped(span: Span) -> bool:
    """Tell whether a sampler of ours has decided against its trace.

    What a caller has decided does not bind us, and a span that has ended
    does not record any more, but is kept.
    """
    if not isinstance(span, NonRecordingSpan):
        return False
    context = span.get_span_context()
    return (
        context.is_valid
        and not context.is_remote
        and not context.trace_flags.sampled
    )
