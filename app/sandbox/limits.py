"""Graph's limits for each app and mailbox."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil

from app.sandbox.wire import GraphError

__all__ = ["Key", "Limits", "Throttle"]

Key = tuple[str, str]
# A timer may fire a hair early: that is no early call.
TOLERANCE = 0.002


@dataclass(slots=True, kw_only=True)
class Limits:
    """What one app may do to one mailbox; tests may change it at any time.

    ``retry_after`` is what a refusal for concurrency asks for, in seconds.
    """

    concurrency: int = 4
    requests: int = 10_000
    window: float = 600.0
    retry_after: int = 5


@dataclass(slots=True, kw_only=True)
class _Traffic:
    in_flight: int = 0
    peak: int = 0
    times: deque[float] = field(default_factory=deque)
    closed_until: float = 0.0
    closed_for: float = 0.0


class Throttle:
    """Counts requests and refuses those that are too many or too early."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.refused = 0
        self._traffic: dict[Key, _Traffic] = {}

    @contextmanager
    def slot(self, key: Key, now: float) -> Iterator[None]:
        """Hold one of the mailbox's places while a request is in flight.

        Raises:
            GraphError: 429 when there is none, or it is too early to ask.
        """
        traffic = self._traffic.setdefault(key, _Traffic())
        traffic.in_flight += 1
        traffic.peak = max(traffic.peak, traffic.in_flight)
        try:
            self._admit(traffic, now)
            yield
        finally:
            traffic.in_flight -= 1

    def close(self, key: Key, seconds: float, now: float) -> None:
        """Refuse this app and mailbox until so many seconds have passed."""
        _close(self._traffic.setdefault(key, _Traffic()), seconds, now)

    def peak(self, mailbox: str) -> int:
        """Return the most requests ever in flight, refused ones included."""
        peaks = [
            traffic.peak
            for (_, owner), traffic in self._traffic.items()
            if owner == mailbox
        ]
        return max(peaks, default=0)

    def clear(self) -> None:
        """Forget all traffic; requests in flight end uncounted."""
        self._traffic.clear()
        self.refused = 0

    def _admit(self, traffic: _Traffic, now: float) -> None:
        """Count a request, which counts even when it is refused."""
        traffic.times.append(now)
        while traffic.times and traffic.times[0] <= now - self.limits.window:
            traffic.times.popleft()
        refusal = self._refusal(traffic, now)
        if refusal is not None:
            self.refused += 1
            _close(traffic, refusal[0], now)
            raise _throttled(*refusal)

    def _refusal(
        self, traffic: _Traffic, now: float
    ) -> tuple[float, str] | None:
        """Return how long to stay away, and for which limit."""
        left = traffic.closed_until - now
        if left > TOLERANCE:
            # Asking early starts the whole wait anew.
            return max(traffic.closed_for, left), "MailboxConcurrency"
        if traffic.in_flight > self.limits.concurrency:
            return self.limits.retry_after, "MailboxConcurrency"
        surplus = len(traffic.times) - self.limits.requests
        if surplus > 0:
            frees = traffic.times[surplus - 1] + self.limits.window
            return max(1, ceil(frees - now)), "MailboxRequests"
        return None


def _close(traffic: _Traffic, seconds: float, now: float) -> None:
    if now + seconds > traffic.closed_until:
        traffic.closed_until = now + seconds
        traffic.closed_for = seconds


def _throttled(wait: float, limit: str) -> GraphError:
    seconds = int(wait) if wait == int(wait) else round(wait, 3)
    return GraphError(
        429,
        "ApplicationThrottled",
        f"Application is over its {limit} limit.",
        headers={"Retry-After": str(seconds)},
    )
