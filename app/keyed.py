"""State for each of many keys, bounded."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Generic, Protocol, TypeVar

__all__ = ["Keyed"]


class _Idle(Protocol):
    def is_idle(self, now: float) -> bool:
        """Tell whether forgetting this state changes nothing."""


K = TypeVar("K")
V = TypeVar("V", bound=_Idle)


class Keyed(Generic[K, V]):
    """Makes state when it is first needed, and forgets the oldest idle.

    State that still means something (an open breaker, a closed gate, a
    permit in use) is never forgotten, so that the bound is a soft one.
    """

    def __init__(
        self, make: Callable[[K], V], *, now: Callable[[], float], most: int
    ) -> None:
        self._make = make
        self._now = now
        self._most = most
        self._states: OrderedDict[K, V] = OrderedDict()

    def __getitem__(self, key: K) -> V:
        """Return the key's state, made if need be."""
        state = self._states.get(key)
        if state is None:
            self._forget_some()
            state = self._states[key] = self._make(key)
        else:
            self._states.move_to_end(key)
        return state

    def __len__(self) -> int:
        """Return how many keys are known."""
        return len(self._states)

    def peek(self, key: K) -> V | None:
        """Return the key's state if there is any."""
        return self._states.get(key)

    def items(self) -> Iterator[tuple[K, V]]:
        """Yield what is known."""
        yield from list(self._states.items())

    def _forget_some(self) -> None:
        """Look at the two oldest: enough to shrink faster than we grow."""
        if len(self._states) < self._most:
            return
        for _ in range(2):
            key, state = next(iter(self._states.items()))
            if state.is_idle(self._now()):
                del self._states[key]
            else:
                self._states.move_to_end(key)
