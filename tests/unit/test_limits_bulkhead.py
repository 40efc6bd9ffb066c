"""Who goes next, of all the mailboxes of a tenant."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.gateway.policies.adaptive import Told
from app.gateway.policies.bulkhead import Bulkhead, QueueFull
from app.gateway.policies.lane import Lane, Limits, Ticket
from app.models.context import Criticality
from tests.support.limits import assert_all_wait_for_a_reason

LIMITS = Limits(
    concurrency=4,
    requests=12,
    window=60.0,
    queue=6,
    tenant_concurrency=7,
    tenant_floor=3,
)
MAILBOXES = ("ada", "grace", "linus", "edsger")


class Tenant:
    """A bulkhead and its lanes, and a short way to use them."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self.bulkhead = Bulkhead(limits)
        self.lanes = {name: Lane(limits) for name in MAILBOXES}
        self.now = 1000.0

    def enter(
        self,
        name: str,
        cost: int = 1,
        criticality: Criticality = Criticality.INTERACTIVE,
    ) -> Ticket:
        ticket = self.ticket(name, cost, criticality)
        self.bulkhead.enter(ticket)
        return ticket

    def ticket(self, name: str, cost: int, criticality: Criticality) -> Ticket:
        return Ticket(
            lane=self.lanes[name],
            source=name,
            criticality=criticality,
            cost=cost,
            entered=self.now,
        )

    def admit(self) -> list[Ticket]:
        return self.bulkhead.admit(self.now)

    def leave(self, ticket: Ticket) -> None:
        self.bulkhead.leave(ticket, self.now)


def test_t101_four_go_and_the_fifth_waits() -> None:
    """Until one of them is done; other mailboxes go at once."""
    tenant = Tenant()
    tickets = [tenant.enter("ada") for _ in range(5)]
    first = tenant.admit()
    other = tenant.enter("grace")
    second = tenant.admit()
    tenant.leave(tickets[0])

    assert first == tickets[:4]
    assert second == [other]
    assert tenant.admit() == [tickets[4]]


def test_t104_who_needs_four_is_passed_by_nobody() -> None:
    """Neither in its mailbox nor, if permits are short, in its tenant."""
    tenant = Tenant()
    holders = [tenant.enter("ada", 4), tenant.enter("grace", 2)]
    tenant.admit()
    batch = tenant.enter("linus", 8)
    small = [tenant.enter("linus"), tenant.enter("edsger")]
    blocked = tenant.admit()
    tenant.leave(holders[1])
    still = tenant.admit()
    tenant.leave(holders[0])
    then = tenant.admit()

    assert blocked == still == []
    assert then == [batch, small[1]]
    assert batch.permits == 4
    assert tenant.bulkhead.in_use == 5


def test_t104_a_lower_limit_lets_a_batch_go_alone() -> None:
    """It takes all permits there are; it would wait for four for ever."""
    tenant = Tenant()
    tenant.lanes["ada"].limit.refused(0)
    tenant.lanes["ada"].limit.refused(1)
    batch, single = tenant.enter("ada", 8), tenant.enter("ada")
    first = tenant.admit()
    tenant.leave(batch)

    assert first == [batch]
    assert batch.permits == 0
    assert tenant.admit() == [single]


def test_t104_a_small_tenant_lets_a_batch_go_too() -> None:
    """Also where a tenant has fewer permits than a mailbox."""
    tenant = Tenant(replace(LIMITS, tenant_concurrency=3))
    single = tenant.enter("grace")
    batch = tenant.enter("ada", 8)
    first = tenant.admit()
    tenant.leave(single)

    assert first == [single]
    assert tenant.admit() == [batch]
    assert batch.permits == 3


def test_t105_each_criticality_has_its_own_queue() -> None:
    """Where one is full, another is not."""
    tenant = Tenant()
    for _ in range(6):
        tenant.enter("ada", criticality=Criticality.SYNC)
    with pytest.raises(QueueFull):
        tenant.enter("ada", criticality=Criticality.SYNC)

    tenant.enter("ada")
    assert tenant.bulkhead.waiting == 7


def test_t109_the_first_waits_for_the_window_and_all_behind_it() -> None:
    """A batch that does not fit is not starved by what would fit."""
    tenant = Tenant()
    for _ in range(10):
        tenant.leave(tenant.enter("ada"))
        ticket = tenant.enter("ada")
        tenant.admit()
        tenant.leave(ticket)
    batch, single = tenant.enter("ada", 4), tenant.enter("ada")
    other = tenant.enter("grace")
    now = tenant.admit()
    opens_at = tenant.bulkhead.opens_at()
    tenant.now += 60.9
    early = tenant.admit()
    tenant.now += 0.2
    then = tenant.admit()

    assert now == [other]
    assert opens_at == pytest.approx(1061)
    assert early == []
    assert then == [batch]
    assert batch.waited_for_window
    assert single.permits == 0
    assert not other.waited_for_window


def test_t109_more_than_a_window_takes_a_whole_one() -> None:
    """A batch of twenty where only twelve are allowed still goes, alone."""
    tenant = Tenant()
    batch = tenant.enter("ada", 20)
    first = tenant.admit()
    tenant.leave(batch)
    tenant.enter("ada")

    assert first == [batch]
    assert tenant.admit() == []


