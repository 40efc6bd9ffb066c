"""Cases G: permits, driven by a machine that tries to break them."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from app.clock import Deadline, SystemClock
from app.gateway.calls import ScopeKey
from app.gateway.policies.adaptive import Told
from app.gateway.policies.bulkhead import Bulkhead
from app.gateway.policies.lane import Limits, Ticket
from app.gateway.policies.local_permits import LocalPermits
from app.gateway.policies.permits import Lease, Report, Wish
from app.models.context import Criticality
from app.problems.failures import DeadlineExceeded, ServiceOverloaded
from app.problems.graph_failures import GraphThrottled
from tests.support.limits import assert_all_wait_for_a_reason
from tests.support.virtual_loop import VirtualLoop

LIMITS = Limits(
    concurrency=4,
    requests=60,
    window=60.0,
    queue=5,
    tenant_concurrency=6,
    tenant_floor=3,
)
KEYS = [
    ScopeKey("contoso", "ada"),
    ScopeKey("contoso", "grace"),
    ScopeKey("fabrikam", "ada"),
]
TENANTS = sorted({key.tenant for key in KEYS})
REFUSALS = (DeadlineExceeded, GraphThrottled, ServiceOverloaded)
PLACES = st.integers(min_value=0, max_value=1000)
SERVED = Report(told=Told.SERVED, sent=1)
FOR_EVER = 1e6
REPORTS = st.builds(
    Report, told=st.sampled_from(Told), sent=st.sampled_from([0, 1, 1, 2])
)


@dataclass(eq=False, kw_only=True)
class Caller:
    """One who wants permits."""

    number: int
    wish: Wish
    began: float
    patience: float
    task: "asyncio.Task[Lease]"
    is_released: bool = False

    @property
    def lease(self) -> Lease | None:
        """What it holds, once it has got it."""
        task = self.task
        if self.is_released or not task.done() or task.cancelled():
            return None
        return None if task.exception() else task.result()

    @property
    def was_served_or_left(self) -> bool:
        """Whether nothing else ended its wait, but for a full queue."""
        if self.task.cancelled():
            return True
        error = self.task.exception()
        return error is None or isinstance(error, ServiceOverloaded)


class Recording(Bulkhead):
    """Notes in which order permits are given.

    That is not the order in which tasks find out: who was given some while
    it waited learns of it a moment later than who comes and is given some.
    """

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.served: defaultdict[tuple[str, Criticality], list[str]] = (
            defaultdict(list)
        )
        self._names: dict[Ticket, str] = {}

    def pass_by(self, ticket: Ticket) -> bool:
        task = asyncio.current_task()
        assert task is not None
        self._names[ticket] = task.get_name()
        return super().pass_by(ticket)

    def _take(self, ticket: Ticket, now: float) -> None:
        super()._take(ticket, now)
        kind = ticket.source, ticket.criticality
        self.served[kind].append(self._names.pop(ticket))


class Storm(RuleBasedStateMachine):
    """Callers who come, leave, and are done, at any moment.

    Rules that do not let the loop run leave what they did to coincide with
    what the next ones do.
    """

    def __init__(self) -> None:
        super().__init__()
        self.loop = VirtualLoop()
        self.clock = SystemClock()
        self.run(self._set_clock())
        self.permits = LocalPermits(LIMITS, self.clock)
        self.callers: list[Caller] = []
        self.bulkheads = [Recording(LIMITS) for _ in TENANTS]
        for name, bulkhead in zip(TENANTS, self.bulkheads, strict=True):
            self.permits._tenants[name].bulkhead = bulkhead

    async def _set_clock(self) -> None:
        self.clock.now()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    @rule(
        key=st.sampled_from(KEYS),
        cost=st.sampled_from([1, 1, 1, 1, 8]),
        criticality=st.sampled_from(Criticality),
        patience=st.sampled_from([0.5, 5.0, FOR_EVER, FOR_EVER]),
        size=st.integers(min_value=1, max_value=9),
    )
    def come(
        self,
        *,
        key: ScopeKey,
        cost: int,
        criticality: Criticality,
        patience: float,
        size: int,
    ) -> None:
        for _ in range(size):
            self._come(key, cost, criticality, patience)

    def _come(
        self,
        key: ScopeKey,
        cost: int,
        criticality: Criticality,
        patience: float,
    ) -> None:
        wish = Wish(
            key=key,
            cost=cost,
            criticality=criticality,
            deadline=Deadline(self.clock, patience),
        )
        number = len(self.callers)
        self.callers.append(
            Caller(
                number=number,
                wish=wish,
                began=self.clock.now(),
                patience=patience,
                task=self.loop.create_task(
                    self.permits.acquire(wish), name=str(number)
                ),
            )
        )

    @rule(place=PLACES)
    def leave(self, place: int) -> None:
        waiting = [c for c in self.callers if not c.task.done()]
        if waiting:
            waiting[place % len(waiting)].task.cancel()

    @rule(place=PLACES, report=REPORTS, twice=st.booleans())
    def release(self, place: int, report: Report, *, twice: bool) -> None:
        holders = [c for c in self.callers if c.lease]
        if not holders:
            return
        caller = holders[place % len(holders)]
        for _ in range(1 + twice):
            self._release(caller, report)

    @rule(place=PLACES, report=REPORTS)
    def release_and_leave(self, place: int, report: Report) -> None:
        """Who is next leaves when it was let in and has not noticed yet."""
        holders = [c for c in self.callers if c.lease]
        if not holders:
            return
        caller = holders[place % len(holders)]
        self._release(caller, report)
        waiting = [
            other.task
            for other in self.callers
            if other.wish.key == caller.wish.key and not other.task.done()
        ]
        for task in waiting[:1]:
            task.cancel()

    def _release(self, caller: Caller, report: Report) -> None:
        caller.is_released = True

        async def give_back() -> None:
            # Ends before anybody who is let in has noticed.
            self.permits.release(caller.task.result(), report)

        self.run(give_back())

    @rule(seconds=st.sampled_from([0.0, 0.0, 0.0, 0.3, 1.0, 12.0, 61.0]))
    def wait(self, seconds: float) -> None:
        self.run(self.clock.sleep(seconds))
        for name in TENANTS:
            assert_all_wait_for_a_reason(
                self.permits._tenants[name].bulkhead,
                [self.permits._lanes[k] for k in KEYS if k.tenant == name],
                self.clock.now(),
            )

    @invariant()
    def no_more_than_the_limit_are_in_flight(self) -> None:
        in_use = {usage.key: usage for usage in self.permits.mailboxes()}
        by_tenant: Counter[str] = Counter()
        for usage in in_use.values():
            by_tenant[usage.key.tenant] += usage.in_use

            assert 0 <= usage.in_use <= 4
            assert 1 <= usage.limit <= 4
        for usage in self.permits.tenants():
            assert usage.in_use == by_tenant[usage.key.tenant] <= 6
            assert 3 <= usage.limit <= 6

    @invariant()
    def each_criticality_is_served_in_order(self) -> None:
        for bulkhead in self.bulkheads:
            for numbers in bulkhead.served.values():
                assert numbers == sorted(numbers, key=int)

    @invariant()
    def nobody_fails_but_for_a_reason(self) -> None:
        for caller in self.callers:
            task = caller.task
            if task.done() and not task.cancelled() and task.exception():
                assert isinstance(task.exception(), REFUSALS)

    @invariant()
    def nobody_waits_beyond_the_deadline(self) -> None:
        for caller in self.callers:
            late = self.clock.now() - caller.began - caller.patience

            assert caller.task.done() or late <= 0

    def teardown(self) -> None:
        """All who still wait are served; then everything is there again."""
        for _ in range(1000):
            self.run(self.clock.sleep(1))
            for caller in self.callers:
                if caller.lease:
                    self._release(caller, SERVED)
            if all(c.task.done() and not c.lease for c in self.callers):
                break
        for caller in self.callers:
            assert caller.task.done()
            assert caller.patience < FOR_EVER or caller.was_served_or_left
        for usage in (*self.permits.tenants(), *self.permits.mailboxes()):
            assert usage.in_use == usage.waiting == 0
        assert self.permits._turns == {}
        assert self.permits._held == {}
        self.run(self._take_all())
        self.loop.close()

    async def _take_all(self) -> None:
        """Once the windows are empty, a batch of each mailbox goes at once."""
        await self.clock.sleep(130)
        began = self.clock.now()
        for key in KEYS:
            wish = Wish(
                key=key,
                cost=8,
                criticality=Criticality.INTERACTIVE,
                deadline=Deadline(self.clock, 1),
            )
            self.permits.release(await self.permits.acquire(wish), SERVED)
        assert self.clock.now() == began


@pytest.mark.anyio
async def test_t106_who_leaves_in_its_turn_hands_it_on() -> None:
    """It was let in and cancelled in the same moment; the next one goes."""
    clock = SystemClock()
    permits = LocalPermits(LIMITS, clock)
    wish = Wish(
        key=KEYS[0],
        cost=1,
        criticality=Criticality.INTERACTIVE,
        deadline=Deadline(clock, 30),
    )
    held = [await permits.acquire(wish) for _ in range(4)]
    leaver, heir, late = (
        asyncio.create_task(permits.acquire(wish)) for _ in range(3)
    )
    await clock.sleep(1)
    permits.release(held[0], SERVED)
    leaver.cancel()
    await clock.sleep(0.1)
    [usage] = permits.mailboxes()

    assert leaver.cancelled()
    assert heir.done()
    assert (usage.in_use, usage.waiting) == (4, 1)
    late.cancel()
    await asyncio.wait([late])


@pytest.mark.anyio
async def test_t109_a_lease_tells_what_was_waited_for() -> None:
    """The window, if it was shut meanwhile; else a permit."""
    clock = SystemClock()
    permits = LocalPermits(LIMITS, clock)
    wish = Wish(
        key=KEYS[0],
        cost=60,
        criticality=Criticality.INTERACTIVE,
        deadline=Deadline(clock, 600),
    )
    first = await permits.acquire(wish)
    waiting = asyncio.create_task(permits.acquire(wish))
    await clock.sleep(1)
    permits.release(first, SERVED)
    second = await waiting

    assert first.kind == "permit"
    assert second.kind == "window"
    assert clock.now() == pytest.approx(1061)


def test_t106_no_interleaving_loses_or_makes_a_permit() -> None:
    """Nor forgets who waits, nor lets anybody wait beyond its deadline."""
    run_state_machine_as_test(
        Storm,
        settings=settings(
            max_examples=100, stateful_step_count=50, deadline=None
        ),
    )
