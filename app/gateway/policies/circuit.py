"""When to leave Graph alone: the state machine of a circuit breaker. Pure.

Closed, it counts what succeeds and fails in a sliding window. Open, it lets
nothing through for a while that grows each time. Half-open, it lets a single
probe through and believes what that one says. An operator may keep it open.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from msgspec import Struct

from app.gateway.policies.backoff import doubled

__all__ = ["Circuit", "CircuitLimits", "CircuitReport"]
__all__ += ["Refused", "State", "Ticket"]

_BUCKETS = 10
_MOST_FAILURES_OF_ONE = 5
_JITTER = 0.2
_PROBE_PAUSE = 1.0
_NOBODY = ""


class State(IntEnum):
    """As the metric ``exchange.breaker.state`` has it."""

    CLOSED = 0
    HALF_OPEN = 1
    OPEN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitLimits:
    """When to open, and for how long; times in seconds.

    Attributes:
        window: How far back calls are counted.
        ratio: The share of failures that opens.
        minimum_calls: Fewer calls than this never open.
        open_for: The first break; it doubles each time in a row.
        max_open_for: The longest break, before its jitter of a fifth.
        lease: How long a probe may take before another one is let through.
        uniform: Draws a number between two others.
    """

    window: float
    ratio: float
    minimum_calls: int
    open_for: float
    max_open_for: float
    lease: float
    uniform: Callable[[float, float], float]


class Ticket(Struct, frozen=True):
    """Leave to make one call; ``generation`` tells in which state."""

    generation: int
    is_probe: bool


class Refused(Struct, frozen=True):
    """No leave; ``retry_after`` in seconds says when there may be."""

    retry_after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitReport:
    """What a circuit knows.

    ``calls`` and ``failures`` are those in the window; ``opens_in`` are the
    seconds until a call may get through again, 0 unless it is open by itself.
    """

    state: State
    calls: int
    failures: int
    opens_in: float
    is_isolated: bool


class _Bucket:
    __slots__ = ("began", "calls", "failures")

    def __init__(self, began: float) -> None:
        self.began = began
        self.calls = 0
        self.failures: dict[str, int] = {}


class Circuit:
    """The state of one circuit. All times are given in."""

    def __init__(self, limits: CircuitLimits) -> None:
        self._limits = limits
        self._buckets: deque[_Bucket] = deque()
        self._generation = 0
        self._breaks = 0
        self.opens_at = 0.0
        self._probe_until = 0.0
        self.state = State.CLOSED
        self.is_isolated = False

    def refusal(self, now: float) -> Refused | None:
        """Return how a call would be refused; changes nothing."""
        if self.state is State.CLOSED:
            return None
        if self.is_isolated:
            return Refused(self._limits.open_for)
        if self.state is State.OPEN:
            left = self.opens_at - now
        else:
            left = min(self._probe_until - now, _PROBE_PAUSE)
        return Refused(left) if left > 0 else None

    def admit(self, now: float) -> Ticket | Refused:
        """Give leave for a call, or not."""
        if refused := self.refusal(now):
            return refused
        if self.state is State.CLOSED:
            return Ticket(self._generation, is_probe=False)
        if self.state is State.OPEN:
            self._enter(State.HALF_OPEN)
        else:
            # The probe is overdue; whatever it says later is too old.
            self._generation += 1
        self._probe_until = now + self._limits.lease
        return Ticket(self._generation, is_probe=True)

    def succeeded(self, ticket: Ticket, now: float) -> None:
        """Note that Graph did what it was asked to."""
        if ticket.generation != self._generation:
            return
        if ticket.is_probe:
            self._close()
        else:
            self._bucket(now).calls += 1

    def failed(self, ticket: Ticket, now: float, source: str | None) -> None:
        """Note that Graph failed; one source counts a few times only.

        A single broken mailbox must not stop everybody else's.
        """
        if ticket.generation != self._generation:
            return
        if ticket.is_probe:
            self._open(now)
            return
        bucket = self._bucket(now)
        if source and self._failures_of(source) >= _MOST_FAILURES_OF_ONE:
            return
        bucket.calls += 1
        source = source or _NOBODY
        bucket.failures[source] = bucket.failures.get(source, 0) + 1
        if self._is_too_much():
            self._open(now)

    def answered(self, ticket: Ticket) -> None:
        """Note that Graph is well, though it refused: no count, but alive."""
        if ticket.is_probe and ticket.generation == self._generation:
            self._close()

    def abandoned(self, ticket: Ticket) -> None:
        """Note that a call says nothing; another may probe at once."""
        if ticket.is_probe and ticket.generation == self._generation:
            self._probe_until = 0.0

    def reset(self) -> None:
        """Close, whatever was seen; what is isolated stays so."""
        if not self.is_isolated:
            self._close()

    def isolate(self) -> None:
        """Stay open until released, whatever happens."""
        self.is_isolated = True
        self._enter(State.OPEN)

    def release(self) -> None:
        """End an isolation, and close."""
        if self.is_isolated:
            self.is_isolated = False
            self._close()

    def report(self, now: float) -> CircuitReport:
        """Tell what is known at a moment."""
        self._drop_old(now)
        calls, failures = self._counted()
        waits = self.state is State.OPEN and not self.is_isolated
        return CircuitReport(
            state=self.state,
            calls=calls,
            failures=failures,
            opens_in=max(0.0, self.opens_at - now) if waits else 0.0,
            is_isolated=self.is_isolated,
        )

    def is_idle(self, now: float) -> bool:
        """Tell whether forgetting it changes nothing."""
        self._drop_old(now)
        return self.state is State.CLOSED and not self._buckets

    def _is_too_much(self) -> bool:
        calls, failures = self._counted()
        return (
            calls >= self._limits.minimum_calls
            and failures >= self._limits.ratio * calls
        )

    def _counted(self) -> tuple[int, int]:
        """Return the calls and the failures among them."""
        calls = sum(bucket.calls for bucket in self._buckets)
        failures = sum(sum(b.failures.values()) for b in self._buckets)
        return calls, failures

    def _failures_of(self, source: str) -> int:
        return sum(b.failures.get(source, 0) for b in self._buckets)

    def _bucket(self, now: float) -> _Bucket:
        """Return the present bucket, and drop those that have left."""
        width = self._limits.window / _BUCKETS
        self._drop_old(now)
        if not self._buckets or now - self._buckets[-1].began >= width:
            self._buckets.append(_Bucket(now))
        return self._buckets[-1]

    def _drop_old(self, now: float) -> None:
        window = self._limits.window
        while self._buckets and now - self._buckets[0].began >= window:
            self._buckets.popleft()

    def _open(self, now: float) -> None:
        limits = self._limits
        span = doubled(limits.open_for, self._breaks, limits.max_open_for)
        self._breaks += 1
        self.opens_at = now + span * limits.uniform(1 - _JITTER, 1 + _JITTER)
        self._enter(State.OPEN)

    def _close(self) -> None:
        self._breaks = 0
        self._enter(State.CLOSED)

    def _enter(self, state: State) -> None:
        self.state = state
        self._generation += 1
        self._buckets.clear()
