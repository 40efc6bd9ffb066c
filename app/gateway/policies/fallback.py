"""Answer a read in the best way there is."""

from collections.abc import Iterable
from functools import lru_cache

from app.clock import Clock
from app.gateway.cache.keys import CacheKey
from app.gateway.calls import Ask, GraphCall
from app.gateway.operations.entry import Operation, Way
from app.gateway.policies.foresight import Foresight
from app.gateway.policies.found import Found
from app.gateway.policies.freshness import Lifetime
from app.gateway.policies.renewal import Kept, Renewal
from app.gateway.policies.strategies import (
    Fresh,
    FromGraph,
    Meanwhile,
    StandIn,
    Strategy,
)
from app.models.answers import Answer
from app.problems.errors import ExchangeError
from app.problems.failures import NotInCache
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.metrics import CACHE_REQUESTS

__all__ = ["Fallback"]

# Operations times results.
_MOST_RESULTS = 1024
_WITHOUT_A_REQUEST = {Way.FRESH, Way.STALE}


class Fallback:
    """Gives the best answer there is, and says how good that is.

    Each operation names the ways in which it may be answered; they are tried
    by priority until one has an answer. If none has, the last error goes up,
    with what became of every way that was tried.
    """

    def __init__(
        self,
        ask: Ask,
        kept: Kept,
        foresight: Foresight,
        *,
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self._ask = ask
        self._kept = kept
        self._clock = clock
        self._renewal = Renewal(ask, kept, clock, telemetry)
        strategies: list[Strategy] = [
            Fresh(),
            Meanwhile(self._renewal, kept.refreshes),
            FromGraph(self._renewal, foresight),
            StandIn(telemetry),
        ]
        self._strategies = sorted(
            strategies, key=lambda strategy: strategy.priority, reverse=True
        )
        # What follows from the table of operations alone, by operation.
        self._counts = lru_cache(maxsize=_MOST_RESULTS)(
            lambda operation, result: telemetry.count(
                CACHE_REQUESTS, operation=operation, result=result
            )
        )
        self._lifetimes: dict[str, Lifetime] = {}
        self._open: dict[tuple[str, bool], tuple[Strategy, ...]] = {}

    async def __call__(self, call: GraphCall) -> Answer:
        """Answer the call, or raise Graph's error if nothing else will do."""
        if not call.operation.is_cached:
            return await self._directly(call)
        found = await self._look(call)
        failure: ExchangeError | None = None
        tried: list[tuple[str, str]] = []
        for strategy in self._open_to(call):
            try:
                outcome = await strategy(call, found, failure)
            except ExchangeError as error:
                # Its frames, this one among them, would hold each other.
                failure = error.with_traceback(None)
                tried.append((strategy.way, error.code))
                continue
            if isinstance(outcome, Answer):
                self._count(call, strategy.result)
                return outcome
            tried.append((strategy.way, outcome))
        self._count(call, "miss")
        # The error may be shared with others who tried other ways.
        told = (failure or NotInCache()).again()
        told.tried = tuple(tried)
        raise told

    def has_changed(self, call: GraphCall) -> None:
        """Take what is kept of the call's mailbox for out of date."""
        self._kept.writes.note(call.scope)

    async def _directly(self, call: GraphCall) -> Answer:
        if call.operation.is_read:
            return await self._ask(call)
        # Before and after: a read in between may see either state.
        self._kept.writes.note(call.scope)
        try:
            return await self._ask(call)
        finally:
            self._kept.writes.note(call.scope)

    def _open_to(self, call: GraphCall) -> Iterable[Strategy]:
        operation, alone = call.operation, call.context.cache.only_if_cached
        strategies = self._open.get((operation.name, alone))
        if strategies is None:
            ways = set(operation.fallback)
            if alone:
                ways &= _WITHOUT_A_REQUEST
            strategies = tuple(s for s in self._strategies if s.way in ways)
            self._open[operation.name, alone] = strategies
        return strategies

    def _lifetime(self, operation: Operation) -> Lifetime:
        lifetime = self._lifetimes.get(operation.name)
        if lifetime is None:
            lifetime = Lifetime(
                fresh=operation.fresh,
                revalidate=operation.revalidate,
                stale=operation.stale,
            ).within(self._kept.most)
            self._lifetimes[operation.name] = lifetime
        return lifetime

    async def _look(self, call: GraphCall) -> Found:
        key = CacheKey.of(call)
        entry = await self._kept.store.get(key)
        operation = call.operation
        lifetime = self._lifetime(operation)
        last_write = self._kept.writes.last(call.scope)
        past = self._renewal.past(key)
        return Found(
            key=key,
            entry=entry,
            age=self._clock.now() - entry.stored_at if entry else 0.0,
            lifetime=lifetime.spread_by(entry.spread) if entry else lifetime,
            is_current=operation.constant
            or (entry is not None and entry.tick >= last_write),
            resting=past.resting(self._clock.now()) if past else None,
            is_refused=past is not None and past.was_refused,
        )

    def _count(self, call: GraphCall, result: str) -> None:
        self._counts(call.operation.name, result)(1)