class Traffic(RuleBasedStateMachine):
    """Calls of four mailboxes that come, leave, and end in any way."""

    def __init__(self) -> None:
        super().__init__()
        self.tenant = Tenant()
        self.bulkhead = self.tenant.bulkhead
        self.waiting: list[Ticket] = []
        self.running: list[Ticket] = []
        self.counted: dict[Ticket, float] = {}
        self.numbers = itertools.count()
        self.order: dict[Ticket, int] = {}

    @rule(
        name=st.sampled_from(MAILBOXES),
        cost=st.sampled_from([1, 1, 1, 2, 4, 8, 20]),
        criticality=st.sampled_from(Criticality),
    )
    def enter(self, name: str, cost: int, criticality: Criticality) -> None:
        lane = self.tenant.lanes[name]
        is_full = lane.waiting.waiting(criticality) == LIMITS.queue
        try:
            ticket = self.tenant.enter(name, cost, criticality)
        except QueueFull:
            assert is_full
            return
        assert not is_full
        self.order[ticket] = next(self.numbers)
        self.waiting.append(ticket)
        self._admit()

    @rule(name=st.sampled_from(MAILBOXES), cost=st.sampled_from([1, 4, 20]))
    def pass_by(self, name: str, cost: int) -> None:
        ticket = self.tenant.ticket(name, cost, Criticality.SYNC)
        if self.bulkhead.pass_by(ticket):
            assert self.waiting == []
            assert ticket.lane.in_use <= ticket.lane.limit.value
            assert self.bulkhead.in_use <= self.bulkhead.limit.value
            self.running.append(ticket)
            self.counted[ticket] = self.tenant.now

    @precondition(lambda self: self.waiting)
    @rule(place=st.integers(min_value=0, max_value=1000))
    def give_up(self, place: int) -> None:
        ticket = self.waiting.pop(place % len(self.waiting))
        self.tenant.leave(ticket)
        self._admit()

    @precondition(lambda self: self.running)
    @rule(
        place=st.integers(min_value=0, max_value=1000),
        told=st.sampled_from(Told),
        sent=st.sampled_from([0, 1, 1, 1, 2]),
        twice=st.booleans(),
    )
    def end(self, place: int, told: Told, sent: int, *, twice: bool) -> None:
        ticket = self.running.pop(place % len(self.running))
        self.bulkhead.learn(ticket, told, self.tenant.now)
        ticket.correct(sent, self.tenant.now)
        if sent == 0:
            del self.counted[ticket]
        self.tenant.leave(ticket)
        if twice:
            self.tenant.leave(ticket)
        self._admit()

    @rule(seconds=st.sampled_from([0.1, 1.0, 7.0, 30.0, 61.0]))
    def wait(self, seconds: float) -> None:
        self.tenant.now += seconds
        self._admit()

    def _admit(self) -> None:
        """Let in, and look at each who is."""
        in_use = {n: lane.in_use for n, lane in self.tenant.lanes.items()}
        for ticket in self.tenant.admit():
            self.waiting.remove(ticket)
            self.running.append(ticket)
            self.counted[ticket] = self.tenant.now
            in_use[ticket.source] += ticket.permits
            ahead = [
                other
                for other in self.waiting
                if (other.source, other.criticality)
                == (ticket.source, ticket.criticality)
                and self.order[other] < self.order[ticket]
            ]

            assert ahead == []
            assert ticket.permits == min(
                ticket.cost,
                ticket.lane.limit.value,
                self.bulkhead.limit.value,
            )
            assert in_use[ticket.source] <= ticket.lane.limit.value
            assert self.bulkhead.in_use <= self.bulkhead.limit.value

    @invariant()
    def nothing_leaks(self) -> None:
        for name, lane in self.tenant.lanes.items():
            held = [t.permits for t in self.running if t.source == name]
            waiting = [t for t in self.waiting if t.source == name]

            assert lane.in_use == sum(held) <= 4
            assert len(lane.waiting) == len(waiting)
        assert self.bulkhead.in_use == sum(t.permits for t in self.running)
        assert self.bulkhead.in_use <= LIMITS.tenant_concurrency
        assert self.bulkhead.waiting == len(self.waiting)

    @invariant()
    def windows_are_kept(self) -> None:
        for name in MAILBOXES:
            recent = [
                ticket.cost
                for ticket, at in self.counted.items()
                if ticket.source == name and self.tenant.now - at < 60
            ]

            assert sum(recent) <= LIMITS.requests

    @invariant()
    def nobody_waits_without_a_reason(self) -> None:
        assert_all_wait_for_a_reason(
            self.bulkhead, self.tenant.lanes.values(), self.tenant.now
        )

    def teardown(self) -> None:
        """Everybody who still waits is served in the end."""
        while self.waiting or self.running:
            for ticket in self.running:
                self.tenant.leave(ticket)
            self.running.clear()
            opens_at = self.bulkhead.opens_at()
            if opens_at is not None:
                self.tenant.now = max(self.tenant.now, opens_at)
            self._admit()

            assert self.running or opens_at is not None or not self.waiting
        self.nothing_leaks()


def test_t101_to_t109_hold_in_any_traffic() -> None:
    """No permit too many, none lost, nobody forgotten, in order of arrival."""
    run_state_machine_as_test(
        Traffic,
        settings=settings(
            max_examples=150, stateful_step_count=60, deadline=None
        ),
    )
