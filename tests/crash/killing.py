"""Kill the services, one way after the other, and start them again."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import starmap
from random import Random
from signal import SIGKILL, SIGTERM

from app.clock import Clock
from tests.crash.nursery import Child, Nursery, Order
from tests.crash.points import POINTS

__all__ = ["RANDOM", "STOPPED", "Kill", "Killer", "Plan"]

RANDOM = "at random"
STOPPED = "(told to stop)"
_LONGEST_LIFE = 4.0
# How long to wait for a service to come to its point.
_PATIENCE = 8.0
# How often one is told to stop and may do so in order.
_STOPS = 0.1
_STOPS_WITHIN = 20.0
_LATEST_VISIT = 2
_TURN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """The end of a service: where, when, and which."""

    point: str
    at: float
    place: str


@dataclass(slots=True)
class Plan:
    """Which kill is next: by turns at random and at the next point.

    That is the one that had the fewest; a point that was not come to in time
    has another turn soon.
    """

    dice: Random
    left: int
    _turns: "Counter[str]" = field(init=False)
    _missed: "Counter[str]" = field(default_factory=Counter)
    _is_random: bool = True

    def __post_init__(self) -> None:
        points = self.dice.sample(POINTS, len(POINTS))
        self._turns = Counter(dict.fromkeys(points, 0))

    def take(self) -> tuple[str | None, int]:
        """Return the point of the next kill, and at which visit to it.

        None is at random.
        """
        self.left -= 1
        self._is_random = not self._is_random
        if self._is_random:
            return None, 1
        point = min(self._turns, key=self._turns.__getitem__)
        self._turns[point] += _TURN
        if self._missed[point]:
            return point, 1
        return point, self.dice.randint(1, _LATEST_VISIT)

    def miss(self, point: str) -> None:
        """Note that a point was not come to: that was half a turn."""
        self._turns[point] -= _TURN // 2
        self._missed[point] += 1


@dataclass(slots=True, kw_only=True)
class Killer:
    """Kills and starts again; ``kills`` are those that were done.

    Now and then it only tells one to stop: that is no kill of the plan.
    """

    nursery: Nursery
    plan: Plan
    clock: Clock
    dice: Random
    kills: list[Kill] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _until: float = 0.0

    async def haunt_all(
        self, orders: Mapping[str, Order], seconds: float
    ) -> None:
        """Kill services until the plan is done, or for so many seconds.

        All of them live at the end.
        """
        self._until = self.clock.now() + seconds
        await asyncio.gather(*starmap(self._haunt, orders.items()))

    async def _haunt(self, place: str, order: Order) -> Child:
        """Let a service live and die, over and over; the last one lives."""
        while self.plan.left and self.clock.now() < self._until:
            # Taken at once: there is another who takes them.
            point, nth = self.plan.take()
            if self.dice.random() < _STOPS:
                await self._stop(place, await self.nursery.bear(order))
            child = await self.nursery.bear(
                replace(order, point=point, nth=nth)
            )
            seconds = self.dice.uniform(0, _LONGEST_LIFE)
            if await child.lives_for(seconds if point is None else _PATIENCE):
                if point is not None:
                    self.plan.miss(point)
                point = None
                child.end(SIGKILL)
            self._expect(-SIGKILL, await child.died, place)
            self._note(point or RANDOM, place)
        return await self.nursery.bear(order)

    async def _stop(self, place: str, child: Child) -> None:
        """Let a service live for a while, and end in order."""
        await child.lives_for(self.dice.uniform(1, _LONGEST_LIFE))
        child.end(SIGTERM)
        if await child.lives_for(_STOPS_WITHIN):
            child.end(SIGKILL)
        self._expect(0, await child.died, place)
        self._note(STOPPED, place)

    def _expect(self, expected: int, status: int, place: str) -> None:
        if status != expected:
            self.faults.append(
                f"{place} ended with status {status} instead of {expected}"
            )

    def _note(self, point: str, place: str) -> None:
        now = self.clock.now()
        self.kills.append(Kill(point=point, at=now, place=place))
