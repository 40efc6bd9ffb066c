"""What goes wrong, and what has to come of it."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx

from tests.gameday.callers import Callers
from tests.support.postgres import PostgreSQL

__all__ = ["INCIDENTS", "Incident", "Scene"]

# These tell what callers feel; any trouble may raise them.
_FELT = frozenset(
    {
        "ErrorBudgetBurnFast",
        "ErrorBudgetBurnSlow",
        "LatencyBurnFast",
        "LatencyBurnSlow",
        "StaleShareHigh",
        "OutboxStuck",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What an incident can touch."""

    sandbox: httpx.AsyncClient
    callers: Callers
    database: PostgreSQL


Trouble = Callable[[Scene], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Something that goes wrong.

    ``alert`` is what has to call, and no other that names a cause may but
    those in ``also``. Alerts are named without ExchangeApi before it.
    ``trouble`` lasts until somebody else has mended it. ``settings`` are
    those of the service.
    """

    name: str
    alert: str
    runbook: str
    trouble: Trouble
    also: frozenset[str] = frozenset()
    settings: Mapping[str, str] = field(default_factory=dict)

    def explains(self, alert: str) -> bool:
        """Tell whether this is a reason to raise an alert."""
        return alert in {self.alert} | self.also | _FELT


@asynccontextmanager
async def _fault(scene: Scene, **fault: Any) -> AsyncIterator[None]:
    """Let the sandbox do to requests what a fault says."""
    answer = await scene.sandbox.post("/faults", json=fault)
    answer.raise_for_status()
    try:
        yield
    finally:
        (await scene.sandbox.delete("/faults")).raise_for_status()


@asynccontextmanager
async def _no_database(scene: Scene) -> AsyncIterator[None]:
    with scene.database.away():
        yield


@asynccontextmanager
async def _crowd(scene: Scene) -> AsyncIterator[None]:
    """Let many more call, each of whom takes a while."""
    async with (
        _fault(scene, route="/users/*", delay=0.5),
        scene.callers.calling(60, pause=0.25),
    ):
        yield


_GRAPH = "/users/*"

INCIDENTS = (
    Incident(
        name="Graph throttles a mailbox",
        alert="ThrottlingSustained",
        runbook="throttling-sustained",
        trouble=partial(
            _fault,
            route=_GRAPH,
            mailbox="ada@contoso.example",
            status=429,
            retry_after=20,
        ),
    ),
    Incident(
        name="Graph answers 503",
        alert="GraphFailing",
        runbook="graph-failing",
        trouble=partial(_fault, route=_GRAPH, status=503),
        also=frozenset({"BreakerOpen", "RetryBudgetExhausted"}),
    ),
    Incident(
        name="Entra ID is down",
        alert="TokenRefreshFailing",
        runbook="token-refresh-failing",
        trouble=partial(_fault, route="token", status=503),
    ),
    Incident(
        name="A secret has expired",
        alert="CredentialsRejected",
        runbook="credentials-rejected",
        trouble=partial(
            _fault, route="token", error="invalid_client", aadsts=7_000_222
        ),
    ),
    Incident(
        name="Graph is slow",
        alert="GraphSlow",
        runbook="graph-slow",
        trouble=partial(_fault, route=_GRAPH, delay=4),
    ),
    Incident(
        name="Answers make no sense",
        alert="MalformedResponses",
        runbook="malformed-responses",
        trouble=partial(_fault, route=_GRAPH, status=200, body="html"),
        also=frozenset({"BreakerOpen", "RetryBudgetExhausted"}),
    ),
    Incident(
        name="The database is down",
        alert="LedgerUnavailable",
        runbook="ledger-unavailable",
        trouble=_no_database,
    ),
    Incident(
        name="More is asked than can be served",
        alert="Overloaded",
        runbook="overloaded",
        trouble=_crowd,
        settings={"EXCHANGE_LIMITS__REQUESTS_IN_FLIGHT": "16"},
    ),
)
