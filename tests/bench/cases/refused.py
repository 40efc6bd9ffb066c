"""Refusals, and what is kept standing in for Graph."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

from tests.bench.cases.base import Case, Stage
from tests.bench.load.closed import Size, closed_loop
from tests.bench.load.outcome import Expected, Outcome, WrongAnswer
from tests.bench.load.wire import connect

__all__ = ["CircuitOpen", "GateClosed", "OverQuota", "Shed", "Stale"]

_PROBLEM = b"content-type: application/problem+json"
_ENOUGH = Size(count=100, seconds=10.0)
_TRIES = 20
_LET_IN = 0.1
"""Seconds after which a request that is not answered waits for Graph."""


class _Broken(Case):
    """Graph fails until the breaker has opened."""

    async def prepare(self, stage: Stage) -> None:
        stage.upstream.weather(status=503)
        others = (
            stage.request(stage.it.target.page, f"o{number}@contoso.example")
            for number in count()
        )
        await closed_loop(stage.it.port, others, Expected(), 8, _ENOUGH)
        await super().prepare(stage)


class CircuitOpen(_Broken):
    """A list that is not kept, while the breaker is open."""

    def expected(self) -> Expected:
        return Expected(status=503, head=_PROBLEM, body=b"graph-circuit-open")


class Stale(_Broken):
    """A list that is kept, while the breaker is open."""

    async def prepare(self, stage: Stage) -> None:
        await ask_once(stage)
        await super().prepare(stage)

    def expected(self) -> Expected:
        return Expected(at_least=20_000, head=b"exchange-freshness: stale")


class GateClosed(Case):
    """A list of a mailbox that Graph wants to be left alone for long."""

    async def prepare(self, stage: Stage) -> None:
        stage.upstream.weather(status=429, retry_after=600)
        await ask_once(stage)
        await super().prepare(stage)

    def expected(self) -> Expected:
        return Expected(status=503, head=_PROBLEM, body=b"graph-throttled")


class OverQuota(Case):
    """A list for a caller who has used its quota up."""

    async def prepare(self, stage: Stage) -> None:
        await ask_once(stage)
        await super().prepare(stage)

    def expected(self) -> Expected:
        return Expected(status=429, head=_PROBLEM, body=b"quota")


class Shed(Case):
    """A list while as many are served as may be."""

    async def asked(self, stage: Stage, size: Size) -> Outcome:
        async with _occupied(stage):
            return await super().asked(stage, size)

    def expected(self) -> Expected:
        return Expected(status=503, head=_PROBLEM, body=b"service-overloaded")


async def ask_once(stage: Stage) -> None:
    """Ask for the list, whatever comes of it."""
    wire = await connect(stage.it.port)
    await wire.ask(stage.request(stage.it.target.page))
    wire.close()


@asynccontextmanager
async def _occupied(stage: Stage) -> AsyncIterator[None]:
    """Have one request wait for Graph all the while.

    Raises:
        WrongAnswer: No request is let in.
    """
    stage.upstream.weather(delay=60)
    wire = await connect(stage.it.port)
    answer = wire.ask(stage.request(stage.it.target.page))
    # The one of the round before has left, but may not have been missed yet.
    for _ in range(_TRIES):
        await asyncio.wait([answer], timeout=_LET_IN)
        if not answer.done():
            break
        answer = wire.ask(stage.request(stage.it.target.page))
    else:
        raise WrongAnswer("nobody is let in")
    try:
        yield
    finally:
        answer.cancel()
        wire.close()
