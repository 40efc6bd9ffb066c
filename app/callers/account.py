"""What one caller has used, and whether there is more. No clock, no I/O.

A request costs 1 as it comes in, and 1 more for each request that Graph
counts for it (`Operation.cost`): so an answer from the cache costs 1, one
message read from Graph 2. What Graph was asked is known only afterwards and
is charged then. The quota may be overdrawn that way, by what was under way
when it ran out; the debt is paid before anything more is let in.
"""

from dataclasses import dataclass
from typing import Protocol

from app.callers.caller import Quota

__all__ = ["Account", "Standing", "Window"]

_AT_THE_DOOR = 1
_COME_BACK = 1.0


class Window(Protocol):
    """Counts what was used lately; the gateway has one of its own."""

    def used(self, now: float) -> int:
        """Return what counts now; changes nothing."""

    def opens_in(self, count: int, now: float) -> float:
        """Return the seconds until so much more fits; 0 if it does now."""

    def add(self, count: int, now: float) -> object:
        """Note that so much was used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is left of a quota: ``remaining`` for the next ``seconds``."""

    remaining: int
    seconds: float


@dataclass(slots=True, kw_only=True)
class Account:
    """What a caller has used so far.

    Attributes:
        quota: What it may use; None if as much as it likes.
        window: Counts what it used of the quota lately.
        in_flight: Requests that are being served.
        requests: Requests that it made, the refused ones too.
        refused: Requests that were refused.
        graph_calls: Requests made to Graph on its behalf.
        cost: What it has used altogether.
    """

    quota: Quota | None = None
    window: Window | None = None
    in_flight: int = 0
    requests: int = 0
    refused: int = 0
    graph_calls: int = 0
    cost: int = 0

    def enter(self, now: float) -> float:
        """Let a request in and return 0, or the seconds until it may come."""
        self.requests += 1
        wait = self._wait(now)
        if wait > 0:
            self.refused += 1
            return wait
        self.in_flight += 1
        self.charge(_AT_THE_DOOR, now)
        return 0.0

    def charge(self, cost: int, now: float) -> None:
        """Note what a request has cost, whether the quota covers it or not."""
        self.cost += cost
        if self.window is not None and cost > 0:
            self.window.add(cost, now)

    def leave(self) -> None:
        """Note that a request has ended."""
        self.in_flight -= 1

    def standing(self, now: float) -> Standing | None:
        """Return what is left; None if there is no quota."""
        if self.quota is None or self.window is None:
            return None
        left = max(0, self.quota.requests - self.window.used(now))
        return Standing(
            remaining=left, seconds=self.window.opens_in(left + 1, now)
        )

    def share_used(self, now: float) -> float | None:
        """Return how much of the quota is used; any thread may ask."""
        if self.quota is None or self.window is None:
            return None
        return min(1.0, self.window.used(now) / self.quota.requests)

    def is_idle(self, now: float) -> bool:
        """Tell whether forgetting it would give the caller nothing."""
        used = self.window.used(now) if self.window is not None else 0
        return not (self.in_flight or used)

    def _wait(self, now: float) -> float:
        if self.quota is None or self.window is None:
            return 0.0
        if self.in_flight >= self.quota.concurrency:
            return _COME_BACK
        return self.window.opens_in(_AT_THE_DOOR, now)
