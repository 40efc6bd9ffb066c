"""What one mailbox uses and who waits for it. Pure."""

from dataclasses import dataclass
from functools import lru_cache

from msgspec import Struct

from app.gateway.policies.adaptive import AdaptiveLimit, Bounds
from app.gateway.policies.fair_queue import FairQueue
from app.gateway.policies.window import SlidingWindow
from app.models.context import Criticality

__all__ = ["Lane", "Limits", "Ticket"]

_PAUSE = 10.0
_NEVER = float("-inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What mailboxes and tenants may do.

    Attributes:
        concurrency: Requests at once for one mailbox, at best; at worst 1.
        requests: How many of them in any ``window`` seconds.
        window: Its length in seconds.
        queue: How many may wait for one mailbox, of each criticality.
        tenant_concurrency: Requests at once for one tenant, at best.
        tenant_floor: The same, at worst.
    """

    concurrency: int
    requests: int
    window: float
    queue: int
    tenant_concurrency: int
    tenant_floor: int


class Ticket(Struct, eq=False):
    """A place in a queue, and then the right to have a call in flight.

    Attributes:
        lane: The mailbox's.
        source: The mailbox's name.
        criticality: Decides the place in the queue.
        cost: How many requests Graph counts for the call.
        entered: When the waiting began.
        permits: What it holds; 0 before its turn and after its end.
        counts_until: When the window forgets it.
        epochs: Those of the lane's and the tenant's limit when it began.
    """

    lane: "Lane"
    source: str
    criticality: Criticality
    cost: int
    entered: float
    permits: int = 0
    counts_until: float = 0.0
    epochs: tuple[int, int] = (0, 0)

    @property
    def waited_for_window(self) -> bool:
        """Whether the window was shut while it waited."""
        return self.lane.shut_at >= self.entered

    def correct(self, sent: int, now: float) -> None:
        """Have the window count the requests that were really made.

        One was reckoned with. A call that is stopped on its way makes none,
        one whose token had to be renewed makes two.
        """
        window = self.lane.window
        if sent == 0:
            window.take_back(self.cost, self.counts_until)
        elif sent > 1:
            window.add(self.cost * (sent - 1), now)


class Lane:
    """One mailbox: what is in use, and who waits."""

    __slots__ = (
        "_most_waiting",
        "in_use",
        "is_ready",
        "limit",
        "shut_at",
        "waiting",
        "window",
    )

    def __init__(self, limits: Limits) -> None:
        self.limit = AdaptiveLimit(_bounds(limits.concurrency))
        self.window = SlidingWindow(limits.requests, limits.window)
        self.waiting: FairQueue[Ticket] = FairQueue()
        self.in_use = 0
        self.is_ready = False
        self.shut_at = _NEVER
        self._most_waiting = limits.queue

    def is_idle(self, now: float) -> bool:
        """Tell whether nothing is going on, nor was for a whole window."""
        is_busy = self.in_use or len(self.waiting)
        return not is_busy and self.window.is_empty(now)

    def is_full(self, criticality: Criticality) -> bool:
        """Tell whether no more of a class may wait.

        Each class has a queue of its own length: a job that fills its queue
        does not shut out people.
        """
        return self.waiting.waiting(criticality) >= self._most_waiting

    def needs(self, ticket: Ticket) -> int:
        """Return how many permits a call takes: never more than there are.

        Graph runs four parts of a batch at once, so a batch takes four. When
        the limit is lower it takes all there are, and goes alone.
        """
        return min(ticket.cost, self.limit.value)

    def is_free_for(self, ticket: Ticket) -> bool:
        """Tell whether there are permits enough."""
        return self.in_use + self.needs(ticket) <= self.limit.value

    def shut_for(self, ticket: Ticket, now: float) -> float:
        """Return the seconds until the window has room; 0 if it has."""
        wait = self.window.opens_in(ticket.cost, now)
        if wait > 0:
            self.shut_at = now
        return wait

    def shut_for_last(self, ticket: Ticket, now: float) -> float:
        """Return the same for who has just queued up, as things stand.

        Those who go before it use up the window too, and perhaps the next.
        """
        if not self.shut_for(ticket, now):
            return 0.0
        ahead = self.waiting.ahead_of(ticket.criticality)
        cost = sum(other.cost for other in ahead)
        windows, rest = divmod(cost - 1, self.window.limit)
        opens_in = self.window.opens_in(rest + 1, now)
        return opens_in + windows * self.window.seconds


@lru_cache(maxsize=16)
def _bounds(concurrency: int) -> Bounds:
    """Return the bounds of a mailbox's limit, one object for all of them."""
    return Bounds(floor=1, ceiling=concurrency, pause=_PAUSE)
