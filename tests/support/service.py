"""The whole service in one process, with the sandbox as its Graph."""

import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from asgi_lifespan import LifespanManager
from fastapi import FastAPI

from app.callers.identity import Authenticate
from app.clock import Clock, Stopping, SystemClock
from app.main import create_app
from app.routers.instrumentation import instrument
from app.sandbox import Sandbox
from app.services.state import AppState
from app.settings import Settings
from app.telemetry.logs import EventLog
from app.telemetry.providers import Providers
from app.telemetry.recorder import Telemetry
from app.wiring import assemble
from tests.support.contract import Contract
from tests.support.document import generated
from tests.support.empty_ledger import lay_out
from tests.support.network import SandboxNetwork

__all__ = [
    "CONTOSO",
    "FABRIKAM",
    "SandboxClock",
    "Service",
    "settings_for",
    "started",
]

GRAPH = "http://127.0.0.1"
_NO_PROVIDERS = Providers()
CONTOSO = {
    "alias": "contoso",
    "tenant_id": "11111111-1111-4111-8111-111111111111",
    "client_id": "22222222-2222-4222-8222-222222222222",
    "client_secret": "sandbox-secret",
}
FABRIKAM = {
    "alias": "fabrikam",
    "tenant_id": "33333333-3333-4333-8333-333333333333",
    "client_id": "44444444-4444-4444-8444-444444444444",
    "client_secret": "sandbox-secret-2",
}


@dataclass(kw_only=True)
class Service:
    """A running service, and what a test may want of it."""

    app: FastAPI
    client: httpx.AsyncClient
    clock: Clock
    contract: Contract
    network: SandboxNetwork
    sandbox: Sandbox
    state: AppState
    stopping: Stopping
    log: io.StringIO

    def events(self, name: str) -> list[dict[str, Any]]:
        """Return the log lines of an event."""
        lines = map(json.loads, self.log.getvalue().splitlines())
        return [line for line in lines if line["event"] == name]


def settings_for(data_dir: Path, **changes: Any) -> Settings:
    """Return settings that point at the sandbox."""
    if not changes:
        return _usual().model_copy(update={"data_dir": data_dir})
    return _settings(data_dir=data_dir, **changes)


@cache
def _usual() -> Settings:
    """Return what most tests start with; to read it takes milliseconds."""
    return _settings()


def _settings(**changes: Any) -> Settings:
    values: dict[str, Any] = {
        "auth_mode": "none",
        "authority_url": GRAPH,
        "graph_base_url": f"{GRAPH}/v1.0",
        "secret_keys": ["a-key-of-the-tests"],
        "tenants": [CONTOSO, FABRIKAM],
    }
    return Settings(**(values | changes))


class SandboxClock(SystemClock):
    """Keeps the sandbox's time, as machines do that both keep time.

    Any thread may ask it; the sandbox itself tells the loop alone.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__()
        self._began = sandbox.now - timedelta(seconds=self.now())

    def wall(self) -> datetime:
        return self._began + timedelta(seconds=self.now())


@cache
def _contract() -> Contract:
    return Contract(generated())


@asynccontextmanager
async def started(
    settings: Settings,
    sandbox: Sandbox | SandboxNetwork,
    clock: Clock | None = None,
    *,
    authenticate: Authenticate | None = None,
    providers: Providers = _NO_PROVIDERS,
) -> AsyncIterator[Service]:
    """Start the service in front of a sandbox, or a network to one.

    With ``providers`` it tells them what it does; its requests are traced if
    one of them takes traces.
    """
    network = (
        SandboxNetwork(sandbox) if isinstance(sandbox, Sandbox) else sandbox
    )
    sandbox = network.sandbox
    clock = clock or SandboxClock(sandbox)
    await lay_out(settings)
    log = io.StringIO()
    telemetry = Telemetry(
        EventLog(log, exported=providers.logger),
        meter=providers.meter,
        tracer=providers.tracer,
        distributions=providers.distributions,
        hash_key=b"tests",
    )
    shared: list[AppState] = []
    stopping = Stopping()

    @asynccontextmanager
    async def assembled() -> AsyncIterator[AppState]:
        async with assemble(
            settings,
            telemetry,
            network=network,
            clock=clock,
            stopping=stopping,
        ) as state:
            shared.append(state)
            yield state

    app = create_app(
        settings, telemetry, assembled(), authenticate=authenticate
    )
    if providers.tracers or providers.meters:
        instrument(app, providers, telemetry)
    contract = _contract()
    async with (
        LifespanManager(app, shutdown_timeout=60) as running,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=running.app),
            base_url="http://127.0.0.1:8000",
            event_hooks={"response": [contract.check]},
        ) as client,
    ):
        yield Service(
            app=app,
            client=client,
            clock=clock,
            contract=contract,
            network=network,
            sandbox=sandbox,
            state=shared[0],
            stopping=stopping,
            log=log,
        )
    network.watch.conclude()
