"""Sums that the SDK asks for, instead of being told of each part of them.

An instrument of the SDK makes an object of each measurement, finds the views
that want it and hashes its attributes anew, which takes longer than many a
request. Here an addition is one in a dictionary; the asynchronous instruments
of OpenTelemetry read the sums whenever metrics are collected.
"""

from collections.abc import Iterator, Mapping
from threading import Lock

from opentelemetry.metrics import CallbackOptions, Observation

__all__ = ["MOST_KEPT_APART", "OVERFLOW", "Tally"]

# As many as the SDK; what is beyond is counted together, as it does that.
MOST_KEPT_APART = 2_000
OVERFLOW = "otel.metric.overflow"

_Values = tuple[str | None, ...]


class Tally:
    """The sums of one metric by the values of its attributes.

    Args:
        names: Its attributes; others are not looked at.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._sums: dict[_Values | None, int] = {}
        self._lock = Lock()

    def add(self, amount: int, labels: Mapping[str, str]) -> None:
        """Add to the sum that has these labels."""
        key: _Values | None = tuple(map(labels.get, self._names))
        with self._lock:
            if key not in self._sums and len(self._sums) >= MOST_KEPT_APART:
                key = None
            self._sums[key] = self._sums.get(key, 0) + amount

    def observe(self, _options: CallbackOptions) -> Iterator[Observation]:
        """Tell the SDK what the sums are."""
        with self._lock:
            sums = list(self._sums.items())
        for key, value in sums:
            yield Observation(value, self._labels(key))

    def _labels(self, key: _Values | None) -> dict[str, str | bool]:
        if key is None:
            return {OVERFLOW: True}
        told = zip(self._names, key, strict=True)
        return {name: value for name, value in told if value is not None}
