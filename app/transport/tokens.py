"""Hold a valid token for each tenant, whatever Entra ID is up to."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.clock import Clock, Deadline
from app.models.health import TokenState
from app.problems.errors import ExchangeError
from app.problems.graph_failures import IdentityUnavailable
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.events import TOKEN_REFRESHED, TOKEN_REJECTED
from app.telemetry.signals.metrics import TOKEN_REFRESHES
from app.transport.entra import EntraApp, Grant

__all__ = ["TokenSource"]

_FINAL_MEMORY = 60.0
_TRANSIENT_MEMORY = 5.0
_REFRESH_AT = 0.8
_RENEWAL_PAUSE = 10.0


@dataclass(slots=True)
class _Tenant:
    """A tenant's token, the last failure, and the requests under way."""

    alias: str
    app: EntraApp
    grant: Grant | None = None
    claims: str | None = None
    granted_at: float = float("-inf")
    failure: ExchangeError | None = None
    failed_until: float = float("-inf")
    flights: dict[str | None, asyncio.Task[Grant]] = field(
        default_factory=dict
    )

    def token(self, now: float) -> str | None:
        """Return the token if it is still valid."""
        if self.grant and now < self.granted_at + self.grant.expires_in:
            return self.grant.token
        return None

    def is_due(self, now: float) -> bool:
        """Tell whether the token is to be renewed before it expires."""
        if self.grant is None:
            return True
        early = self.grant.refresh_in or self.grant.expires_in * _REFRESH_AT
        return now >= self.granted_at + early

    def remembered(self, now: float) -> ExchangeError | None:
        """Return a failure that is too recent to ask again, made anew."""
        if self.failure is None or now >= self.failed_until:
            return None
        kind = type(self.failure)
        again = kind(self.failure.detail, upstream=self.failure.upstream)
        if self.failure.retryable:
            again.retry_after = self.failed_until - now
        return again


class TokenSource:
    """Gives out tokens; one request to Entra ID at a time for each tenant.

    A token is renewed in the background before it expires, and goes on being
    used while that fails. Failures are remembered (60 s final ones, at least
    5 s passing ones), so that a wrong secret does not hammer Entra ID.
    """

    def __init__(
        self,
        apps: Mapping[str, EntraApp],
        *,
        scope: str,
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self._tenants = {
            alias: _Tenant(alias, app) for alias, app in apps.items()
        }
        self._scope = scope
        self._clock = clock
        self._telemetry = telemetry

    async def token(self, tenant: str, deadline: Deadline) -> str:
        """Return a valid token.

        Raises:
            ExchangeError: Entra ID gives none, or not in time.
        """
        held = self._tenants[tenant]
        now = self._clock.now()
        failure = held.remembered(now)
        if token := held.token(now):
            if held.is_due(now) and failure is None:
                _ = self._flight(held, None)
            return token
        if failure is not None:
            raise failure
        return await self._wait(self._flight(held, None), deadline)

    async def renewed(
        self,
        tenant: str,
        *,
        rejected: str,
        claims: str | None,
        deadline: Deadline,
    ) -> str | None:
        """Return another token than one that Graph rejected.

        Returns None if the rejected one is itself brand new and has the
        claims that are wanted: then it is not the token's fault, and asking
        again would only make Entra ID suspect a loop (AADSTS50196).
        """
        held = self._tenants[tenant]
        now = self._clock.now()
        current = held.token(now)
        if current and current != rejected and claims is None:
            return current
        is_new = now < held.granted_at + _RENEWAL_PAUSE
        if is_new and claims in {None, held.claims} and not held.flights:
            return None
        if failure := held.remembered(now):
            raise failure
        return await self._wait(self._flight(held, claims), deadline)

    def forget(self, tenant: str) -> None:
        """Drop a tenant's token and what is remembered of its failures."""
        held = self._tenants[tenant]
        held.grant = held.failure = None

    def states(self) -> Iterator[TokenState]:
        """Yield what is known about each tenant's token."""
        now = self._clock.now()
        for held in self._tenants.values():
            age = now - held.granted_at if held.grant else None
            failure = held.remembered(now)
            yield TokenState(
                tenant=held.alias,
                age=age,
                expires_in=None
                if held.grant is None or age is None
                else held.grant.expires_in - age,
                problem=failure.code if failure else None,
            )

    async def aclose(self) -> None:
        """End what is under way."""
        flights = [
            flight
            for held in self._tenants.values()
            for flight in held.flights.values()
        ]
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)

    def _flight(
        self, held: _Tenant, claims: str | None
    ) -> asyncio.Task[Grant]:
        """Return the request for a token that is under way, or begin one.

        Nobody who waits for it can cancel it: the token is wanted anyway.
        """
        if claims not in held.flights:
            flight = asyncio.create_task(self._acquire(held, claims))
            held.flights[claims] = flight
            flight.add_done_callback(lambda done: _landed(held, claims, done))
        return held.flights[claims]

    async def _acquire(self, held: _Tenant, claims: str | None) -> Grant:
        began = self._clock.now()
        try:
            grant = await asyncio.to_thread(
                held.app.acquire, self._scope, claims
            )
        except ExchangeError as e:
            self._remember(held, e)
            raise
        now = self._clock.now()
        held.grant, held.granted_at, held.failure = grant, now, None
        held.claims = claims
        self._telemetry.add(TOKEN_REFRESHES, tenant=held.alias, result="ok")
        self._telemetry.log(
            TOKEN_REFRESHED,
            tenant=held.alias,
            expires_in_s=round(grant.expires_in),
            duration_ms=round((now - began) * 1000),
        )
        return grant

    def _remember(self, held: _Tenant, error: ExchangeError) -> None:
        memory = _FINAL_MEMORY
        if error.retryable:
            memory = max(_TRANSIENT_MEMORY, error.retry_after or 0.0)
            error.retry_after = memory
        held.failure = error
        held.failed_until = self._clock.now() + memory
        self._telemetry.add(
            TOKEN_REFRESHES, tenant=held.alias, result=error.code
        )
        self._telemetry.log(
            TOKEN_REJECTED,
            tenant=held.alias,
            outcome=error.code,
            upstream_code=error.upstream.code if error.upstream else None,
            remembered_for_s=memory,
        )

    async def _wait(
        self, flight: asyncio.Task[Grant], deadline: Deadline
    ) -> str:
        try:
            async with asyncio.timeout(deadline.left()):
                grant = await asyncio.shield(flight)
        except TimeoutError as e:
            raise IdentityUnavailable(
                "Entra ID gave no token within the time of the request."
            ) from e
        return grant.token


def _landed(
    held: _Tenant, claims: str | None, flight: asyncio.Task[Grant]
) -> None:
    held.flights.pop(claims, None)
    if not flight.cancelled():
        # Looked at here, so that a failure nobody waited for makes no noise.
        flight.exception()
