"""Policy: no more at once, and in a while, than Graph allows.

Graph lets an app make four requests at a time and 10,000 in ten minutes to
one mailbox (https://learn.microsoft.com/graph/throttling-limits); the fifth
is refused.
"""

import asyncio
from dataclasses import dataclass
from typing import Protocol

from app.clock import Clock, Deadline
from app.gateway.calls import GraphCall, Reply, ScopeKey, Send
from app.gateway.policies.bulkhead import Bulkhead, QueueFull
from app.gateway.policies.keyed import Keyed
from app.gateway.policies.window import SlidingWindow
from app.problems.failures import DeadlineExceeded, ServiceOverloaded
from app.problems.graph_failures import GraphThrottled
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.metrics import GRAPH_WAIT

__all__ = ["Limits", "LocalPermits", "PermitPolicy", "Permits"]

_MOST_KEYS = 100_000
_COME_BACK = 1.0


class Permits(Protocol):
    """Gives out permits to send requests."""

    async def acquire(
        self, key: ScopeKey, cost: int, deadline: Deadline
    ) -> int:
        """Return the number of permits taken, as soon as there are enough.

        Raises:
            ServiceOverloaded: Too many wait for this key.
            GraphThrottled: The window is used up for longer than there is
                time.
            DeadlineExceeded: No turn came in time.
        """

    def release(self, key: ScopeKey, count: int) -> None:
        """Give permits back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What each key may do.

    ``concurrency`` requests at once, ``requests`` of them in any ``window``
    seconds, and ``queue`` waiting.
    """

    concurrency: int
    requests: int
    window: float
    queue: int


class _Lane:
    """One key's permits."""

    __slots__ = ("bulkhead", "window")

    def __init__(self, limits: Limits) -> None:
        self.bulkhead = Bulkhead(limits.concurrency, limits.queue)
        self.window = SlidingWindow(limits.requests, limits.window)

    def is_idle(self, now: float) -> bool:
        idle = not (self.bulkhead.in_use or self.bulkhead.waiting)
        return idle and self.window.is_empty(now)


class LocalPermits:
    """`Permits` of one process."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._lanes: Keyed[ScopeKey, _Lane] = Keyed(
            lambda: _Lane(limits), now=clock.now, most=_MOST_KEYS
        )

    async def acquire(
        self, key: ScopeKey, cost: int, deadline: Deadline
    ) -> int:
        """Return the number of permits taken; see `Permits`."""
        lane = self._lanes[key]
        count = min(cost, self._limits.concurrency)
        while True:
            await self._take(lane.bulkhead, count, deadline)
            wait = lane.window.opens_in(cost, self._clock.now())
            if wait == 0:
                lane.window.add(cost, self._clock.now())
                return count
            # Nobody waits for the window with a permit in hand.
            lane.bulkhead.release(count)
            if wait >= deadline.left():
                raise GraphThrottled(
                    "The requests that Microsoft Graph allows for this"
                    " mailbox are used up for now.",
                    retry_after=wait,
                )
            await self._clock.sleep(wait)

    def release(self, key: ScopeKey, count: int) -> None:
        """Give permits back."""
        self._lanes[key].bulkhead.release(count)

    async def _take(
        self, bulkhead: Bulkhead, count: int, deadline: Deadline
    ) -> None:
        try:
            async with asyncio.timeout(deadline.left()):
                await bulkhead.acquire(count)
        except QueueFull as e:
            raise ServiceOverloaded(
                "Too many requests wait for this mailbox.",
                retry_after=_COME_BACK,
            ) from e
        except TimeoutError as e:
            raise DeadlineExceeded(
                "Other requests for this mailbox took all the time."
            ) from e


class PermitPolicy:
    """Holds a permit for as long as Graph works on the request.

    The permit of a streamed answer is given back when the stream is closed.
    """

    def __init__(
        self, permits: Permits, clock: Clock, telemetry: Telemetry
    ) -> None:
        self._permits = permits
        self._clock = clock
        self._telemetry = telemetry

    async def __call__(self, call: GraphCall, send: Send) -> Reply:
        """Send the call when it is its turn."""
        key = call.scope
        count = await self._acquire(call, key)
        try:
            reply = await send(call)
        except BaseException:
            self._permits.release(key, count)
            raise
        if reply.stream is None:
            self._permits.release(key, count)
        else:
            reply.stream.on_close(lambda: self._permits.release(key, count))
        return reply

    async def _acquire(self, call: GraphCall, key: ScopeKey) -> int:
        began = self._clock.now()
        count = await self._permits.acquire(
            key, call.operation.cost, call.deadline
        )
        waited = self._clock.now() - began
        if waited > 0:
            labels = {
                "tenant": call.context.tenant,
                "workload": call.operation.workload,
                "kind": "permit",
            }
            self._telemetry.measure(GRAPH_WAIT, waited, labels)
            call.context.costs.queue += waited
        return count
