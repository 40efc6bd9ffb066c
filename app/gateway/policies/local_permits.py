"""Permits of one process: `Bulkhead` decides, and here it is waited."""

import asyncio
from collections.abc import Iterator
from itertools import count

from app.clock import Clock, Deadline
from app.gateway.calls import ScopeKey
from app.gateway.policies.bulkhead import Bulkhead, QueueFull
from app.gateway.policies.lane import Lane, Limits, Ticket
from app.gateway.policies.permits import Lease, Report, Usage, Wish
from app.keyed import Keyed
from app.problems.errors import ExchangeError
from app.problems.failures import DeadlineExceeded, ServiceOverloaded
from app.problems.graph_failures import GraphThrottled

__all__ = ["LocalPermits"]

_COME_BACK = 1.0


class _Tenant:
    """A tenant's bulkhead, and what wakes it when a window opens."""

    __slots__ = ("bulkhead", "timer")

    def __init__(self, limits: Limits) -> None:
        self.bulkhead = Bulkhead(limits)
        self.timer: asyncio.TimerHandle | None = None

    def is_idle(self, now: float) -> bool:
        return self.bulkhead.is_idle(now)


class LocalPermits:
    """`Permits` of one process.

    What it knows of idle mailboxes and tenants it forgets, the oldest first,
    if they are too many.
    """

    def __init__(
        self,
        limits: Limits,
        clock: Clock,
        *,
        most_mailboxes: int = 100_000,
        most_tenants: int = 1_000,
    ) -> None:
        self._clock = clock
        self._lanes: Keyed[ScopeKey, Lane] = Keyed(
            lambda _: Lane(limits), now=clock.now, most=most_mailboxes
        )
        self._tenants: Keyed[str, _Tenant] = Keyed(
            lambda _: _Tenant(limits), now=clock.now, most=most_tenants
        )
        self._turns: dict[Ticket, asyncio.Future[None]] = {}
        self._held: dict[str, Ticket] = {}
        self._ids = count(1)

    async def acquire(self, wish: Wish) -> Lease:
        """Return permits; see `Permits`."""
        tenant = self._tenants[wish.key.tenant]
        ticket = Ticket(
            lane=self._lanes[wish.key],
            source=wish.key.name,
            criticality=wish.criticality,
            cost=wish.cost,
            entered=self._clock.now(),
        )
        if not tenant.bulkhead.pass_by(ticket):
            await self._queue(tenant, ticket, wish.deadline)
        lease = Lease(
            id=str(next(self._ids)),
            key=wish.key,
            kind="window" if ticket.waited_for_window else "permit",
        )
        self._held[lease.id] = ticket
        return lease

    def release(self, lease: Lease, report: Report) -> None:
        """Give permits back; see `Permits`."""
        ticket = self._held.pop(lease.id, None)
        if ticket is None:
            return
        now = self._clock.now()
        tenant = self._tenants[lease.key.tenant]
        tenant.bulkhead.learn(ticket, report.told, now)
        ticket.correct(report.sent, now)
        tenant.bulkhead.leave(ticket, now)
        if tenant.bulkhead.waiting:
            self._let_in(tenant)

    def tenants(self) -> Iterator[Usage]:
        """Yield what is known of each tenant."""
        for name, tenant in self._tenants.items():
            bulkhead = tenant.bulkhead
            yield Usage(
                key=ScopeKey(name, ""),
                limit=bulkhead.limit.value,
                in_use=bulkhead.in_use,
                waiting=bulkhead.waiting,
            )

    def mailboxes(self) -> Iterator[Usage]:
        """Yield where something is going on or the limit is lowered."""
        for key, lane in self._lanes.items():
            usage = Usage(
                key=key,
                limit=lane.limit.value,
                in_use=lane.in_use,
                waiting=len(lane.waiting),
            )
            if usage.in_use or usage.waiting or lane.limit.is_lowered:
                yield usage

    async def _queue(
        self, tenant: _Tenant, ticket: Ticket, deadline: Deadline
    ) -> None:
        try:
            tenant.bulkhead.enter(ticket)
        except QueueFull as e:
            raise ServiceOverloaded(
                "Too many requests wait for this mailbox.",
                retry_after=_COME_BACK,
            ) from e
        try:
            self._let_in(tenant)
            if not ticket.permits:
                await self._turn(ticket, deadline)
        except BaseException:
            # Also if the turn came in the same moment.
            tenant.bulkhead.leave(ticket, self._clock.now())
            self._let_in(tenant)
            raise

    async def _turn(self, ticket: Ticket, deadline: Deadline) -> None:
        """Wait until a ticket has its permits, or give up."""
        wait = ticket.lane.shut_for_last(ticket, self._clock.now())
        if wait >= deadline.left():
            raise _no_turn(wait)
        turn = asyncio.get_running_loop().create_future()
        self._turns[ticket] = turn
        try:
            while not turn.done():
                # The deadline may be extended, so it is asked each time.
                left = deadline.left()
                if left <= 0:
                    now = self._clock.now()
                    raise _no_turn(ticket.lane.shut_for(ticket, now))
                await asyncio.wait([turn], timeout=left)
        finally:
            self._turns.pop(ticket, None)

    def _let_in(self, tenant: _Tenant) -> None:
        """Wake whose turn it is, and come back when a window opens."""
        now = self._clock.now()
        for ticket in tenant.bulkhead.admit(now):
            turn = self._turns.get(ticket)
            if turn is not None:
                turn.set_result(None)
        if tenant.timer is not None:
            tenant.timer.cancel()
            tenant.timer = None
        opens_at = tenant.bulkhead.opens_at()
        if opens_at is not None:
            tenant.timer = asyncio.get_running_loop().call_later(
                opens_at - now, self._let_in, tenant
            )


def _no_turn(shut_for: float) -> ExchangeError:
    """Return the error for who cannot be served in time, and why."""
    if shut_for > 0:
        return GraphThrottled(
            "The requests that Microsoft Graph allows for this mailbox are"
            " used up for now.",
            retry_after=shut_for,
        )
    return DeadlineExceeded(
        "Other requests for this mailbox took all the time."
    )
