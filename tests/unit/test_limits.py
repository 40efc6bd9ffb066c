"""Permits, windows and bounded state."""

import asyncio
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.gateway.policies.bulkhead import Bulkhead, QueueFull
from app.gateway.policies.keyed import Keyed
from app.gateway.policies.window import SlidingWindow


@pytest.mark.anyio
@pytest.mark.parametrize("seed", range(20))
async def test_no_permit_is_lost_or_made(seed: int) -> None:
    """Takers of one to four permits who come, leave and finish at random."""
    chance = random.Random(seed)
    bulkhead = Bulkhead(4, 1000)
    held = 0

    async def take(count: int) -> None:
        nonlocal held
        await bulkhead.acquire(count)
        held += count
        assert held <= 4
        try:
            await asyncio.wait(
                [asyncio.get_running_loop().create_future()],
                timeout=chance.random(),
            )
        finally:
            held -= count
            bulkhead.release(count)

    tasks = []
    for _ in range(200):
        tasks.append(asyncio.create_task(take(chance.randint(1, 4))))
        if chance.random() < 0.5:
            chance.choice(tasks).cancel()
        if chance.random() < 0.3:
            await asyncio.wait(tasks[-1:], timeout=chance.random())
    await asyncio.gather(*tasks, return_exceptions=True)

    assert bulkhead.in_use == 0
    assert bulkhead.waiting == 0


@pytest.mark.anyio
async def test_first_come_first_served() -> None:
    """Who wants many permits is not passed by who wants few."""
    bulkhead = Bulkhead(4, 10)
    order: list[str] = []

    async def take(name: str, count: int) -> None:
        await bulkhead.acquire(count)
        order.append(name)

    await bulkhead.acquire(3)
    tasks = [
        asyncio.create_task(take("four", 4)),
        asyncio.create_task(take("one", 1)),
    ]
    await asyncio.wait(tasks, timeout=1)
    before = list(order)
    bulkhead.release(3)
    await asyncio.wait(tasks, timeout=1)
    middle = list(order)
    bulkhead.release(4)
    await asyncio.gather(*tasks)

    assert before == []
    assert middle == ["four"]
    assert order == ["four", "one"]


@pytest.mark.anyio
async def test_the_queue_is_bounded() -> None:
    """When enough wait, the next is refused."""
    bulkhead = Bulkhead(1, 2)
    await bulkhead.acquire(1)
    waiting = [asyncio.create_task(bulkhead.acquire(1)) for _ in range(2)]
    await asyncio.wait(waiting, timeout=0)
    with pytest.raises(QueueFull):
        await bulkhead.acquire(1)
    waiting[0].cancel()
    await asyncio.wait(waiting, timeout=0)
    third = asyncio.create_task(bulkhead.acquire(1))
    bulkhead.release(1)
    await asyncio.wait([waiting[1]])
    bulkhead.release(1)
    await third


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(
            st.floats(min_value=0, max_value=5),
            st.integers(min_value=1, max_value=4),
        ),
        min_size=1,
        max_size=150,
    )
)
def test_the_window_never_admits_more(steps: list[tuple[float, int]]) -> None:
    """In no 60 seconds are there more than twenty."""
    window = SlidingWindow(20, 60.0)
    now = 0.0
    taken: list[tuple[float, int]] = []
    for pause, count in steps:
        now += pause
        came = now
        while (wait := window.opens_in(count, now)) > 0:
            now += wait
        window.add(count, now)
        taken.append((now, count))
        recent = sum(n for at, n in taken if now - at < 60.0)

        assert recent <= 20
        assert now - came <= 61.0


class State:
    """Idle unless it is told to be busy."""

    def __init__(self) -> None:
        self.busy = False

    def is_idle(self, _now: float) -> bool:
        return not self.busy


def test_t094_idle_state_is_forgotten() -> None:
    """100,000 keys: the map stays small, what is in use stays known."""
    states: Keyed[int, State] = Keyed(State, now=lambda: 0.0, most=100)
    states[7].busy = True
    for number in range(1000, 101_000):
        assert states[number].busy is False

    assert len(states) <= 101
    found = states.peek(7)
    assert found is not None
    assert found.busy
