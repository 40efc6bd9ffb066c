"""Requests to Graph as they arrive: which route, whose mailbox."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.sandbox.calls import Call, kept_headers
from app.sandbox.graph.routes import ROUTES, Route
from app.sandbox.request import Request
from app.sandbox.routing import Found
from app.sandbox.state.directory import User
from app.sandbox.wire import GraphError
from app.sandbox.world import World

__all__ = ["Arrival", "receive"]

# Callers are to name the mailbox, for whomever they act.
ME = "/me request is only valid with delegated authentication flow."


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A request, the record of it, and where it leads.

    ``found`` is a refusal when the path leads nowhere, which only callers
    with a token get to hear. ``user`` may belong to another tenant.
    """

    request: Request
    call: Call
    found: Found[Route] | GraphError
    user: User | None

    @property
    def params(self) -> Mapping[str, str]:
        """What is in the path."""
        return {} if isinstance(self.found, GraphError) else self.found.params


def receive(request: Request, world: World, *, batched: bool) -> Arrival:
    """Look up what a request asks for; its caller is not known yet."""
    call = Call(
        at=world.clock.monotonic(),
        method=request.method,
        route=request.path,
        path=request.path,
        query=request.query,
        headers=kept_headers(request.headers),
        authorized=request.header("authorization") is not None,
        batched=batched,
        size=len(request.body),
    )
    try:
        found = _find(request)
    except GraphError as refusal:
        return Arrival(request=request, call=call, found=refusal, user=None)
    name = found.params.get("mailbox")
    user = world.directory.find(name) if name else None
    call = replace(
        call,
        route=found.template,
        mailbox=user.address if user else name,
    )
    return Arrival(request=request, call=call, found=found, user=user)


def _find(request: Request) -> Found[Route]:
    _, *segments = request.segments
    if segments[:1] == ["me"]:
        raise GraphError(400, "BadRequest", ME)
    return ROUTES.find(request.method, tuple(segments))
