"""Nobody is let in who would wait for long until the core gets round to it."""

import asyncio
from dataclasses import dataclass, field

import pytest

from app.clock import SystemClock
from app.models.context import Criticality
from app.routers.middleware.room import Room
from tests.support.clocks import ManualClock
from tests.support.metering import Metering

pytestmark = pytest.mark.anyio

INTERACTIVE, SYNC = Criticality.INTERACTIVE, Criticality.SYNC
# In seconds: eight begin in a round of the event loop, in a flood four.
ROUND = 0.008
TURN = ROUND / 8
PATIENCE, PATIENCE_IN_FLOOD = 0.5, 0.05
FEW = 64


@dataclass
class Core:
    """A process of which each request takes a millisecond."""

    clock: ManualClock = field(default_factory=ManualClock)
    waits: list[float] = field(default_factory=list)
    refused: int = 0

    def __post_init__(self) -> None:
        telemetry = Metering().telemetry
        self.room = Room(10_000, clock=self.clock, telemetry=telemetry)
        self._tasks: set[asyncio.Task[None]] = set()

    async def round(
        self, number: int = 0, criticality: Criticality = INTERACTIVE
    ) -> int:
        """Have so many come at once; return how many are let in."""
        refused = self.refused
        for _ in range(number):
            task = asyncio.create_task(self._serve(criticality))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        await SystemClock().sleep(0)
        return number - (self.refused - refused)

    async def begun(self) -> list[int]:
        """Return how many begin in each of the next two rounds."""
        counts = []
        for _ in range(2):
            before = len(self.waits)
            await self.round()
            counts.append(len(self.waits) - before)
        return counts

    async def end(self) -> None:
        """Serve all who were let in."""
        while self._tasks:
            await self.round()

    async def flood(self, rounds: int = 400) -> None:
        """Have five times as many come as can be served, or more."""
        for _ in range(rounds):
            await self.round(40)

    def wait_for_graph(self, number: int) -> None:
        """Have so many be served who need nothing of the core."""
        for _ in range(number):
            self.room.take()

    async def _serve(self, criticality: Criticality) -> None:
        if not self.room.has_room(criticality):
            self.room.shed(criticality)
            self.refused += 1
            return
        came = self.clock.now()
        self.room.take()
        await self.room.turn()
        self.room.leave()
        self.waits.append(self.clock.now() - came)
        self.clock.advance(TURN)


async def test_who_comes_with_many_waits_for_half_a_second_at_most() -> None:
    """Retry-After would have them wait for longer."""
    core = Core()
    await core.round(100)
    await core.end()
    core.waits.clear()
    let_in = await core.round(2000)
    await core.end()

    assert let_in == pytest.approx(PATIENCE / TURN, rel=0.05)
    assert core.refused == 2000 - let_in
    assert max(core.waits) <= PATIENCE + 2 * ROUND


async def test_in_a_flood_nobody_waits_for_long() -> None:
    """As many are served as can be, soon, instead of as many later."""
    core = Core()
    await core.flood()
    core.waits.clear()
    began = core.clock.now()
    await core.flood()
    served = len(core.waits) / (core.clock.now() - began)

    assert served == pytest.approx(1 / TURN, rel=0.05)
    assert max(core.waits) <= PATIENCE_IN_FLOOD + 2 * ROUND
    await core.end()


async def test_in_a_flood_fewer_begin_at_once() -> None:
    """Those who are refused in between would drive more out of the caches."""
    core = Core()
    await core.round(40)
    await core.round()
    before = await core.begun()
    await core.flood()

    assert before == [8, 8]
    assert await core.begun() == [4, 4]
    await core.end()


async def test_after_a_flood_all_is_as_before() -> None:
    """Within seconds, and though it was never idle."""
    core = Core()
    await core.flood()
    for _ in range(1000):
        await core.round(3)
    core.refused = 0

    assert await core.round(300) == 300
    await core.end()


async def test_a_few_are_always_let_in() -> None:
    """Also in a flood, also if all of them come in one moment."""
    core = Core()
    await core.flood()
    await core.end()

    assert all(core.room.expects(INTERACTIVE) for _ in range(FEW))
    assert await core.round(FEW) == FEW
    await core.end()


async def test_what_held_the_process_up_is_soon_forgotten() -> None:
    """That one round took long does not tell how long others will."""
    core = Core()
    await core.round(200)
    core.clock.advance(0.3)
    await core.end()
    for _ in range(20):
        await core.round(16)

    assert await core.round(300) == 300
    await core.end()


@pytest.mark.parametrize("rounds", [1, 2])
async def test_who_comes_to_an_idle_core_is_let_in(rounds: int) -> None:
    """However long it was held up before, and though nobody has to wait."""
    core = Core()
    core.wait_for_graph(FEW)
    await core.round(8 * (rounds + 1))
    await core.round()
    for _ in range(rounds):
        core.clock.advance(4.0)
        await core.round()
    await core.end()
    core.clock.advance(1.0)

    for _ in range(100):
        assert await core.round(20) == 20
        await core.end()


async def test_what_can_wait_is_refused_before_others() -> None:
    """While they wait already, but not too long yet."""
    core = Core()
    await core.round(100)
    await core.end()
    await core.round(int(0.8 * PATIENCE / TURN))

    assert await core.round(1, SYNC) == 0
    assert await core.round(1) == 1
    await core.end()
