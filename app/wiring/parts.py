"""What the policies share: all state of the gateway."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import uniform as random_uniform

import httpx

from app.clock import Clock, Stopping
from app.gateway.cache.memory import MemoryStore
from app.gateway.cache.store import Store
from app.gateway.calls import ScopeKey
from app.gateway.failures import RecentFailures
from app.gateway.policies.budget import RetryBudget
from app.gateway.policies.circuit import Circuit, CircuitLimits
from app.gateway.policies.flights import Flights
from app.gateway.policies.found import Fetched
from app.gateway.policies.gates import LocalGates
from app.gateway.policies.lane import Limits
from app.gateway.policies.local_permits import LocalPermits
from app.gateway.policies.refreshes import Refreshes
from app.gateway.rights import Rights
from app.gateway.vitals import Vitals
from app.keyed import Keyed
from app.settings import Settings, secret_keys
from app.telemetry.recorder import Telemetry
from app.transport.credentials import Credential
from app.transport.delegated import UserTokens
from app.transport.tokens import TokenSource
from app.wiring.credentials import read_credentials
from app.wiring.tokens import token_sources

__all__ = ["Parts", "build_parts"]

_MOST_KEYS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the policies share: all state of the gateway is in here."""

    settings: Settings
    clock: Clock
    telemetry: Telemetry
    network: httpx.AsyncBaseTransport
    keys: tuple[bytes, ...]
    credentials: Mapping[str, Credential]
    tokens: TokenSource
    users: UserTokens
    gates: LocalGates
    permits: LocalPermits
    circuits: Keyed[ScopeKey, Circuit]
    budgets: Keyed[ScopeKey, RetryBudget]
    store: Store
    flights: Flights[Fetched]
    refreshes: Refreshes
    vitals: Vitals
    failures: RecentFailures
    uniform: Callable[[float, float], float]
    stopping: Stopping = field(default_factory=Stopping)

    @property
    def rights(self) -> Rights:
        """With whose rights Graph is asked."""
        return Rights(self.tokens, self.users)

    async def aclose(self) -> None:
        """End what goes on by itself."""
        await self.refreshes.aclose()
        await self.flights.aclose()
        await self.tokens.aclose()
        await self.users.aclose()


def build_parts(
    settings: Settings,
    telemetry: Telemetry,
    network: httpx.AsyncBaseTransport,
    clock: Clock,
    *,
    uniform: Callable[[float, float], float] = random_uniform,
) -> Parts:
    """Make the state that all policies share, and the ways to Microsoft."""
    limits, breaker = settings.limits, settings.breaker
    circuit_limits = CircuitLimits(
        window=breaker.window,
        ratio=breaker.ratio,
        minimum_calls=breaker.minimum_calls,
        open_for=breaker.open_for,
        max_open_for=breaker.max_open_for,
        lease=settings.timeouts.attempt,
        uniform=uniform,
    )
    permit_limits = Limits(
        concurrency=limits.mailbox_concurrency,
        requests=limits.mailbox_requests,
        window=limits.mailbox_window,
        queue=limits.queue,
        tenant_concurrency=limits.tenant_concurrency,
        tenant_floor=limits.tenant_concurrency_floor,
    )
    budget = settings.budget
    credentials = read_credentials(settings)
    tokens, users = token_sources(
        settings, credentials, telemetry, network, clock
    )
    return Parts(
        settings=settings,
        clock=clock,
        telemetry=telemetry,
        network=network,
        keys=secret_keys(settings),
        credentials=credentials,
        tokens=tokens,
        users=users,
        gates=LocalGates(clock),
        permits=LocalPermits(permit_limits, clock),
        circuits=Keyed(
            lambda _: Circuit(circuit_limits), now=clock.now, most=_MOST_KEYS
        ),
        budgets=Keyed(
            lambda _: RetryBudget(budget.ratio, budget.reserve),
            now=clock.now,
            most=_MOST_KEYS,
        ),
        store=MemoryStore(settings.cache.max_bytes),
        flights=Flights(clock),
        refreshes=Refreshes(settings.timeouts.total, clock, telemetry),
        vitals=Vitals(clock),
        failures=RecentFailures(clock, telemetry),
        uniform=uniform,
    )
