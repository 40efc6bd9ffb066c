"""Answer a call: from the cache if fresh, from Graph, or stale if it fails."""

from collections.abc import Hashable
from dataclasses import dataclass, replace

from app.clock import Clock, Deadline
from app.gateway.cache.store import Entry, Store
from app.gateway.cache.writes import Writes
from app.gateway.calls import Ask, GraphCall
from app.gateway.policies.flights import Flights
from app.gateway.policies.freshness import Lifetime, is_fresh, may_stand_in
from app.models.answers import Answer, Delivery
from app.problems.errors import ExchangeError
from app.problems.failures import NotInCache
from app.problems.refusals import CallerForbidden
from app.problems.resources import NotFound
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.events import SERVED_STALE
from app.telemetry.signals.metrics import CACHE_REQUESTS, CACHE_SHARED_FLIGHTS

__all__ = ["Fallback", "Kept"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Where answers are kept, and for how long at most."""

    store: Store
    writes: Writes
    most: Lifetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What the cache has for a call; ``age`` in seconds."""

    key: Hashable
    entry: Entry | None
    age: float
    lifetime: Lifetime
    is_current: bool


class Fallback:
    """Gives the best answer there is, and says how good that is.

    Reads try three ways in this order: a fresh answer from the cache; Graph,
    together with all who ask the same; an older answer from the cache, if
    the operation allows it and Graph's failure is a passing one.
    """

    def __init__(
        self, ask: Ask, kept: Kept, *, clock: Clock, telemetry: Telemetry
    ) -> None:
        self._ask = ask
        self._kept = kept
        self._clock = clock
        self._telemetry = telemetry
        self._flights: Flights[Answer] = Flights(clock)

    async def __call__(self, call: GraphCall) -> Answer:
        """Answer the call, or raise Graph's error if nothing else will do."""
        if not call.operation.is_cached:
            return await self._directly(call)
        found = await self._look(call)
        if answer := self._from_fresh(call, found):
            return answer
        if call.context.cache.only_if_cached:
            return self._from_any(call, found)
        try:
            return await self._from_graph(call, found)
        except ExchangeError as error:
            if isinstance(error, NotFound | CallerForbidden):
                await self._kept.store.drop(found.key)
            if answer := self._from_stale(call, found, error):
                return answer
            raise

    async def _directly(self, call: GraphCall) -> Answer:
        if call.operation.is_read:
            return await self._ask(call)
        # Before and after: a read in between may see either state.
        self._kept.writes.note(call.scope)
        try:
            return await self._ask(call)
        finally:
            self._kept.writes.note(call.scope)

    async def _look(self, call: GraphCall) -> _Found:
        key = _key(call)
        entry = await self._kept.store.get(key)
        most, operation = self._kept.most, call.operation
        last_write = self._kept.writes.last(call.scope)
        return _Found(
            key=key,
            entry=entry,
            age=self._clock.now() - entry.stored_at if entry else 0.0,
            lifetime=Lifetime(
                fresh=min(operation.fresh, most.fresh),
                stale=min(operation.stale, most.stale),
            ),
            is_current=operation.constant
            or (entry is not None and entry.tick >= last_write),
        )

    def _from_fresh(self, call: GraphCall, found: _Found) -> Answer | None:
        if found.entry is None or not found.is_current:
            return None
        if not is_fresh(found.age, found.lifetime, call.context.cache):
            return None
        self._count(call, "fresh")
        return _hit(found, is_stale=False)

    async def _from_graph(self, call: GraphCall, found: _Found) -> Answer:
        async def fetch(deadline: Deadline) -> Answer:
            tick = self._kept.writes.now()
            context = replace(call.context, deadline=deadline)
            answer = await self._ask(replace(call, context=context))
            entry = Entry(answer, self._clock.now(), tick)
            await self._kept.store.put(found.key, entry)
            return answer

        if call.context.cache.no_cache:
            # What began before this request is not what it asks for.
            answer, how = await fetch(call.deadline), "fwd=request; stored"
        else:
            # Nor is what began before a write that has been seen to end.
            key = (found.key, self._kept.writes.last(call.scope))
            answer, joined = await self._flights.join(
                key, call.deadline, fetch
            )
            why = (
                "fwd=stale; fwd-status=200" if found.entry else "fwd=uri-miss"
            )
            how = f"{why}; {'collapsed' if joined else 'stored'}"
            if joined:
                self._telemetry.add(
                    CACHE_SHARED_FLIGHTS, operation=call.operation.name
                )
        self._count(call, "miss")
        return replace(
            answer, delivery=Delivery(stale=False, age=None, status=how)
        )

    def _from_stale(
        self, call: GraphCall, found: _Found, error: ExchangeError
    ) -> Answer | None:
        if found.entry is None or not error.stale_ok:
            return None
        if not may_stand_in(found.age, found.lifetime, call.context.cache):
            return None
        self._count(call, "stale")
        self._telemetry.log(
            SERVED_STALE,
            tenant=call.context.tenant,
            workload=call.operation.workload,
            operation=call.operation.name,
            outcome=error.code,
            age_s=round(found.age),
        )
        return _hit(found, is_stale=True, error=error)

    def _from_any(self, call: GraphCall, found: _Found) -> Answer:
        """Serve a caller that wants no request made on its behalf."""
        wishes = call.context.cache
        too_old = wishes.max_age is not None and found.age > wishes.max_age
        usable = may_stand_in(found.age, found.lifetime, wishes)
        if found.entry is None or too_old or not usable:
            self._count(call, "miss")
            raise NotInCache
        self._count(call, "stale")
        return _hit(found, is_stale=True)

    def _count(self, call: GraphCall, result: str) -> None:
        self._telemetry.add(
            CACHE_REQUESTS, operation=call.operation.name, result=result
        )


def _key(call: GraphCall) -> Hashable:
    """Return what an answer is kept under: all that it depends on.

    Whose rights were used is a part of it, so that nobody is given what was
    fetched for somebody else (RFC 9111 §3.5).
    """
    return (
        call.context.tenant,
        call.context.principal,
        call.operation.name,
        call.target,
        call.representation,
        call.body,
    )


def _hit(
    found: _Found, *, is_stale: bool, error: ExchangeError | None = None
) -> Answer:
    """Return what is kept, with the reason in terms of RFC 9211."""
    if found.entry is None:
        raise LookupError("nothing is kept for this call")
    ttl = int(found.lifetime.fresh - found.age)
    status = f"hit; ttl={min(ttl, 0) if is_stale else ttl}"
    if error is not None:
        upstream_status = error.upstream.status if error.upstream else None
        reason = error.code.removeprefix("graph-")
        if upstream_status:
            status = f"fwd=stale; fwd-status={upstream_status}"
        elif error.attempts:
            status = f"fwd=stale; detail={reason}"
        else:
            status += f"; detail={reason}"
    return replace(
        found.entry.answer,
        delivery=Delivery(stale=is_stale, age=found.age, status=status),
    )
