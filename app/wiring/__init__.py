"""Build the object graph. The one place where layers meet."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx

from app.callers.quotas import Quotas
from app.clock import Clock, Stopping, SystemClock
from app.gateway.policies.window import SlidingWindow
from app.services.once import Once
from app.services.state import AppState
from app.settings import Settings
from app.telemetry.recorder import Telemetry
from app.transport.aiohttp_transport import AiohttpTransport
from app.wiring.callers import authentication
from app.wiring.gauges import watch_gauges, watch_quotas
from app.wiring.ledger import idempotency, ledger_parts
from app.wiring.parts import build_parts
from app.wiring.policies import (
    build_breaker,
    build_pipeline,
    live_chain,
)
from app.wiring.sending import build_sending
from app.wiring.services import Guards, build_services

__all__ = ["assemble"]


@asynccontextmanager
async def assemble(
    settings: Settings,
    telemetry: Telemetry,
    *,
    network: httpx.AsyncBaseTransport | None = None,
    clock: Clock | None = None,
    stopping: Stopping | None = None,
) -> AsyncIterator[AppState]:
    """Build everything, and close it again at the end.

    Args:
        settings: The configuration.
        telemetry: Where signals go.
        network: Carries requests to Graph and Entra ID; real by default.
        clock: Tells the time; the event loop's by default.
        stopping: Thrown when the process is told to stop.

    Raises:
        OSError: The data directory cannot be used.
        ValueError: What is in it cannot be read.
    """
    carrier = network or AiohttpTransport(
        limit=settings.pool.connections,
        connect_timeout=settings.timeouts.connect,
        max_age=settings.pool.max_age,
    )
    async with carrier:
        parts = build_parts(
            settings, telemetry, carrier, clock or SystemClock()
        )
        if stopping is not None:
            parts = replace(parts, stopping=stopping)
        breaker = build_breaker(parts)
        pipeline = build_pipeline(parts, live_chain(parts, breaker), breaker)
        watch_gauges(parts, breaker)
        quotas = Quotas(SlidingWindow, parts.clock)
        watch_quotas(telemetry, quotas)
        async with (
            authentication(parts) as authenticate,
            ledger_parts(parts) as book,
        ):
            requests = idempotency(parts, book)
            once = Once(requests, book.presence, telemetry)
            sending = build_sending(parts, book, pipeline, requests, once)
            guards = Guards(authenticate, breaker, quotas)
            state = build_services(parts, pipeline, sending, once, guards)
            sending.workers.start()
            try:
                yield state
            finally:
                parts.stopping.begin()
                await once.aclose()
                await requests.aclose()
                await sending.workers.aclose()
                await state.health.aclose()
                await parts.aclose()
