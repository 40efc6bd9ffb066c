"""More than can be served, callers who leave, and the time that it takes."""

import asyncio
from itertools import cycle
from urllib.parse import urlsplit

from tests.bench.cases.base import RATE, Stage
from tests.bench.cases.reading import FromGraph
from tests.bench.load.open import Rush, open_loop
from tests.bench.load.outcome import Expected, Outcome, quantile
from tests.bench.load.wire import request

__all__ = [
    "ADDED_P50",
    "ADDED_P99",
    "SHARE",
    "AddedTime",
    "Leaving",
    "Overload",
    "Slow",
]

SHARE = "share"
ADDED_P50 = "added p50 ms"
ADDED_P99 = "added p99 ms"

_HALF_WAY = 0.025
_WHOLE_WAY = 0.05
_TIMES = 5
_LONG = 6


class Overload(FromGraph):
    """Goodput at five times the capacity, as a share of the capacity."""

    async def measure(self, stage: Stage) -> dict[str, float]:
        capacity = (await self.asked(stage, stage.size)).per_second()
        seconds = _LONG * stage.size.seconds
        rush = Rush(rate=_TIMES * capacity, seconds=seconds)
        outcome = await _rushed(self, stage, rush)
        return {
            SHARE: outcome.per_second(after=seconds / 3) / capacity,
            RATE: capacity,
            "p99 ms": quantile(outcome.latencies, 0.99) * 1000,
        }


class Slow(FromGraph):
    """The list, from a Graph that takes 50 ms."""

    async def prepare(self, stage: Stage) -> None:
        stage.upstream.weather(delay=_WHOLE_WAY)
        await super().prepare(stage)


class Leaving(Slow):
    """What is left of the capacity after callers have left half-way.

    There is a permit and a connection for each caller and none to spare, so
    that whatever somebody who left still held would be missed.
    """

    async def measure(self, stage: Stage) -> dict[str, float]:
        before = (await self.asked(stage, stage.size)).per_second()
        rush = Rush(
            rate=before / 2, seconds=stage.size.seconds, patience=_HALF_WAY
        )
        stayed, left = await asyncio.gather(
            self.asked(stage, stage.size), _rushed(self, stage, rush)
        )
        after = await self.asked(stage, stage.size)
        after.raise_if_wrong()
        return {
            SHARE: after.per_second() / before,
            RATE: stayed.per_second(),
            "left": left.left / left.asked,
        }


class AddedTime(FromGraph):
    """How much longer it takes than to ask the upstream, at half load."""

    async def measure(self, stage: Stage) -> dict[str, float]:
        capacity = (await self.asked(stage, stage.size)).per_second()
        rush = Rush(rate=capacity / 2, seconds=3 * stage.size.seconds)
        through = await _rushed(self, stage, rush)
        upstream = urlsplit(stage.upstream.static)
        direct = await open_loop(
            upstream.port or 0,
            cycle([request("/v1.0/users/ada@contoso.example/messages")]),
            Expected(at_least=20_000),
            rush,
        )
        through.raise_if_wrong()
        direct.raise_if_wrong()
        return {
            metric: 1000
            * (
                quantile(through.latencies, share)
                - quantile(direct.latencies, share)
            )
            for metric, share in ((ADDED_P50, 0.5), (ADDED_P99, 0.99))
        }


async def _rushed(case: FromGraph, stage: Stage, rush: Rush) -> Outcome:
    return await open_loop(
        stage.it.port,
        await case.requests(stage),
        case.checked(stage),
        rush,
    )
