"""Sums that the SDK asks for, instead of being told of each part of them.

An instrument of the SDK makes an object of each measurement, finds the views
that want it and hashes its attributes anew, which takes longer than many a
request. Here an addition is one in a dictionary; the asynchronous instruments
of OpenTelemetry read the sums whenever metrics are collected.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from opentelemetry.metrics import CallbackOptions, Observation

from app.telemetry.apart import Apart

__all__ = ["Tally"]


class Tally:
    """The sums of one metric by the values of its attributes.

    Args:
        names: Its attributes; others are not looked at.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        self._sums: Apart[list[int]] = Apart(names, lambda: [0])

    def bound(self, labels: Mapping[str, Any]) -> Callable[[int], None]:
        """Return what adds to the sum that has these labels."""
        lock = self._sums.lock
        with lock:
            total = self._sums.of(labels)

        def add(amount: int) -> None:
            with lock:
                total[0] += amount

        return add

    def observe(self, _options: CallbackOptions) -> Iterator[Observation]:
        """Tell the SDK what the sums are."""
        with self._sums.lock:
            sums = [(labels, value) for labels, (value,) in self._sums.all()]
        for labels, value in sums:
            yield Observation(value, labels)
