"""How long to wait before a request is repeated. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from app.problems.errors import ExchangeError

__all__ = ["Backoff", "doubled"]

# 2 ** 64 times any base is above any cap; beyond 1023 floats overflow.
_MOST_DOUBLINGS = 64
_LONGEST_JITTER = 1.0
_JITTER_SHARE = 0.1


def doubled(base: float, times: int, cap: float) -> float:
    """Return seconds doubled so many times, but never more than a cap."""
    return min(cap, base * 2.0 ** min(times, _MOST_DOUBLINGS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Exponential backoff with full jitter, or what Graph demands.

    The cap is applied before the jitter, so that callers who all have
    reached it do not return together. ``Retry-After`` is a floor with a
    little jitter on top: never early, and never all at once.

    Attributes:
        base: Longest first wait in seconds; it doubles each time.
        cap: Longest wait in seconds, unless Graph demands more.
        uniform: Draws a number between two others.
    """

    base: float
    cap: float
    uniform: Callable[[float, float], float]

    def wait_after(self, attempt: int, error: ExchangeError) -> float:
        """Return the seconds to wait after a failed attempt, from 1 on."""
        if error.retry_after is not None:
            most = min(_LONGEST_JITTER, error.retry_after * _JITTER_SHARE)
            return error.retry_after + self.uniform(0.0, most)
        return self.uniform(0.0, doubled(self.base, attempt - 1, self.cap))
