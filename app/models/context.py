"""What one request carries through the layers, beside its own parameters."""

import dataclasses
from dataclasses import dataclass
from enum import StrEnum

from msgspec import Struct, field
from msgspec.structs import replace

from app.clock import Deadline

__all__ = [
    "APP",
    "Assertion",
    "CacheControl",
    "CallContext",
    "Costs",
    "Criticality",
    "InMailbox",
]

APP = "app"
"""The principal of calls that are made with this service's own rights."""


class Criticality(StrEnum):
    """How much it matters that a request is served now, the most first.

    - ``interactive``: somebody waits for the answer;
    - ``sync``: a program walks through a mailbox and can go on later;
    - ``backfill``: nobody misses it today.
    """

    INTERACTIVE = "interactive"
    SYNC = "sync"
    BACKFILL = "backfill"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """A user's own token, for which Entra ID gives one for Graph.

    ``digest`` is its SHA-256 in hexadecimal, by which it is known: the token
    itself is no key of anything. ``expires_at`` is in seconds of the Unix
    epoch.
    """

    token: str = dataclasses.field(repr=False)
    digest: str
    expires_at: float


class CacheControl(Struct, frozen=True, kw_only=True):
    """How old an answer may be (RFC 9111 §5.2.1, RFC 5861 §4).

    ``max_age`` and ``stale_if_error`` are in seconds; None leaves it to the
    operation.
    """

    no_cache: bool = False
    only_if_cached: bool = False
    max_age: float | None = None
    stale_if_error: float | None = None


class Costs(Struct):
    """What a request has cost so far; its parts add to it as they go.

    ``graph_calls`` are requests that were sent, ``graph_cost`` what Graph
    counts them for. Times are in seconds: ``queue`` for permits, gates and
    backoff, ``token`` for Entra ID, ``graph`` for Graph itself.
    """

    graph_calls: int = 0
    graph_cost: int = 0
    queue: float = 0.0
    token: float = 0.0
    graph: float = 0.0


class CallContext(Struct, frozen=True, kw_only=True):
    """Who asks, by when, and what will do.

    ``tenant`` is the alias of a configured tenant. ``principal`` is whose
    rights are used: `APP` for the service's own, or the object id of a user,
    whose token ``on_behalf_of`` is. Nothing that was fetched for one pair of
    tenant and principal is ever given to another. ``caller`` is the name of
    who asks. ``criticality`` decides who goes first where several wait.
    ``respond_async`` is whether the caller rather has an answer at once than
    one that tells how it ended (RFC 7240).
    """

    tenant: str
    principal: str
    deadline: Deadline
    request_id: str
    caller: str = ""
    on_behalf_of: Assertion | None = None
    cache: CacheControl = CacheControl()
    criticality: Criticality = Criticality.INTERACTIVE
    respond_async: bool = False
    costs: Costs = field(default_factory=Costs)


class InMailbox(Struct, frozen=True):
    """A request that is about one mailbox.

    ``mailbox`` is an address or an object id in lower case: the one name by
    which limits and what is kept know it. ``asked_as`` is the caller's own
    name for it, in lower case too; cursors are good for that one.
    """

    context: CallContext
    mailbox: str
    asked_as: str

    def until(self, deadline: Deadline) -> "InMailbox":
        """Return the same request, with other time."""
        context = replace(self.context, deadline=deadline)
        return replace(self, context=context)

    def plain(self) -> "InMailbox":
        """Return the same request, as if it had no wishes for the cache.

        For writes: those are about what is read.
        """
        context = replace(self.context, cache=CacheControl())
        return replace(self, context=context)

    def live(self) -> "InMailbox":
        """Return the same request, accepting nothing that was kept."""
        context = replace(self.context, cache=CacheControl(no_cache=True))
        return replace(self, context=context)
