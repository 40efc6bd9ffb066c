"""Who was asked to stay away, and until when."""

from collections.abc import Iterator
from typing import Protocol

from app.clock import Clock
from app.gateway.calls import ScopeKey
from app.keyed import Keyed

__all__ = ["Gates", "LocalGates"]

_MOST_KEYS = 100_000


class Gates(Protocol):
    """Remembers Graph's ``Retry-After`` for everybody whom it concerns."""

    async def closed_for(self, key: ScopeKey) -> float:
        """Return the seconds until the gate opens; 0 if it is open."""

    async def close(self, key: ScopeKey, seconds: float) -> None:
        """Close the gate for so long at least; never opens it earlier."""

    async def open(self, key: ScopeKey) -> int:
        """Open the gate before its time; return 1 if it was closed, or 0."""

    def closed(self) -> Iterator[ScopeKey]:
        """Yield what is closed now."""


class _Gate:
    __slots__ = ("opens_at",)

    def __init__(self) -> None:
        self.opens_at = float("-inf")

    def is_idle(self, now: float) -> bool:
        return now >= self.opens_at


class LocalGates:
    """`Gates` of one process."""

    def __init__(self, clock: Clock, most: int = _MOST_KEYS) -> None:
        self._clock = clock
        self._gates: Keyed[ScopeKey, _Gate] = Keyed(
            lambda _: _Gate(), now=clock.now, most=most
        )

    def __len__(self) -> int:
        """Return how many are remembered, closed or not."""
        return len(self._gates)

    async def closed_for(self, key: ScopeKey) -> float:
        """Return the seconds until the gate opens; 0 if it is open."""
        gate = self._gates.peek(key)
        if gate is None:
            return 0.0
        return max(0.0, gate.opens_at - self._clock.now())

    async def close(self, key: ScopeKey, seconds: float) -> None:
        """Close the gate for so long at least; never opens it earlier."""
        gate = self._gates[key]
        gate.opens_at = max(gate.opens_at, self._clock.now() + seconds)

    async def open(self, key: ScopeKey) -> int:
        """Open the gate before its time; return 1 if it was closed, or 0."""
        gate = self._gates.peek(key)
        now = self._clock.now()
        if gate is None or gate.is_idle(now):
            return 0
        gate.opens_at = now
        return 1

    def closed(self) -> Iterator[ScopeKey]:
        """Yield what is closed now."""
        now = self._clock.now()
        for key, gate in self._gates.items():
            if not gate.is_idle(now):
                yield key
