"""Whose turn it is among those who wait for one mailbox. Pure."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Generic, TypeVar

from app.models.context import Criticality

__all__ = ["FairQueue"]

T = TypeVar("T")

_PATIENCE = 8
# The most urgent first.
_CLASSES = tuple(Criticality)


class FairQueue(Generic[T]):
    """Who is urgent goes first, and nobody waits for ever.

    In a class it is first come, first served. A class that was passed over
    eight times in a row has aged enough to go before the more urgent ones,
    once, and not twice running while somebody more urgent waits. So however
    long the queue of a background job is, it costs an interactive call one
    turn at most; and however busy people are, the job gets every ninth turn.
    Age is counted in turns and not in seconds: by the clock, a job of
    thousands would have aged as a whole and then block everybody.
    """

    __slots__ = ("_aged_last", "_classes", "_passed")

    def __init__(self) -> None:
        # Of those classes alone of which somebody waits: of most mailboxes
        # nobody does.
        self._classes: dict[Criticality, OrderedDict[T, None]] = {}
        self._passed: dict[Criticality, int] = {}
        self._aged_last = False

    def __len__(self) -> int:
        """Return how many wait."""
        return sum(map(len, self._classes.values()))

    def waiting(self, criticality: Criticality) -> int:
        """Return how many of a class wait."""
        return len(self._classes.get(criticality, ()))

    def push(self, item: T, criticality: Criticality) -> None:
        """Add an item behind those of its class."""
        queue = self._classes.get(criticality)
        if queue is None:
            queue = self._classes[criticality] = OrderedDict()
            self._passed[criticality] = 0
        queue[item] = None

    def discard(self, item: T, criticality: Criticality) -> bool:
        """Drop an item that waits no longer; tell whether it was there."""
        queue = self._classes.get(criticality)
        if queue is None or item not in queue:
            return False
        del queue[item]
        self._forget_if_empty(criticality)
        return True

    def first(self) -> T | None:
        """Return whose turn it is; asking changes nothing."""
        criticality = self._next_class()
        if criticality is None:
            return None
        return next(iter(self._classes[criticality]))

    def pop(self) -> T:
        """Take out whose turn it is; all who are passed over age.

        Raises:
            IndexError: Nobody waits.
        """
        criticality = self._next_class()
        if criticality is None:
            raise IndexError("nobody waits")
        waiting = self._nonempty()
        self._aged_last = criticality is not waiting[0]
        for other in waiting:
            self._passed[other] += 1
        self._passed[criticality] = 0
        item, _ = self._classes[criticality].popitem(last=False)
        self._forget_if_empty(criticality)
        return item

    def ahead_of(self, criticality: Criticality) -> Iterator[T]:
        """Yield who is as urgent as a class or more, its last one included.

        Those less urgent who may go before because they have aged are few,
        and left out.
        """
        for other in _CLASSES:
            yield from self._classes.get(other, ())
            if other is criticality:
                return

    def _next_class(self) -> Criticality | None:
        if not self._classes:
            return None
        waiting = self._nonempty()
        aged = [c for c in waiting[1:] if self._passed[c] >= _PATIENCE]
        if aged and not self._aged_last:
            return max(aged, key=self._passed.__getitem__)
        return waiting[0]

    def _forget_if_empty(self, criticality: Criticality) -> None:
        """Forget the age of a class, too, of which nobody waits."""
        if not self._classes[criticality]:
            del self._classes[criticality], self._passed[criticality]
        if not self._classes:
            # A dictionary gives its room back in no other way, and there is
            # one for each mailbox.
            self._classes.clear()
            self._passed.clear()

    def _nonempty(self) -> list[Criticality]:
        return [c for c in _CLASSES if c in self._classes]
