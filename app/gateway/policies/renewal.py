"""Ask Graph for an answer, once for all who want it, and keep it."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from msgspec.structs import replace

from app.clock import Clock, Deadline
from app.gateway.cache.keys import CacheKey
from app.gateway.cache.store import Entry, Store
from app.gateway.cache.writes import Writes
from app.gateway.calls import Ask, GraphCall
from app.gateway.policies.flights import Flights
from app.gateway.policies.forgetting import Forget, to_forget
from app.gateway.policies.found import Fetched, Found, from_graph
from app.gateway.policies.freshness import Lifetime, spread
from app.gateway.policies.refresh_backoff import (
    Pauses,
    RefreshBackoff,
    is_setback,
)
from app.gateway.policies.refreshes import Refreshes
from app.keyed import Keyed
from app.models.answers import Answer
from app.problems.errors import ExchangeError
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.metrics import CACHE_SHARED_FLIGHTS

__all__ = ["Kept", "Renewal"]

_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 30.0
_MOST_KEYS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Where answers are kept, and how.

    Attributes:
        store: Has them.
        writes: Knows what has made them out of date.
        flights: Are under way to get new ones.
        refreshes: Get new ones while nobody waits.
        most: Upper bounds on the times that the operations give.
        uniform: Draws a number between two others.
    """

    store: Store
    writes: Writes
    flights: Flights[Fetched]
    refreshes: Refreshes
    most: Lifetime
    uniform: Callable[[float, float], float]


class Renewal:
    """Gets answers from Graph and keeps them.

    All who ask for the same at the same time share one call. What Graph says
    is gone or denied is forgotten, whoever was the one to ask.
    """

    def __init__(
        self, ask: Ask, kept: Kept, clock: Clock, telemetry: Telemetry
    ) -> None:
        pauses = Pauses(
            first=_FIRST_PAUSE, cap=_LONGEST_PAUSE, uniform=kept.uniform
        )
        self._ask = ask
        self._kept = kept
        self._clock = clock
        self._telemetry = telemetry
        self._backoffs: Keyed[CacheKey, RefreshBackoff] = Keyed(
            lambda _: RefreshBackoff(pauses), now=clock.now, most=_MOST_KEYS
        )

    def past(self, key: CacheKey) -> RefreshBackoff | None:
        """Return how renewing an answer has been going, if ever badly."""
        return self._backoffs.peek(key)

    def is_under_way(self, call: GraphCall, found: Found) -> bool:
        """Tell whether the call would share one that has begun."""
        is_shared = not call.context.cache.no_cache
        return is_shared and self._flight_of(call, found) in self._kept.flights

    async def __call__(self, call: GraphCall, found: Found) -> Answer:
        """Return the answer as it is now, or raise what Graph raised."""
        if call.context.cache.no_cache:
            # What began before this request is not what it asks for.
            fetched = await self._fetch(call, found, call.deadline)
            return from_graph(found, fetched, joined=False, demanded=True)

        async def begin(deadline: Deadline) -> Fetched:
            return await self._fetch(call, found, deadline)

        fetched, joined = await self._kept.flights.join(
            self._flight_of(call, found), call.deadline, begin
        )
        if joined:
            self._telemetry.add(
                CACHE_SHARED_FLIGHTS, operation=call.operation.name
            )
        return from_graph(found, fetched, joined=joined, demanded=False)

    def _flight_of(self, call: GraphCall, found: Found) -> Hashable:
        """Return what two calls have in common that share one.

        What began before a write that has been seen to end is not what is
        asked for, nor what is asked for with what the user has signed in
        with elsewhere.
        """
        assertion = call.context.on_behalf_of
        last_write = self._kept.writes.last(call.scope)
        return found.key, last_write, assertion and assertion.digest

    async def _fetch(
        self, call: GraphCall, found: Found, deadline: Deadline
    ) -> Fetched:
        tick = self._kept.writes.stamp()
        if deadline is not call.deadline:
            context = replace(call.context, deadline=deadline)
            call = replace(call, context=context)
        if call.operation.conditional and found.entry is not None:
            call = replace(call, kept=found.entry.answer)
        sent_before = call.tally.sent
        try:
            answer = await self._ask(call)
        except ExchangeError as error:
            self._note(found, error, call.tally.sent - sent_before)
            await self._forget(found.key, to_forget(error))
            raise
        if backoff := self._backoffs.peek(found.key):
            backoff.succeeded()
        entry = Entry(
            answer, self._clock.now(), tick, spread(self._kept.uniform)
        )
        await self._kept.store.put(found.key, entry)
        return Fetched(answer, is_confirmed=answer is call.kept)

    def _note(self, found: Found, error: ExchangeError, sent: int) -> None:
        if found.entry is None:
            # Without anything to give meanwhile there is no choice.
            return
        now = self._clock.now()
        if not error.stale_ok:
            self._backoffs[found.key].refused(now)
        elif is_setback(error, sent):
            self._backoffs[found.key].failed(now, error.code)

    async def _forget(self, key: CacheKey, what: Forget) -> None:
        if what is Forget.NOTHING:
            return
        store = self._kept.store
        await store.drop(key)
        if what is Forget.MAILBOX and key.mailbox is not None:
            await store.purge(key.tenant, key.mailbox, principal=key.principal)
