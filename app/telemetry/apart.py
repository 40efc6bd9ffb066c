"""What is measured, kept apart by the values of its attributes."""

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, Generic, TypeVar

__all__ = ["MOST_KEPT_APART", "OVERFLOW", "Apart"]

T = TypeVar("T")

# As many as the SDK; what is beyond is counted together, as it does that.
MOST_KEPT_APART = 2_000
OVERFLOW = "otel.metric.overflow"

_Values = tuple[Any, ...]


class Apart(Generic[T]):
    """Something for each combination of attributes, up to a limit.

    Whoever looks at it holds ``lock``: metrics are collected by threads.

    Args:
        names: The attributes; others are not looked at.
        make: Makes what a new combination starts with.
    """

    def __init__(self, names: tuple[str, ...], make: Callable[[], T]) -> None:
        self._names = names
        self._make = make
        self._kept: dict[_Values | None, T] = {}
        self.lock = Lock()

    def of(self, labels: Mapping[str, Any]) -> T:
        """Return what belongs to these labels."""
        key = (*map(labels.get, self._names),)
        found = self._kept.get(key)
        return self._new(key) if found is None else found

    def all(self) -> list[tuple[dict[str, Any], T]]:
        """Return everything with its labels."""
        return [(self._labels(key), one) for key, one in self._kept.items()]

    def _new(self, key: _Values | None) -> T:
        if len(self._kept) >= MOST_KEPT_APART:
            key = None
        return self._kept.setdefault(key, self._make())

    def _labels(self, key: _Values | None) -> dict[str, Any]:
        if key is None:
            return {OVERFLOW: True}
        told = zip(self._names, key, strict=True)
        return {name: value for name, value in told if value is not None}
