"""When to ask again for an answer that could not be renewed. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from app.gateway.policies.backoff import doubled
from app.problems.errors import ExchangeError
from app.problems.failures import DeadlineExceeded
from app.problems.graph_failures import GraphTimeoutCutShort

__all__ = ["Pauses", "RefreshBackoff", "is_setback"]

_SHORTEST_SHARE = 0.75
# These are about one caller's patience.
_IMPATIENCE = (DeadlineExceeded, GraphTimeoutCutShort)


def is_setback(error: ExchangeError, requests: int) -> bool:
    """Tell whether a failed renewal is a reason to let Graph rest.

    It is if Graph was asked, in so many requests, and failed in passing.
    What was refused on the way there, by an open breaker or a closed gate,
    spared Graph already, and is to go through as soon as those open.
    """
    if isinstance(error, _IMPATIENCE):
        return False
    return error.stale_ok and requests > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """Pauses that double from ``first`` up to ``cap`` seconds.

    The cap is applied before the jitter, which takes away a quarter at most.
    """

    first: float
    cap: float
    uniform: Callable[[float, float], float]

    def after(self, failures: int) -> float:
        """Return the seconds to rest after so many failures, from 1 on."""
        longest = doubled(self.first, failures - 1, self.cap)
        return self.uniform(longest * _SHORTEST_SHARE, longest)


class RefreshBackoff:
    """How the renewal of one answer has been going."""

    __slots__ = ("_code", "_failures", "_pauses", "_until", "was_refused")

    def __init__(self, pauses: Pauses) -> None:
        self._pauses = pauses
        self._failures = 0
        self._code = ""
        self._until = 0.0
        self.was_refused = False

    def resting(self, now: float) -> str | None:
        """Return for which error nothing is to be asked yet, if so."""
        return self._code if now < self._until else None

    def failed(self, now: float, code: str) -> None:
        """Note a failure; one that comes during a pause changes nothing."""
        if now < self._until:
            return
        if self.is_idle(now):
            self._failures = 0
        self._failures += 1
        self.was_refused = False
        self._code = code
        self._until = now + self._pauses.after(self._failures)

    def refused(self, now: float) -> None:
        """Note that Graph will not give the answer, now or later."""
        self._failures = 0
        self._until = now
        self.was_refused = True

    def succeeded(self) -> None:
        """Note that the answer was renewed."""
        self._failures = 0
        self._until = 0.0
        self.was_refused = False

    def is_idle(self, now: float) -> bool:
        """Tell whether the last failure is too long ago to matter."""
        return now >= self._until + self._pauses.cap
