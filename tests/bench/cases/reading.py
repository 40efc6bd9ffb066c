"""Reading: from Graph, from what is kept, and what the caller has."""

from collections.abc import Iterator
from dataclasses import replace
from email.parser import Parser
from itertools import count, cycle
from statistics import median

from tests.bench.cases.base import CPU, Case, Stage
from tests.bench.load.outcome import Expected
from tests.bench.load.wire import connect
from tests.bench.targets import running
from tests.bench.upstream.bodies import MESSAGE

__all__ = [
    "SHARE_OF_FEW",
    "Cached",
    "Crowd",
    "FromGraph",
    "NeverSeen",
    "NotModified",
    "OneMessage",
]

SHARE_OF_FEW = "÷ 8 connections"

_FRESH = b"exchange-freshness: fresh"
_TURNS = 8
_ASKED_ONCE = b"exchange-graph-calls: 1\r\n"


class FromGraph(Case):
    """The list, which has to come from Graph each time."""

    async def requests(self, stage: Stage) -> Iterator[bytes]:
        asked = stage.request(stage.it.target.page, Cache_Control="no-cache")
        return cycle([asked])

    def expected(self) -> Expected:
        return Expected(at_least=20_000, head=_ASKED_ONCE)


class Crowd(FromGraph):
    """The same for many callers, in turn with few.

    The few have a process of their own, which has never seen a crowd: that
    it came once may cost something ever after.
    """

    async def measure(self, stage: Stage) -> dict[str, float]:
        many = await super().measure(stage)
        if not stage.it.target.is_service:
            return many
        few = FromGraph(name="few", about="")
        short = replace(stage.size, seconds=stage.size.seconds / _TURNS)
        with running(stage.it.target, stage.upstream.static) as it:
            apart = replace(stage, it=it)
            await few.prepare(apart)
            turns = [
                (
                    (await self.cost(stage, short))[CPU],
                    (await few.cost(apart, short))[CPU],
                )
                for _ in range(_TURNS)
            ]
        of_many, of_few = map(median, zip(*turns, strict=True))
        return {**many, SHARE_OF_FEW: of_many / of_few}


class NeverSeen(Case):
    """The list of a mailbox that nobody has asked for before."""

    _numbers = count(10_000_000)

    async def requests(self, stage: Stage) -> Iterator[bytes]:
        return (
            stage.request(stage.it.target.page, f"u{number}@contoso.example")
            for number in self._numbers
        )


class OneMessage(Case):
    """One message, which has to come from Graph each time."""

    async def requests(self, stage: Stage) -> Iterator[bytes]:
        path = stage.it.target.message
        asked = stage.request(path, message=MESSAGE, Cache_Control="no-cache")
        return cycle([asked])

    def expected(self) -> Expected:
        return Expected(at_least=1_000)


class Cached(Case):
    """The list as it is kept, while it is fresh."""

    def expected(self) -> Expected:
        return Expected(at_least=20_000, head=_FRESH)


class NotModified(Case):
    """The list, which the caller has already."""

    async def requests(self, stage: Stage) -> Iterator[bytes]:
        path = stage.it.target.page
        wire = await connect(stage.it.port)
        answer = await wire.ask(stage.request(path))
        wire.close()
        told = Parser().parsestr(answer.head.decode().partition("\r\n")[2])
        return cycle([stage.request(path, If_None_Match=told["ETag"])])

    def expected(self) -> Expected:
        return Expected(status=304)
