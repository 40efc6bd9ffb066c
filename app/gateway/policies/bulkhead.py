"""So many at once, and who goes next. Pure: nobody waits in here.

A call takes permits of its mailbox and as many of its tenant, all at once or
none, so that nobody waits with permits in hand. Who is first in the queue of
a mailbox is passed by nobody: neither while it needs several permits nor
while the window has no room for it. When the tenant's permits are all in
use, its mailboxes take turns.
"""

from collections import deque

from app.gateway.policies.adaptive import (
    AdaptiveLimit,
    Bounds,
    Breadth,
    Told,
)
from app.gateway.policies.lane import Lane, Limits, Ticket

__all__ = ["Bulkhead", "QueueFull"]

_PAUSE = 1.0


class QueueFull(Exception):
    """No more may wait."""


class Bulkhead:
    """One tenant: its permits, and the turns of its mailboxes."""

    __slots__ = ("_breadth", "_ready", "_shut", "in_use", "limit", "waiting")

    def __init__(self, limits: Limits) -> None:
        self.limit = AdaptiveLimit(
            Bounds(
                floor=limits.tenant_floor,
                ceiling=limits.tenant_concurrency,
                pause=_PAUSE,
            )
        )
        self.in_use = 0
        self.waiting = 0
        self._breadth = Breadth()
        # Lanes whose first could go if the tenant had permits, in turn; and
        # those whose first waits for the window, with when it opens.
        self._ready: deque[Lane] = deque()
        self._shut: dict[Lane, float] = {}

    def is_idle(self, _now: float) -> bool:
        """Tell whether nothing is going on."""
        return not (self.in_use or self.waiting)

    def pass_by(self, ticket: Ticket) -> bool:
        """Give permits at once if nobody waits and there are enough."""
        if self.waiting:
            return False
        ticket.cost = min(ticket.cost, ticket.lane.window.limit)
        now = ticket.entered
        if not (self._could_go(ticket, now) and self._has_permits(ticket)):
            return False
        self._take(ticket, now)
        return True

    def enter(self, ticket: Ticket) -> None:
        """Queue up; whose turn it is tells `admit`.

        A call that costs more than a whole window takes a whole window.

        Raises:
            QueueFull: Too many of the same criticality wait already.
        """
        lane = ticket.lane
        if lane.is_full(ticket.criticality):
            raise QueueFull
        ticket.cost = min(ticket.cost, lane.window.limit)
        lane.waiting.push(ticket, ticket.criticality)
        self.waiting += 1
        self._sort(lane, ticket.entered)

    def admit(self, now: float) -> list[Ticket]:
        """Give permits to all whose turn it is, and return them in order."""
        for lane in [at for at, opens in self._shut.items() if opens <= now]:
            self._sort(lane, now)
        admitted = []
        while self._ready:
            lane = self._ready[0]
            ticket = lane.waiting.first()
            if ticket is not None and self._could_go(ticket, now):
                if not self._has_permits(ticket):
                    # The next permits are for this one; if others passed it,
                    # who needs several would never get them.
                    break
                self._take(lane.waiting.pop(), now)
                self.waiting -= 1
                admitted.append(ticket)
            self._ready.popleft()
            lane.is_ready = False
            self._sort(lane, now)
        return admitted

    def opens_at(self) -> float | None:
        """Return when to call `admit` though nothing has happened."""
        return min(self._shut.values(), default=None)

    def leave(self, ticket: Ticket, now: float) -> None:
        """Stop waiting, or give permits back. Idempotent."""
        lane = ticket.lane
        if ticket.permits:
            lane.in_use -= ticket.permits
            self.in_use -= ticket.permits
            ticket.permits = 0
        elif lane.waiting.discard(ticket, ticket.criticality):
            self.waiting -= 1
        self._sort(lane, now)

    def learn(self, ticket: Ticket, told: Told, now: float) -> None:
        """Move the limits by what the end of a call told, before it leaves.

        One mailbox alone does not lower the tenant's limit; see `Breadth`.
        """
        if told is Told.NOTHING:
            return
        lane, (of_lane, of_tenant) = ticket.lane, ticket.epochs
        is_refused = told is Told.TOO_MUCH
        is_general = self._breadth.note(ticket.source, now, refused=is_refused)
        if not is_refused:
            lane.limit.served(of_lane, lane.in_use, now)
            self.limit.served(of_tenant, self.in_use, now)
            return
        lane.limit.refused(of_lane)
        if is_general and self.limit.refused(of_tenant):
            self._breadth.clear()

    def _has_permits(self, ticket: Ticket) -> bool:
        return self.in_use + self._needs(ticket) <= self.limit.value

    def _needs(self, ticket: Ticket) -> int:
        return min(ticket.lane.needs(ticket), self.limit.value)

    def _could_go(self, ticket: Ticket, now: float) -> bool:
        """Tell whether the mailbox has room; note until when it has not."""
        lane = ticket.lane
        self._shut.pop(lane, None)
        if not lane.is_free_for(ticket):
            return False
        wait = lane.shut_for(ticket, now)
        if wait > 0:
            self._shut[lane] = now + wait
        return wait == 0

    def _sort(self, lane: Lane, now: float) -> None:
        """Put a lane where it belongs, after anything happened to it."""
        ticket = lane.waiting.first()
        if ticket is None:
            self._shut.pop(lane, None)
        elif self._could_go(ticket, now) and not lane.is_ready:
            lane.is_ready = True
            self._ready.append(lane)

    def _take(self, ticket: Ticket, now: float) -> None:
        lane = ticket.lane
        ticket.permits = self._needs(ticket)
        ticket.epochs = (lane.limit.epoch, self.limit.epoch)
        ticket.counts_until = lane.window.add(ticket.cost, now)
        lane.in_use += ticket.permits
        self.in_use += ticket.permits
