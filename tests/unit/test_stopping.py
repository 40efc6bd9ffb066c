"""The switch that ends waits, under any interleaving."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.clock import Interrupted, Limit, Stopping, SystemClock
from tests.support.virtual_loop import VirtualLoop

_MOMENTS = st.integers(min_value=0, max_value=12)
_PHASES = st.lists(
    st.tuples(
        st.sampled_from(["wait", "request", "refused"]),
        st.integers(min_value=0, max_value=4),
    ),
    max_size=5,
)


class Refused(Exception):
    """A request failed."""


async def _phase(
    stopping: Stopping, kind: str, seconds: int, log: list[str]
) -> None:
    clock = SystemClock()
    if kind == "wait":
        log.append("wait")
        await clock.sleep(seconds)
        return
    try:
        with stopping.sheltered():
            await clock.sleep(seconds)
            if kind == "refused":
                _refuse()
    except Refused:
        log.append("refused")
    except asyncio.CancelledError:
        log.append("cut off")
        raise


def _refuse() -> None:
    raise Refused


async def _life(
    stopping: Stopping, phases: list[tuple[str, int]], log: list[str]
) -> str:
    try:
        with stopping.interruptible():
            for kind, seconds in phases:
                await _phase(stopping, kind, seconds, log)
                if kind == "request":
                    # It has its answer; that is the end of a call.
                    break
    except Interrupted:
        return "interrupted"
    return "ended"


async def _play(
    lives: list[list[tuple[str, int]]], stop: int, cancels: list[int | None]
) -> None:
    stopping = Stopping()
    loop = asyncio.get_running_loop()
    logs: list[list[str]] = [[] for _ in lives]
    tasks = [
        asyncio.create_task(_life(stopping, phases, log))
        for phases, log in zip(lives, logs, strict=True)
    ]
    loop.call_later(stop, stopping.begin)
    for task, moment in zip(tasks, cancels, strict=False):
        if moment is not None:
            loop.call_later(moment, task.cancel)
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    took = loop.time() - 1000

    assert not stopping._waits
    # After the stop a request may still take its longest.
    assert took <= stop + 4
    for task, end, log in zip(tasks, ends, logs, strict=True):
        if end == "interrupted":
            assert "cut off" not in log
        if isinstance(end, asyncio.CancelledError):
            assert task.cancelled()
        else:
            assert end in {"ended", "interrupted"}


@settings(max_examples=300, deadline=None)
@given(
    st.lists(_PHASES, min_size=1, max_size=5),
    _MOMENTS,
    st.lists(st.none() | _MOMENTS, max_size=5),
)
def test_t059_waits_end_and_requests_do_not(
    lives: list[list[tuple[str, int]]], stop: int, cancels: list[int | None]
) -> None:
    """Who waits is interrupted, who asks is not, who is cancelled is."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(_play(lives, stop, cancels))


@pytest.mark.anyio
async def test_without_a_stop_nothing_changes() -> None:
    """Timeouts and errors inside come out as they are."""
    stopping = Stopping()
    with pytest.raises(TimeoutError), stopping.interruptible():
        raise TimeoutError
    with pytest.raises(Refused), stopping.interruptible():
        raise Refused

    assert not stopping._waits


def test_time_that_is_up_is_no_stop() -> None:
    """What a stop has let go on and its limit has ended was not stopped."""

    async def ask() -> None:
        stopping = Stopping()
        asyncio.get_running_loop().call_later(1, stopping.begin)
        with stopping.interruptible(2), stopping.sheltered():
            await asyncio.Event().wait()

    with (
        asyncio.Runner(loop_factory=VirtualLoop) as runner,
        pytest.raises(TimeoutError),
    ):
        runner.run(ask())


@pytest.mark.parametrize("cancelled_at", [None, 1, 2, 3])
@pytest.mark.parametrize("outer", [None, 1, 2, 3])
def test_limit_ends_what_asyncio_would_end(
    cancelled_at: int | None, outer: int | None
) -> None:
    """Alone, in another, and when somebody cancels, even at that moment."""

    async def life(*, is_ours: bool) -> str:
        try:
            async with asyncio.timeout(outer or 9):
                if is_ours:
                    with Limit(2):
                        await asyncio.Event().wait()
                else:
                    async with asyncio.timeout(2):
                        await asyncio.Event().wait()
        except TimeoutError:
            return f"late at {asyncio.get_running_loop().time():.0f}"
        return "in time"

    async def end_of(*, is_ours: bool) -> object:
        task = asyncio.create_task(life(is_ours=is_ours))
        if cancelled_at is not None:
            asyncio.get_running_loop().call_later(cancelled_at, task.cancel)
        [end] = await asyncio.gather(task, return_exceptions=True)
        return repr(end)

    ends = []
    for is_ours in (True, False):
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            ends.append(runner.run(end_of(is_ours=is_ours)))

    assert ends[0] == ends[1]
