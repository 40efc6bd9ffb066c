"""The gateway alone, in front of a scripted Graph."""

import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cache
from hashlib import sha256
from math import inf
from pathlib import Path
from typing import Any

from app.clock import Clock, Deadline, SystemClock
from app.gateway.cache.store import Store
from app.gateway.calls import GraphCall, Send
from app.gateway.operations.entry import Idempotency, Operation, Workload
from app.gateway.operations.mail import LIST_MESSAGES
from app.gateway.pipeline import Pipeline
from app.gateway.policies.breaker import Breaker
from app.models.answers import Answer
from app.models.context import (
    APP,
    Assertion,
    CacheControl,
    CallContext,
    Criticality,
)
from app.telemetry.logs import EventLog
from app.telemetry.recorder import Telemetry
from app.transport.graph import Reply
from app.wiring.parts import Parts, build_parts
from app.wiring.policies import (
    build_breaker,
    build_pipeline,
    live_chain,
)
from tests.support.scripted import ScriptedGraph
from tests.support.service import settings_for

__all__ = ["READ", "SEND_MAIL", "Gateway", "gateway"]

READ = replace(LIST_MESSAGES, fresh=0.0, stale=0.0)
"""A read that is not kept."""

SEND_MAIL = Operation(
    name="test.send_mail",
    method="POST",
    path="/users/{mailbox}/sendMail",
    workload=Workload.MAIL_WRITE,
    permission="Mail.Send",
    idempotency=Idempotency.UNSAFE,
)
"""The most dangerous of Graph's operations, which the service avoids."""


class Gateway:
    """The real chain of policies, and a short way to call it."""

    def __init__(
        self,
        graph: ScriptedGraph,
        parts: Parts,
        pipeline: Pipeline,
        live: Send,
    ) -> None:
        self.graph = graph
        self.parts = parts
        self.pipeline = pipeline
        self.live = live
        self.breaker: Breaker
        self.log = io.StringIO()

    def call(
        self,
        operation: Operation = READ,
        *,
        mailbox: str = "ada@contoso.example",
        tenant: str = "contoso",
        seconds: float = 30.0,
        **options: Any,
    ) -> GraphCall:
        """Return a call, by default a read that is not kept."""
        principal = options.pop("principal", APP)
        context = CallContext(
            tenant=tenant,
            principal=principal,
            on_behalf_of=None if principal == APP else _assertion(self.graph),
            deadline=Deadline(self.parts.clock, seconds),
            request_id="test",
            cache=options.pop("cache", CacheControl()),
            criticality=options.pop("criticality", Criticality.INTERACTIVE),
        )
        target = operation.path.format(
            mailbox=mailbox, message="m1", attachment="a1", folder="f1"
        )
        return GraphCall(
            operation=operation,
            context=context,
            mailbox=mailbox,
            **{"target": target, **options},
        )

    async def ask(self, operation: Operation = READ, **options: Any) -> Answer:
        """Make a call by the whole chain."""
        return await self.pipeline.ask(self.call(operation, **options))

    async def send(self, operation: Operation = READ, **options: Any) -> Reply:
        """Make a call by the part of the chain that leads to Graph."""
        return await self.live(self.call(operation, **options))


@cache
def _assertion(graph: ScriptedGraph) -> Assertion:
    """Return what anybody but the app has signed in with."""
    token = graph.entra.caller_token(
        "contoso.example", user="ada@contoso.example"
    )
    digest = sha256(token.encode()).hexdigest()
    return Assertion(token=token, digest=digest, expires_at=inf)


def midpoint(low: float, high: float) -> float:
    """Stand in for randomness: neither high nor low."""
    return (low + high) / 2


@asynccontextmanager
async def gateway(
    data_dir: Path,
    graph: ScriptedGraph,
    *,
    clock: Clock | None = None,
    uniform: Callable[[float, float], float] = midpoint,
    store: Store | None = None,
    **changes: Any,
) -> AsyncIterator[Gateway]:
    """Build the gateway in front of a Graph; tokens are there already.

    Unless a test hands in another ``uniform``, answers are fresh for exactly
    the time that is set. Besides settings it may hand in a ``telemetry``.
    """
    log = io.StringIO()
    telemetry = changes.pop("telemetry", None) or Telemetry(
        EventLog(log), hash_key=b"tests"
    )
    settings = settings_for(data_dir, **changes)
    parts = build_parts(
        settings, telemetry, graph, clock or SystemClock(), uniform=uniform
    )
    if store is not None:
        parts = replace(parts, store=store)
    breaker = build_breaker(parts)
    live = live_chain(parts, breaker)
    built = Gateway(graph, parts, build_pipeline(parts, live, breaker), live)
    built.breaker = breaker
    built.log = log
    for tenant in ("contoso", "fabrikam"):
        await parts.tokens.token(tenant, Deadline(parts.clock, 30.0))
    try:
        yield built
    finally:
        await parts.aclose()


def events(log: io.StringIO, name: str) -> list[dict[str, Any]]:
    """Return the lines of a log that tell of an event."""
    lines = map(json.loads, log.getvalue().splitlines())
    return [line for line in lines if line["event"] == name]
