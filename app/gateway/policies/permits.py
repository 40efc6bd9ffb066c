"""Policy: no more at once, and in a while, than Graph allows.

Graph lets an app make four requests at a time and 10,000 in ten minutes to
one mailbox (https://learn.microsoft.com/graph/throttling-limits); the fifth
is refused. Where the limits of a tenant as a whole are, nobody knows
beforehand: they are felt for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from msgspec import Struct

from app.clock import Clock, Deadline
from app.gateway.calls import GraphCall, Reply, ScopeKey, Send
from app.gateway.policies.adaptive import Told, told_by
from app.gateway.policies.waiting import Waits
from app.models.context import Criticality
from app.problems.errors import ExchangeError
from app.telemetry.recorder import Telemetry

__all__ = ["Lease", "PermitPolicy", "Permits", "Report", "Usage", "Wish"]


class Wish(Struct, frozen=True, kw_only=True):
    """What to take permits for.

    ``cost`` is how many requests Graph counts for the call; it takes as many
    permits, up to those of a mailbox.
    """

    key: ScopeKey
    cost: int
    criticality: Criticality
    deadline: Deadline


class Lease(Struct, frozen=True, kw_only=True):
    """The right to have a call in flight, until it is given back.

    Where permits are shared by several processes it runs out by itself one
    day, in case its holder died.

    Attributes:
        id: Tells it from all others.
        key: What it was given for.
        kind: What was waited for last: ``permit`` or ``window``.
    """

    id: str
    key: ScopeKey
    kind: str = "permit"


class Report(Struct, frozen=True, kw_only=True):
    """How a call ended, for the limits to learn from.

    ``sent`` is how many requests were made: none if the call was stopped on
    its way, two if the token had to be renewed.
    """

    told: Told
    sent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What is going on at one moment, for operators.

    Attributes:
        key: A mailbox; or a tenant, then without a name.
        limit: How many requests at once Graph is trusted to take now.
        in_use: Permits in use.
        waiting: Calls that wait.
    """

    key: ScopeKey
    limit: int
    in_use: int
    waiting: int


class Permits(Protocol):
    """Gives out permits to send requests, in a fair order."""

    async def acquire(self, wish: Wish) -> Lease:
        """Return the permits as soon as it is their turn.

        Who is cancelled meanwhile holds nothing, at whatever moment it
        happens.

        Raises:
            ServiceOverloaded: Too many wait for this mailbox.
            GraphThrottled: The window is used up for longer than there is
                time.
            DeadlineExceeded: No turn came in time.
        """

    def release(self, lease: Lease, report: Report) -> None:
        """Give permits back. Idempotent.

        Does not wait, for it is also called while a call is cancelled: what
        takes time to do is done later.
        """

    def tenants(self) -> Iterator[Usage]:
        """Yield what is known of each tenant."""

    def mailboxes(self) -> Iterator[Usage]:
        """Yield where something is going on or the limit is lowered."""


class PermitPolicy:
    """Holds permits for as long as Graph works on the request.

    Those of a streamed answer are given back when the stream is closed.
    """

    def __init__(
        self, permits: Permits, clock: Clock, telemetry: Telemetry
    ) -> None:
        self._permits = permits
        self._waits = Waits(clock, telemetry)

    async def __call__(self, call: GraphCall, send: Send) -> Reply:
        """Send the call when it is its turn."""
        lease = await self._acquire(call)
        sent_before = call.tally.sent

        def give_back(told: Told) -> None:
            sent = call.tally.sent - sent_before
            self._permits.release(lease, Report(told=told, sent=sent))

        try:
            reply = await send(call)
        except ExchangeError as error:
            give_back(told_by(error))
            raise
        except BaseException:
            give_back(Told.NOTHING)
            raise
        if reply.stream is None:
            give_back(Told.SERVED)
        else:
            reply.stream.on_close(lambda: give_back(Told.SERVED))
        return reply

    async def _acquire(self, call: GraphCall) -> Lease:
        wish = Wish(
            key=call.scope,
            cost=call.cost,
            criticality=call.context.criticality,
            deadline=call.deadline,
        )
        with self._waits.told(call, "permit") as wait:
            lease = await self._permits.acquire(wish)
            wait.kind = lease.kind
        return lease
