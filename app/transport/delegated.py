"""Tokens with which Graph is asked on behalf of users."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from app.clock import Clock, Deadline
from app.models.context import Assertion
from app.problems.callers import UserAway
from app.problems.errors import ExchangeError
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.callers import TOKEN_EXCHANGES
from app.transport.entra import EntraApp, Grant
from app.transport.exchanged import Exchanged, Exchanges, Whose
from app.transport.tokens import token_of

__all__ = ["UserTokens"]

_MOST_THREADS = 32
# So that a tenant whose Entra ID hangs leaves threads to the others.
_MOST_OF_TENANT = 8


class UserTokens:
    """Gives out tokens for users, each for the user's own token.

    Entra ID is asked once for each of those, and again before the token for
    Graph expires. What it refuses is remembered as for apps (`HeldToken`),
    but for that one assertion: neither the user who signs in anew nor anybody
    else has to do with it.
    """

    def __init__(
        self,
        apps: Mapping[str, EntraApp],
        *,
        scope: str,
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self._apps = apps
        self._turns = {
            alias: asyncio.Semaphore(_MOST_OF_TENANT) for alias in apps
        }
        self._threads = ThreadPoolExecutor(_MOST_THREADS, "entra-users")
        self._known = Exchanges()
        self._under_way: set[asyncio.Task[Grant]] = set()
        self._scope = scope
        self._clock = clock
        self._telemetry = telemetry
        self._arrived: Callable[[], None] = lambda: None

    async def token(
        self, whose: Whose, assertion: Assertion, deadline: Deadline
    ) -> str:
        """Return a token for Graph, as this assertion is good for.

        Raises:
            CallerUnauthenticated: Entra ID does not take the assertion.
            ExchangeError: Entra ID gives none, or not in time.
        """
        now = self._clock.now()
        if refusal := self._known.refusal(whose, assertion.digest, now):
            raise refusal
        asked = self._known.of(whose, assertion.digest, now)
        failure = asked.held.failure(now)
        if token := asked.held.token(now):
            is_due = asked.held.is_due(now) and failure is None
            if is_due and not self._is_over(assertion):
                _ = self._flight(whose, assertion, asked, None)
            return token
        if failure is not None:
            raise failure
        flight = self._flight(whose, assertion, asked, None)
        return await token_of(flight, deadline)

    async def renewed(
        self,
        whose: Whose,
        assertion: Assertion,
        *,
        rejected: str,
        claims: str | None,
        deadline: Deadline,
    ) -> str | None:
        """Return another token than one that Graph rejected.

        Returns None if the rejected one is itself brand new and has the
        claims that are wanted; raises what `token` raises.
        """
        now = self._clock.now()
        asked = self._known.of(whose, assertion.digest, now)
        current = asked.held.token(now)
        has_claims = claims in {None, asked.held.claims}
        if current and current != rejected and has_claims:
            return current
        if asked.held.is_new(now, claims) and not asked.flights:
            return None
        if failure := asked.held.failure(now):
            raise failure
        flight = self._flight(whose, assertion, asked, claims)
        return await token_of(flight, deadline)

    def left(self, whose: Whose) -> str:
        """Return a token that is left of what the user did before.

        For what goes on without the user.

        Raises:
            UserAway: There is none that is valid.
        """
        token = self._known.left(whose, self._clock.now())
        if token is None:
            raise UserAway("There is no token of the user any more.")
        return token

    def has_left(self, whose: Whose) -> bool:
        """Tell whether `left` returns one."""
        return self._known.left(whose, self._clock.now()) is not None

    def users(self) -> Iterable[Whose]:
        """Return of whom anything is known."""
        return self._known.users()

    def on_arrival(self, call: Callable[[], None]) -> None:
        """Have something called whenever there is a new token."""
        self._arrived = call

    def good_for(self, whose: Whose, assertion: Assertion) -> float:
        """Return for how many seconds the token for an assertion is valid."""
        now = self._clock.now()
        held = self._known.of(whose, assertion.digest, now).held
        return held.expires_in(now)

    def drop(self, whose: Whose, token: str) -> None:
        """Drop a token that Graph takes no more."""
        self._known.drop(whose, token)

    def forget(self, tenant: str) -> None:
        """Drop what is known of the users of a tenant."""
        self._known.forget(tenant)

    async def aclose(self) -> None:
        """End what is under way, and the threads that wait for it."""
        for app in self._apps.values():
            app.stop()
        flights = list(self._under_way)
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)

    def _is_over(self, assertion: Assertion) -> bool:
        return assertion.expires_at <= self._clock.wall().timestamp()

    def _flight(
        self,
        whose: Whose,
        assertion: Assertion,
        asked: Exchanged,
        claims: str | None,
    ) -> asyncio.Task[Grant]:
        """Return the request for a token that is under way, or begin one."""
        if claims not in asked.flights:
            work = self._acquire(whose.tenant, assertion, asked, claims)
            flight = asyncio.create_task(work)
            asked.flights[claims] = flight
            self._under_way.add(flight)
            flight.add_done_callback(
                lambda done: self._landed(asked, claims, done)
            )
        return asked.flights[claims]

    async def _acquire(
        self,
        tenant: str,
        assertion: Assertion,
        asked: Exchanged,
        claims: str | None,
    ) -> Grant:
        try:
            async with self._turns[tenant]:
                grant = await asyncio.get_running_loop().run_in_executor(
                    self._threads,
                    self._apps[tenant].acquire_for_user,
                    assertion.token,
                    self._scope,
                    claims,
                )
        except ExchangeError as e:
            asked.held.fail(e, self._clock.now())
            self._telemetry.add(TOKEN_EXCHANGES, tenant=tenant, result=e.code)
            raise
        asked.held.take(grant, claims, self._clock.now())
        self._arrived()
        self._telemetry.add(TOKEN_EXCHANGES, tenant=tenant, result="ok")
        return grant

    def _landed(
        self,
        asked: Exchanged,
        claims: str | None,
        flight: asyncio.Task[Grant],
    ) -> None:
        self._under_way.discard(flight)
        del asked.flights[claims]
        if not flight.cancelled():
            # Looked at, so that a failure nobody waited for makes no noise.
            flight.exception()
