"""Who is let in when there is too much, and how many begin at once."""

import asyncio
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clock import SystemClock
from app.models.context import Criticality
from app.routers.middleware.admission import (
    admits,
    come_back_in,
    criticality_of,
    is_in_time,
)
from app.routers.middleware.turnstile import Turnstile

ORDER = list(Criticality)
CLASSES = st.sampled_from(ORDER)


@given(st.integers(0, 3000), st.integers(1, 2000), CLASSES)
def test_never_more_than_the_limit(
    in_flight: int, limit: int, criticality: Criticality
) -> None:
    """Nobody is let in beyond it; an idle service lets anybody in."""
    if in_flight >= limit:
        assert not admits(in_flight, limit, criticality)
    if in_flight == 0:
        assert admits(in_flight, limit, criticality)


@given(st.integers(0, 3000), st.integers(1, 2000))
def test_who_matters_more_is_let_in_before(in_flight: int, limit: int) -> None:
    """Where one class is let in, so are those above it."""
    let_in = [admits(in_flight, limit, one) for one in ORDER]

    assert let_in == sorted(let_in, reverse=True)


@given(wait=st.floats(0, 2), in_flood=st.booleans())
def test_who_matters_more_may_wait_for_longer(
    *, wait: float, in_flood: bool
) -> None:
    """And nobody for as long as those who are refused are told to."""
    let_in = [is_in_time(wait, one, in_flood=in_flood) for one in ORDER]

    assert let_in == sorted(let_in, reverse=True)
    assert wait < 1 or not any(let_in)
    assert wait > 0 or all(let_in)


@given(st.integers(0, 2**32), CLASSES)
def test_who_is_refused_comes_back_at_different_times(
    seed: int, criticality: Criticality
) -> None:
    """Spread over a twofold time, and never at once."""
    chance = random.Random(seed)
    pauses = [come_back_in(criticality, chance.uniform) for _ in range(50)]

    assert min(pauses) >= 1
    assert max(pauses) <= 2 * 15
    assert len(set(pauses)) > 40


@pytest.mark.parametrize(
    ("method", "query", "expected"),
    [
        ("GET", "", Criticality.INTERACTIVE),
        ("GET", "limit=5&cursor=abc", Criticality.SYNC),
        ("GET", "query=cursor", Criticality.INTERACTIVE),
        ("POST", "cursor=abc", Criticality.INTERACTIVE),
    ],
)
def test_who_walks_through_a_list_can_wait(
    method: str, query: str, expected: Criticality
) -> None:
    """A page at a cursor is less urgent than a first look."""
    assert criticality_of(method, query.encode()) is expected


@pytest.mark.anyio
@pytest.mark.parametrize("seed", range(10))
async def test_a_few_begin_in_each_round(seed: int) -> None:
    """However many come and leave: few at once, in order, and none is lost."""
    chance = random.Random(seed)
    clock, loop = SystemClock(), asyncio.get_running_loop()
    turnstile = Turnstile(clock, lambda: 3)
    begun: list[tuple[int, int]] = []
    rounds = 0

    def count_rounds() -> None:
        nonlocal rounds
        rounds += 1
        loop.call_soon(count_rounds)

    async def come(number: int) -> None:
        await turnstile.enter()
        begun.append((number, rounds))

    count_rounds()
    tasks: list[asyncio.Task[None]] = []
    for _ in range(300):
        for _ in range(chance.choice([0, 0, 0, 1, 8])):
            tasks.append(asyncio.create_task(come(len(tasks))))
        if tasks and chance.random() < 0.5:
            chance.choice(tasks).cancel()
        await clock.sleep(0)
    results = await asyncio.gather(*tasks, return_exceptions=True)
    left = sum(isinstance(r, asyncio.CancelledError) for r in results)
    numbers = [number for number, _ in begun]
    # Those whose turn was due and those who found a free one.
    most = 2 * 3

    assert max(Counter(at for _, at in begun).values()) <= most
    assert all(
        abs(a - b) < most
        for a, b in zip(numbers, sorted(numbers), strict=True)
    )
    assert left > 0
    assert len(begun) + left == len(tasks)
    assert not turnstile._queue
