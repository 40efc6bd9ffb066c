"""How many requests at once Graph takes, as learnt from its answers. Pure.

Additive increase, multiplicative decrease, as in TCP's congestion control
and Netflix's concurrency-limits.
"""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from enum import Enum

from app.problems.errors import ExchangeError
from app.problems.graph_failures import (
    GraphBusy,
    GraphThrottled,
    GraphTimeout,
    GraphTimeoutCutShort,
)

__all__ = ["AdaptiveLimit", "Bounds", "Breadth", "Told", "told_by"]

_DECREASE = 0.7
_SERVER_ERRORS = 500

_RECENTLY = 10.0
_FEW = 3
_MOST_SOURCES = 1000


class Told(Enum):
    """What the end of a call says about how much Graph takes."""

    SERVED = "served"
    TOO_MUCH = "too_much"
    NOTHING = "nothing"


def told_by(error: ExchangeError) -> Told:
    """Return what a failed call says about how much Graph takes.

    A refusal and a timeout say that it was too much. An answer that blames
    the request shows that Graph had time for it. A failure of Graph's is the
    breaker's business, and what was not sent says nothing.
    """
    if error.upstream is None or isinstance(error, GraphTimeoutCutShort):
        return Told.NOTHING
    if isinstance(error, GraphThrottled | GraphBusy | GraphTimeout):
        return Told.TOO_MUCH
    status = error.upstream.status
    if status is not None and status < _SERVER_ERRORS:
        return Told.SERVED
    return Told.NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Where a limit moves: never below ``floor``, never above ``ceiling``.

    It must have held for ``pause`` seconds before it rises by one.
    """

    floor: int
    ceiling: int
    pause: float


class AdaptiveLimit:
    """A limit that falls when Graph refuses and rises while it serves.

    A refusal begins an epoch. A call belongs to the epoch in which it began,
    and tells of that one only: of many that were in flight together and were
    all refused, one lowers the limit. It rises no higher than is made use of;
    what was never tried proves nothing.
    """

    __slots__ = ("_bounds", "_held_since", "epoch", "value")

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._held_since: float | None = None
        self.epoch = 0
        self.value = bounds.ceiling

    @property
    def is_lowered(self) -> bool:
        """Whether Graph was seen to take less than it might."""
        return self.value < self._bounds.ceiling

    def served(self, epoch: int, in_flight: int, now: float) -> None:
        """Note that Graph had time for a call.

        Args:
            epoch: The epoch in which the call began.
            in_flight: How many were in flight with it, itself included.
            now: The present time.
        """
        if epoch != self.epoch:
            return
        if self._held_since is None:
            # Counted from here and not from the fall: while Retry-After runs
            # nothing is tried, and nothing is shown to hold.
            self._held_since = now
        has_held = now - self._held_since >= self._bounds.pause
        if has_held and self.is_lowered and in_flight * 2 >= self.value:
            self.value += 1
            self._held_since = now

    def refused(self, epoch: int) -> bool:
        """Note that a call was too much; tell whether the limit fell."""
        if epoch != self.epoch:
            return False
        before = self.value
        lower = min(round(before * _DECREASE), before - 1)
        self.value = max(lower, self._bounds.floor)
        self.epoch += 1
        self._held_since = None
        return self.value < before


class Breadth:
    """Tells trouble of the whole tenant from that of a few mailboxes.

    Graph counts Outlook's limits for an app and one mailbox
    (https://learn.microsoft.com/graph/throttling-limits), and its refusals
    do not say reliably what they are counted for. So one mailbox's refusals,
    however many, must not take permits from the others: a refusal lowers the
    tenant's limit only if at least three mailboxes, and half of those heard
    from in ten seconds, were refused last.
    """

    __slots__ = ("_heard", "_refused")

    def __init__(self) -> None:
        self._heard: OrderedDict[Hashable, tuple[float, bool]] = OrderedDict()
        self._refused = 0

    def note(self, source: Hashable, now: float, *, refused: bool) -> bool:
        """Note how a source fared; tell whether refusals are general."""
        self._forget(source)
        self._heard[source] = (now, refused)
        self._refused += refused
        self._forget_old(now)
        is_few = self._refused < _FEW
        return not is_few and self._refused * 2 >= len(self._heard)

    def clear(self) -> None:
        """Forget all; a new judgement needs new evidence."""
        self._heard.clear()
        self._refused = 0

    def _forget_old(self, now: float) -> None:
        while self._heard:
            source, (at, _) = next(iter(self._heard.items()))
            if now - at <= _RECENTLY and len(self._heard) <= _MOST_SOURCES:
                return
            self._forget(source)

    def _forget(self, source: Hashable) -> None:
        _, refused = self._heard.pop(source, (0.0, False))
        self._refused -= refused
