"""The ways to answer a read, each of which may do or not.

They are tried by priority, the highest first. A strategy returns an answer,
or says why it has none to give, or raises the error that it met.
"""

from typing import ClassVar, Protocol

from app.gateway.calls import GraphCall
from app.gateway.operations.entry import Way
from app.gateway.policies.foresight import Foresight
from app.gateway.policies.found import Found, hit, stand_in
from app.gateway.policies.freshness import (
    Unfit,
    unfit_as_fresh,
    unfit_as_stand_in,
    unfit_meanwhile,
)
from app.gateway.policies.refreshes import Refreshes
from app.gateway.policies.renewal import Renewal
from app.models.answers import Answer
from app.problems.errors import ExchangeError
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.events import SERVED_STALE

__all__ = ["Fresh", "FromGraph", "Meanwhile", "StandIn", "Strategy"]


class Strategy(Protocol):
    """One way to answer a read.

    Attributes:
        way: Its name, in the table of operations and in logs.
        priority: The higher, the sooner it is tried.
        result: What metrics call an answer given this way.
    """

    way: ClassVar[Way]
    priority: ClassVar[int]
    result: ClassVar[str]

    async def __call__(
        self, call: GraphCall, found: Found, failure: ExchangeError | None, /
    ) -> Answer | Unfit:
        """Answer the call, if this is the way.

        Args:
            call: What is asked.
            found: What the cache has for it.
            failure: What went wrong with a way tried before.
        """


class Fresh:
    """A kept answer that is as good as new."""

    way: ClassVar[Way] = Way.FRESH
    priority: ClassVar[int] = 400
    result: ClassVar[str] = "fresh"

    async def __call__(
        self, call: GraphCall, found: Found, _failure: ExchangeError | None
    ) -> Answer | Unfit:
        """Give what is kept, if it is fresh."""
        if found.entry is None:
            return Unfit.NOTHING_KEPT
        unfit = unfit_as_fresh(
            found.age,
            found.lifetime,
            call.context.cache,
            is_current=found.is_current,
        )
        return unfit or hit(found, found.entry, is_stale=False)


class Meanwhile:
    """A kept answer that was fresh lately, while Graph is asked for another.

    The caller does not wait; whoever comes next has the benefit.
    """

    way: ClassVar[Way] = Way.REVALIDATE
    priority: ClassVar[int] = 300
    result: ClassVar[str] = "revalidating"

    def __init__(self, renewal: Renewal, refreshes: Refreshes) -> None:
        self._renewal = renewal
        self._refreshes = refreshes

    async def __call__(
        self, call: GraphCall, found: Found, _failure: ExchangeError | None
    ) -> Answer | Unfit:
        """Give what is kept, and have it renewed unless Graph is to rest."""
        if found.entry is None:
            return Unfit.NOTHING_KEPT
        if found.is_refused:
            return Unfit.FINAL_ERROR
        unfit = unfit_meanwhile(
            found.age,
            found.lifetime,
            call.context.cache,
            is_current=found.is_current,
        )
        if unfit:
            return unfit
        detail = found.resting or self._renew(call, found)
        return hit(found, found.entry, is_stale=True, detail=detail)

    def _renew(self, call: GraphCall, found: Found) -> str:
        async def refresh(call: GraphCall) -> Answer:
            return await self._renewal(call, found)

        is_under_way = self._refreshes.begin(found.key, call, refresh)
        return "revalidating" if is_under_way else "too-many-refreshes"


class FromGraph:
    """What Graph says, shared by all who ask the same."""

    way: ClassVar[Way] = Way.GRAPH
    priority: ClassVar[int] = 200
    result: ClassVar[str] = "miss"

    def __init__(self, renewal: Renewal, foresight: Foresight) -> None:
        self._renewal = renewal
        self._foresight = foresight

    async def __call__(
        self, call: GraphCall, found: Found, _failure: ExchangeError | None
    ) -> Answer | Unfit:
        """Ask Graph, unless it failed just now and something kept will do."""
        if found.resting and _can_wait(call, found):
            return Unfit.BACKING_OFF
        # Who shares a call, a probe above all, needs no leave for another.
        if not self._renewal.is_under_way(call, found):
            await self._foresight(call)
        return await self._renewal(call, found)


class StandIn:
    """An older answer in place of a passing failure.

    It is also what those get who want no request made.
    """

    way: ClassVar[Way] = Way.STALE
    priority: ClassVar[int] = 100
    result: ClassVar[str] = "stale"

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry

    async def __call__(
        self, call: GraphCall, found: Found, failure: ExchangeError | None
    ) -> Answer | Unfit:
        """Give what is kept in place of an error."""
        if found.entry is None:
            return Unfit.NOTHING_KEPT
        if failure is not None and not failure.stale_ok:
            return Unfit.FINAL_ERROR
        wishes = call.context.cache
        unfit = unfit_as_stand_in(found.age, found.lifetime, wishes)
        if unfit:
            return unfit
        if wishes.only_if_cached:
            return hit(found, found.entry, is_stale=True)
        self._tell(call, found, failure)
        call.tally.hidden = failure
        if failure is None:
            return hit(found, found.entry, is_stale=True, detail=found.resting)
        return stand_in(found, found.entry, failure)

    def _tell(
        self, call: GraphCall, found: Found, failure: ExchangeError | None
    ) -> None:
        self._telemetry.log(
            SERVED_STALE,
            tenant=call.context.tenant,
            workload=call.operation.workload,
            operation=call.operation.name,
            outcome=failure.code if failure else found.resting,
            age_s=round(found.age),
        )


def _can_wait(call: GraphCall, found: Found) -> bool:
    """Tell whether what is kept serves the caller until Graph has rested.

    Not whoever demands a certain age, and not whoever wrote since: for them
    Graph is asked whatever happened to those before.
    """
    wishes = call.context.cache
    return (
        Way.STALE in call.operation.fallback
        and found.entry is not None
        and found.is_current
        and wishes.max_age is None
        and unfit_as_stand_in(found.age, found.lifetime, wishes) is None
    )
