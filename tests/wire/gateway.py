"""The gateway with the real transport, in front of a server on this machine.

Entra ID is the sandbox's, without sockets.
"""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from app.clock import Clock, Deadline, SystemClock
from app.gateway.calls import GraphCall, Send
from app.gateway.operations.entry import Operation
from app.models.context import CallContext
from app.sandbox import Sandbox
from app.telemetry.logs import EventLog
from app.telemetry.recorder import Telemetry
from app.transport.aiohttp_transport import AiohttpTransport
from app.wiring.parts import Parts, build_parts
from app.wiring.policies import build_breaker, live_chain
from tests.support.gateway import READ
from tests.support.service import settings_for

__all__ = ["WireGateway", "wire_gateway"]


class _Network(httpx.AsyncBaseTransport):
    """Takes requests for tokens to the sandbox, and all others to the wire."""

    def __init__(self, wire: AiohttpTransport) -> None:
        self._wire = wire
        self._entra = httpx.ASGITransport(app=Sandbox().app)

    async def handle_async_request(
        self, request: httpx.Request
    ) -> httpx.Response:
        is_graph = request.url.path.startswith("/v1.0/")
        carrier = self._wire if is_graph else self._entra
        return await carrier.handle_async_request(request)


@dataclass(frozen=True, kw_only=True)
class WireGateway:
    """The way to Graph, and the pool that it uses."""

    live: Send
    parts: Parts
    wire: AiohttpTransport

    def call(
        self, mailbox: str = "ada@contoso.example", operation: Operation = READ
    ) -> GraphCall:
        """Return a call, by default a read that is not kept."""
        context = CallContext(
            tenant="contoso",
            principal="app",
            deadline=Deadline(self.parts.clock, 30.0),
            request_id="test",
        )
        target = operation.path.format(mailbox=mailbox, message="m1")
        return GraphCall(
            operation=operation,
            context=context,
            mailbox=mailbox,
            target=target,
        )


@asynccontextmanager
async def wire_gateway(
    data_dir: Path,
    url: str,
    *,
    clock: Clock | None = None,
    telemetry: Telemetry | None = None,
    **changes: Any,
) -> AsyncIterator[WireGateway]:
    """Build the gateway in front of a server; tokens are there already."""
    settings = settings_for(
        data_dir, **{"graph_base_url": f"{url}/v1.0", **changes}
    )
    telemetry = telemetry or Telemetry(EventLog(io.StringIO()))
    async with AiohttpTransport(
        limit=settings.pool.connections,
        connect_timeout=settings.timeouts.connect,
        max_age=settings.pool.max_age,
    ) as wire:
        parts = build_parts(
            settings,
            telemetry,
            _Network(wire),
            clock or SystemClock(),
        )
        live = live_chain(parts, build_breaker(parts))
        await parts.tokens.token("contoso", Deadline(parts.clock, 30.0))
        try:
            yield WireGateway(live=live, parts=parts, wire=wire)
        finally:
            await parts.aclose()
