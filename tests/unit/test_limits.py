"""Windows, and bounded state for each of many keys."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.clock import Deadline, SystemClock
from app.gateway.calls import ScopeKey
from app.gateway.policies.adaptive import Told
from app.gateway.policies.lane import Limits
from app.gateway.policies.local_permits import LocalPermits
from app.gateway.policies.permits import Report, Wish
from app.gateway.policies.window import SlidingWindow
from app.keyed import Keyed
from app.models.context import Criticality

REQUESTS = (20, 60.0, 4)
UPLOADS = (150 * 1024 * 1024, 300.0, 40 * 1024 * 1024)


@settings(max_examples=300, deadline=None)
@given(st.data(), st.sampled_from([REQUESTS, UPLOADS]))
def test_t109_no_stretch_of_time_holds_more(
    data: st.DataObject, kind: tuple[int, float, int]
) -> None:
    """Requests or bytes: in no window's length is there more than allowed."""
    limit, seconds, most = kind
    steps = data.draw(
        st.lists(
            st.tuples(
                st.floats(min_value=0, max_value=seconds / 6),
                st.integers(min_value=1, max_value=most),
                st.sampled_from(["kept", "kept", "kept", "taken back"]),
            ),
            max_size=80,
        )
    )
    window = SlidingWindow(limit, seconds)
    now = 1000.0
    kept: list[tuple[float, int]] = []
    for pause, amount, fate in steps:
        now += pause
        came = now
        while (wait := window.opens_in(amount, now)) > 0:
            now += wait
        ends = window.add(amount, now)
        if fate == "kept":
            kept.append((now, amount))
        else:
            window.take_back(amount, ends)
        recent = sum(n for at, n in kept if now - at < seconds)

        assert recent <= limit
        assert now - came <= seconds * 61 / 60


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(min_value=0, max_value=30),
            st.integers(min_value=1, max_value=20),
        ),
        min_size=1,
        max_size=60,
    )
)
def test_t109_no_wait_for_nothing(steps: list[tuple[float, int]]) -> None:
    """Who waits has a reason: with a sixtieth more, it would be too much."""
    window = SlidingWindow(20, 60.0)
    now = 1000.0
    taken: list[tuple[float, int]] = []
    for pause, amount in steps:
        now += pause
        wait = window.opens_in(amount, now)
        recent = sum(n for at, n in taken if now - at <= 61.0)

        assert (wait == 0) or recent + amount > 20
        if wait == 0:
            window.add(amount, now)
            taken.append((now, amount))


def test_what_is_above_the_limit_takes_a_whole_window() -> None:
    """It fits when nothing else counts any more."""
    window = SlidingWindow(20, 60.0)
    when_empty = window.opens_in(21, 0.0)
    window.add(1, 0.0)

    assert when_empty == 0
    assert window.opens_in(21, 0.0) == 61
    assert window.opens_in(21, 61.0) == 0


def test_what_is_taken_back_leaves_room_at_once() -> None:
    """Unless time has forgotten it already."""
    window = SlidingWindow(20, 60.0)
    first = window.add(15, 0.0)
    second = window.add(5, 30.0)
    full = window.opens_in(1, 30.0)
    window.take_back(5, second)
    room = window.opens_in(5, 30.0)
    window.add(5, 61.0)
    window.take_back(15, first)

    assert full == 31
    assert room == 0
    assert window.opens_in(15, 61.0) == 0
    assert window.opens_in(16, 61.0) > 0
    assert not window.is_empty(121.9)
    assert window.is_empty(122.0)


class State:
    """Idle unless it is told to be busy."""

    def __init__(self) -> None:
        self.busy = False

    def is_idle(self, _now: float) -> bool:
        return not self.busy


def test_t094_idle_state_is_forgotten() -> None:
    """100,000 keys: the map stays small, what is in use stays known."""
    states: Keyed[int, State] = Keyed(
        lambda _: State(), now=lambda: 0.0, most=100
    )
    states[7].busy = True
    for number in range(1000, 101_000):
        assert states[number].busy is False

    assert len(states) <= 101
    found = states.peek(7)
    assert found is not None
    assert found.busy


@pytest.mark.anyio
async def test_t094_so_are_mailboxes_and_tenants() -> None:
    """But for those whose permits are in use, waited for or in the window."""
    clock = SystemClock()
    limits = Limits(
        concurrency=1,
        requests=10,
        window=1.0,
        queue=2,
        tenant_concurrency=8,
        tenant_floor=2,
    )
    permits = LocalPermits(limits, clock, most_mailboxes=100, most_tenants=5)

    def wish(tenant: str, mailbox: str) -> Wish:
        return Wish(
            key=ScopeKey(tenant, mailbox),
            cost=1,
            criticality=Criticality.INTERACTIVE,
            deadline=Deadline(clock, 1e6),
        )

    held = await permits.acquire(wish("held", "ada"))
    waiting = asyncio.create_task(permits.acquire(wish("held", "ada")))
    served = Report(told=Told.SERVED, sent=1)
    for number in range(2000):
        lease = await permits.acquire(wish(f"t{number}", f"m{number}"))
        permits.release(lease, served)
        await clock.sleep(1.0)
    known = [usage.key.tenant for usage in permits.tenants()]
    busy = list(permits.mailboxes())
    permits.release(held, served)
    permits.release(await waiting, served)

    assert len(known) <= 6
    assert "held" in known
    assert len(permits._lanes) <= 101
    assert [(usage.in_use, usage.waiting) for usage in busy] == [(1, 1)]
    assert list(permits.mailboxes()) == []
