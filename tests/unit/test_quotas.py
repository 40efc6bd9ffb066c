"""What callers may use: accounts, and the book of them."""

import asyncio
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.callers.account import Account
from app.callers.caller import Caller, Quota
from app.callers.quotas import Quotas
from app.clock import SystemClock
from app.gateway.policies.window import SlidingWindow
from app.models.context import Costs
from app.problems.refusals import QuotaExceeded

QUOTA = Quota(requests=12, window=60.0, concurrency=3)

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["enter", "leave", "wait"]),
        st.floats(0.0, 45.0),
        st.integers(0, 8),
    ),
    max_size=80,
)


def opened(quota: Quota | None = QUOTA) -> Account:
    if quota is None:
        return Account()
    window = SlidingWindow(quota.requests, quota.window)
    return Account(quota=quota, window=window)


@dataclass
class Model:
    """What was charged, and when."""

    now: float = 0.0
    in_flight: int = 0
    charged: list[tuple[float, int]] = field(default_factory=list)

    def used(self) -> int:
        since = self.now - QUOTA.window
        return sum(cost for at, cost in self.charged if at > since)


@given(STEPS)
def test_never_more_than_the_quota_is_let_in(
    steps: list[tuple[str, float, int]],
) -> None:
    """Whoever comes and goes: the bounds hold each time one is let in."""
    account, model = opened(), Model()
    for step, seconds, cost in steps:
        if step == "wait":
            model.now += seconds
        elif step == "enter":
            wait = account.enter(model.now)
            if wait == 0:
                assert model.used() + 1 <= QUOTA.requests
                model.charged.append((model.now, 1))
                model.in_flight += 1
        elif model.in_flight:
            account.charge(cost, model.now)
            account.leave()
            model.charged.append((model.now, cost))
            model.in_flight -= 1

        assert account.in_flight == model.in_flight <= QUOTA.concurrency


@given(STEPS)
def test_no_window_costs_more_than_the_quota(
    steps: list[tuple[str, float, int]],
) -> None:
    """Known costs stay within it; others exceed it by what was under way."""
    account, model = opened(), Model()
    largest = max((cost for *_, cost in steps), default=0)
    for step, seconds, cost in steps:
        model.now += seconds
        if step == "enter" and account.enter(model.now) == 0:
            model.charged.append((model.now, 1))
        elif step == "leave" and account.in_flight:
            account.charge(cost, model.now)
            account.leave()
            model.charged.append((model.now, cost))

        debt = QUOTA.concurrency * largest
        assert model.used() <= QUOTA.requests + debt


@given(STEPS)
def test_what_callers_are_told_holds(
    steps: list[tuple[str, float, int]],
) -> None:
    """What is said to be left is let in; who waits as told is let in."""
    account, now = opened(Quota(requests=9, window=30, concurrency=99)), 0.0
    for _, seconds, cost in steps:
        now += seconds
        wait = account.enter(now)
        if wait > 0:
            now += wait
            assert account.enter(now) == 0
        account.charge(cost, now)
        account.leave()
        standing = account.standing(now)
        assert standing is not None
        assert standing.seconds > 0
        if standing.remaining:
            for _ in range(standing.remaining):
                assert account.enter(now) == 0
                account.leave()
            assert account.enter(now) > 0


def test_without_a_quota_nothing_is_refused() -> None:
    """It is counted all the same."""
    account = opened(None)
    for _ in range(1000):
        assert account.enter(0.0) == 0
        account.charge(3, 0.0)

    assert account.standing(0.0) is None
    assert (account.requests, account.cost) == (1000, 4000)


def test_a_debt_is_paid_first() -> None:
    """What came to more than was left keeps others out for longer."""
    account = opened(Quota(requests=5, window=60, concurrency=9))
    for at in (0.0, 20.0, 40.0):
        assert account.enter(at) == 0
    account.charge(4, 40.0)

    # 7 of 5 are used: two of them have to leave, and one more for the next.
    assert account.enter(50.0) == pytest.approx(51.0, abs=1)
    assert account.enter(81.5) > 0
    assert account.enter(101.5) == 0


@pytest.mark.anyio
async def test_an_account_is_settled_once() -> None:
    """However often it is settled, each cost is charged once."""
    quotas = Quotas(SlidingWindow, SystemClock())
    caller, costs = Caller(name="app", quota=QUOTA), Costs()
    with quotas.visit(caller, costs) as visit:
        costs.graph_calls, costs.graph_cost = 1, 4
        visit.settle()
        visit.settle()
        costs.graph_calls, costs.graph_cost = 2, 5

    [found] = quotas.statistics()
    assert found.standing is not None
    assert found.standing.remaining == 12 - 1 - 5
    assert (found.cost, found.graph_calls, found.in_flight) == (6, 2, 0)


@pytest.mark.anyio
async def test_a_failure_is_charged_too() -> None:
    """Whatever ends a request, it is charged and no longer in flight."""
    quotas = Quotas(SlidingWindow, SystemClock())
    caller, costs = Caller(name="app", quota=QUOTA), Costs()
    costs.graph_cost = 2
    with pytest.raises(RuntimeError), quotas.visit(caller, costs):
        raise RuntimeError

    [found] = quotas.statistics()
    assert (found.cost, found.in_flight) == (3, 0)


@pytest.mark.anyio
async def test_callers_are_bounded_and_nobody_gains() -> None:
    """Idle ones are forgotten, never one that has used something."""
    clock = SystemClock()
    quotas = Quotas(SlidingWindow, clock, most_callers=10)
    quota = Quota(requests=1, window=60, concurrency=1)
    greedy = Caller(name="greedy", quota=quota)
    with quotas.visit(greedy, Costs()):
        pass
    for number in range(50):
        with quotas.visit(Caller(name=f"{number}"), Costs()):
            pass
    with pytest.raises(QuotaExceeded) as caught, quotas.visit(greedy, Costs()):
        pass
    await clock.sleep(caught.value.retry_after or 0)
    for number in range(50, 100):
        with quotas.visit(Caller(name=f"{number}"), Costs()):
            pass

    names = {found.caller.name for found in quotas.statistics()}
    assert len(names) <= 11
    assert "greedy" not in names


@pytest.mark.anyio
async def test_shares_are_told_to_another_thread() -> None:
    """To read them changes nothing, and runs nothing that could be halted."""
    clock = SystemClock()
    quotas = Quotas(SlidingWindow, clock)
    with quotas.visit(Caller(name="app", quota=QUOTA), Costs()):
        [(caller, share)] = await asyncio.to_thread(list, quotas.shares())
    window = SlidingWindow(10, 60.0)
    window.add(3, 0.0)

    assert (caller.name, share) == ("app", 1 / 12)
    assert [window.used(now) for now in (99.0, 0.0)] == [0, 3]
    assert Caller.__hash__ is tuple.__hash__
