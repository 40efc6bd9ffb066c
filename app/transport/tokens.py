"""Hold a valid token for each tenant, whatever Entra ID is up to."""

import asyncio
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from app.clock import Clock, Deadline
from app.models.health import TokenState
from app.problems.causes import CredentialUnusable
from app.problems.errors import ExchangeError
from app.problems.failures import DeadlineExceeded
from app.problems.graph_failures import IdentityUnavailable
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.events import TOKEN_REFRESHED, TOKEN_REJECTED
from app.telemetry.signals.metrics import TOKEN_REFRESHES
from app.transport.entra import EntraApp, Grant
from app.transport.held_token import HeldToken

__all__ = ["TokenSource", "token_of"]


@dataclass(slots=True)
class _Tenant:
    """A tenant's token, and the requests for another that are under way."""

    alias: str
    app: EntraApp
    held: HeldToken = field(default_factory=HeldToken)
    # MSAL is asked for one token at a time.
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    flights: dict[str | None, asyncio.Task[Grant]] = field(
        default_factory=dict
    )


class TokenSource:
    """Gives out tokens; one request to Entra ID at a time for each tenant.

    A token is renewed in the background before it expires, and goes on being
    used while that fails. Failures are remembered (60 s final ones, at least
    5 s passing ones), so that a wrong secret does not hammer Entra ID. There
    is a thread for each tenant: one that hangs delays no other.
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
        self._threads = ThreadPoolExecutor(max(1, len(apps)), "entra")
        self._under_way: set[asyncio.Task[Grant]] = set()
        self._scope = scope
        self._clock = clock
        self._telemetry = telemetry

    async def token(self, tenant: str, deadline: Deadline) -> str:
        """Return a valid token.

        Raises:
            ExchangeError: Entra ID gives none, or not in time.
        """
        asked = self._tenants[tenant]
        now = self._clock.now()
        failure = asked.held.failure(now)
        if token := asked.held.token(now):
            if asked.held.is_due(now) and failure is None:
                _ = self._flight(asked, None)
            return token
        if failure is not None:
            raise failure
        return await token_of(self._flight(asked, None), deadline)

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
        asked = self._tenants[tenant]
        now = self._clock.now()
        current = asked.held.token(now)
        has_claims = claims in {None, asked.held.claims}
        if current and current != rejected and has_claims:
            return current
        if asked.held.is_new(now, claims) and not asked.flights:
            return None
        if failure := asked.held.failure(now):
            raise failure
        return await token_of(self._flight(asked, claims), deadline)

    def forget(self, tenant: str) -> None:
        """Drop a tenant's token and what is remembered of its failures."""
        asked = self._tenants[tenant]
        asked.held.forget()
        # Those who wait already get what they wait for; others ask anew.
        asked.flights = {}

    def states(self) -> Iterator[TokenState]:
        """Yield what is known about each tenant's token."""
        now = self._clock.now()
        for asked in self._tenants.values():
            grant, failure = asked.held.grant, asked.held.failure(now)
            age = None if grant is None else asked.held.age(now)
            yield TokenState(
                tenant=asked.alias,
                age=age,
                expires_in=None
                if grant is None or age is None
                else grant.expires_in - age,
                problem=failure.code if failure else None,
                unmended=asked.held.unmended,
            )

    async def aclose(self) -> None:
        """End what is under way, and the threads that wait for it."""
        for asked in self._tenants.values():
            asked.app.stop()
        flights = list(self._under_way)
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)

    def _flight(
        self, asked: _Tenant, claims: str | None
    ) -> asyncio.Task[Grant]:
        """Return the request for a token that is under way, or begin one.

        Nobody who waits for it can cancel it: the token is wanted anyway.
        """
        if claims not in asked.flights:
            flight = asyncio.create_task(self._acquire(asked, claims))
            asked.flights[claims] = flight
            self._under_way.add(flight)
            flight.add_done_callback(
                lambda done: self._landed(asked, claims, done)
            )
        return asked.flights[claims]

    async def _acquire(self, asked: _Tenant, claims: str | None) -> Grant:
        began, generation = self._clock.now(), asked.held.generation
        try:
            grant = await self._ask(asked, claims)
        except ExchangeError as e:
            if generation == asked.held.generation:
                self._remember(asked, e)
            raise
        now = self._clock.now()
        if generation == asked.held.generation:
            asked.held.take(grant, claims, now)
        self._telemetry.add(TOKEN_REFRESHES, tenant=asked.alias, result="ok")
        self._telemetry.log(
            TOKEN_REFRESHED,
            tenant=asked.alias,
            expires_in_s=round(grant.expires_in),
            duration_ms=round((now - began) * 1000),
        )
        return grant

    async def _ask(self, asked: _Tenant, claims: str | None) -> Grant:
        async with asked.turn:
            return await asyncio.get_running_loop().run_in_executor(
                self._threads, asked.app.acquire, self._scope, claims
            )

    def _remember(self, asked: _Tenant, error: ExchangeError) -> None:
        memory = asked.held.fail(error, self._clock.now())
        self._telemetry.add(
            TOKEN_REFRESHES, tenant=asked.alias, result=error.code
        )
        self._telemetry.log(
            TOKEN_REJECTED,
            tenant=asked.alias,
            outcome=error.code,
            upstream_code=error.upstream.code if error.upstream else None,
            flaw=error.detail
            if isinstance(error, CredentialUnusable)
            else None,
            remembered_for_s=memory,
        )

    def _landed(
        self,
        asked: _Tenant,
        claims: str | None,
        flight: asyncio.Task[Grant],
    ) -> None:
        self._under_way.discard(flight)
        if asked.flights.get(claims) is flight:
            del asked.flights[claims]
        if not flight.cancelled():
            # Looked at, so that a failure nobody waited for makes no noise.
            flight.exception()


async def token_of(flight: asyncio.Task[Grant], deadline: Deadline) -> str:
    """Return the token that is being asked for; who leaves cancels nothing.

    Raises:
        ExchangeError: There is none, or not in time.
    """
    if deadline.left() <= 0:
        raise DeadlineExceeded
    try:
        async with asyncio.timeout(deadline.left()):
            grant = await asyncio.shield(flight)
    except ExchangeError as e:
        raise e.again() from e
    except TimeoutError as e:
        raise IdentityUnavailable(
            "Entra ID gave no token within the time of the request."
        ) from e
    return grant.token
