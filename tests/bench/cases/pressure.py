"""More than can be served, callers who leave, and the time that it takes."""

import asyncio
import time
from dataclasses import replace
from itertools import cycle
from urllib.parse import urlsplit

from tests.bench.cases.base import RATE, Stage
from tests.bench.cases.reading import FromGraph
from tests.bench.load.closed import Size
from tests.bench.load.open import Rush, open_loop
from tests.bench.load.outcome import Expected, Outcome, WrongAnswer, quantile
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
_RECOVERY = 30.0
_QUICK = 0.1
_REFUSED = 503


class Overload(FromGraph):
    """Goodput at five times the capacity, as a share of the capacity.

    Callers come over connections of their own if those that are kept are
    taken, and wait for ten seconds at most. If it is the stub that is asked,
    Graph takes 50 ms, and settings say how many calls it allows at once.

    The capacity is what it is before and afterwards, in the middle: machines
    change their pace within seconds, but not to less than half. What is
    answered counts once a third of the rush is over: how the service comes to
    know of it is not the question.
    """

    async def prepare(self, stage: Stage) -> None:
        if self.stub:
            stage.upstream.weather(delay=_WHOLE_WAY)
        await super().prepare(stage)

    async def measure(self, stage: Stage) -> dict[str, float]:
        before = await _capacity(self, stage)
        seconds = _LONG * stage.size.seconds
        rush = Rush(rate=_TIMES * before, seconds=seconds)
        ends = time.perf_counter() + seconds
        outcome = await _rushed(self, stage, rush)
        refused = outcome.statuses[_REFUSED]
        if outcome.good + outcome.left + refused != outcome.asked:
            raise WrongAnswer(f"{dict(outcome.statuses)}: {outcome.wrong}")
        recovery = await self._until_quick(stage, ends)
        after = await _capacity(self, stage)
        has_recovered = after > before / 2
        capacity = (before + after) / 2 if has_recovered else before
        return {
            SHARE: outcome.per_second(after=seconds / 3) / capacity,
            RATE: capacity,
            "refused": refused / outcome.asked,
            "left": outcome.left / outcome.asked,
            "p99 ms": quantile(outcome.latencies, 0.99) * 1000,
            "seconds until quick": recovery,
            "capacity, after ÷ before": after / before,
        }

    async def _until_quick(self, stage: Stage, since: float) -> float:
        """Return how many seconds later one caller is served at once."""
        one = replace(self, connections=1)
        while (passed := time.perf_counter() - since) < _RECOVERY:
            outcome = await one.asked(stage, Size(count=5, seconds=_RECOVERY))
            if quantile(outcome.latencies, 0.5) < _QUICK:
                return time.perf_counter() - since
        return passed


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
        before = await _capacity(self, stage)
        rush = Rush(
            rate=before / 2, seconds=stage.size.seconds, patience=_HALF_WAY
        )
        stayed, left = await asyncio.gather(
            self.asked(stage, stage.size), _rushed(self, stage, rush)
        )
        stayed.raise_if_wrong()
        after = await _capacity(self, stage)
        return {
            SHARE: after / before,
            RATE: stayed.per_second(),
            "left": left.left / left.asked,
        }


class AddedTime(FromGraph):
    """How much longer it takes than to ask the upstream, at half load."""

    async def measure(self, stage: Stage) -> dict[str, float]:
        capacity = await _capacity(self, stage)
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


async def _capacity(case: FromGraph, stage: Stage) -> float:
    """Return how many a second are served in a closed loop."""
    outcome = await case.asked(stage, stage.size)
    outcome.raise_if_wrong()
    return outcome.per_second()


async def _rushed(case: FromGraph, stage: Stage, rush: Rush) -> Outcome:
    return await open_loop(
        stage.it.port,
        await case.requests(stage),
        case.checked(stage),
        rush,
    )
