"""One call to Graph, and the chain of policies that it passes.

A policy is a step around a call: it may repeat it, delay it, refuse it or
answer it from elsewhere, and usually just sends it on. What comes back as a
`Reply` is always a 2xx answer of Graph's, or a 304 if one was asked for;
everything else is raised as an
`ExchangeError` that tells what became of the request. A policy lets pass
what is not its business, `asyncio.CancelledError` above all, and holds
nothing once it has returned or raised, except through `Reply.stream`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial, reduce
from typing import NamedTuple, Protocol, TypeVar

from msgspec import Struct, field

from app.clock import Deadline
from app.gateway.batches import Batch, Group
from app.gateway.operations.entry import Operation, Scope
from app.models.answers import Answer
from app.models.context import CallContext
from app.problems.errors import ExchangeError
from app.transport.graph import Reply

__all__ = [
    "Ask",
    "GraphCall",
    "Policy",
    "Reply",
    "ScopeKey",
    "Send",
    "Tally",
    "chain",
]

T = TypeVar("T")


class ScopeKey(NamedTuple):
    """What Graph counts its limits for: an app and a mailbox, usually."""

    tenant: str
    name: str


class Tally(Struct):
    """What has become of one call so far.

    ``sent`` counts its requests; ``in_doubt`` tells whether one of them may
    have been carried out unseen. ``hidden`` is the failure in whose place an
    older answer was given.
    """

    sent: int = 0
    in_doubt: bool = False
    hidden: ExchangeError | None = None


class GraphCall(Struct, frozen=True, kw_only=True):
    """What to ask of Graph, for whom and by when.

    Attributes:
        operation: The entry in the table of operations.
        context: Who asks, by when, and what will do.
        mailbox: The mailbox's address in lower case, or its object id; None
            for what belongs to no mailbox.
        target: Path and query below Graph's version, percent-encoded.
        elsewhere: The address to send it to instead, one that Graph gave and
            that was looked at: of an upload session, which needs no token.
        headers: Headers beside those that every request has.
        body: JSON, if any.
        representation: Which form of the resource; see `Translation`.
        binding: What a cursor to the next page is good for.
        kept: An answer given before, which Graph may confirm instead of
            sending it anew.
        once: Whether it is not to be repeated: who sent it comes back by
            itself.
        group: Calls that it may share a request with.
        batch: What it carries, if it is the request that others share.
        tally: Keeps count of the requests made for the call.
        token: The access token, once there is one.
        client_request_id: The GUID of one request, once it is made.
        fresh_connection: Whether to use none that was used before.
    """

    operation: Operation
    context: CallContext
    target: str
    elsewhere: str | None = None
    mailbox: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    representation: str = ""
    binding: str = ""
    kept: Answer | None = None
    once: bool = False
    group: Group | None = None
    batch: Batch | None = None
    tally: Tally = field(default_factory=Tally)
    token: str = ""
    client_request_id: str = ""
    fresh_connection: bool = False

    @property
    def deadline(self) -> Deadline:
        """When the answer must be there."""
        return self.context.deadline

    @property
    def cost(self) -> int:
        """Requests that Graph counts for it, and permits that it takes."""
        if self.batch is not None:
            return len(self.batch.missing())
        return self.operation.cost

    @property
    def scope(self) -> ScopeKey:
        """What its gate and its permits belong to."""
        if self.operation.scope is Scope.MAILBOX and self.mailbox:
            return ScopeKey(self.context.tenant, self.mailbox)
        return ScopeKey(self.context.tenant, f"/{self.operation.workload}")

    @property
    def health(self) -> ScopeKey:
        """What its breaker and its budget belong to."""
        return ScopeKey(self.context.tenant, self.operation.workload)


Send = Callable[[GraphCall], Awaitable[Reply]]
Ask = Callable[[GraphCall], Awaitable[Answer]]


class Policy(Protocol):
    """A step around a call; see the head of this file."""

    async def __call__(self, call: GraphCall, send: Send) -> Reply:
        """Answer the call, usually by sending it on."""


def chain(policies: Sequence[Policy], send: Send) -> Send:
    """Wrap a sender in policies, the first one outermost."""
    return reduce(
        lambda inner, policy: partial(policy, send=inner),
        reversed(policies),
        send,
    )
