"""What a service costs that has seen many mailboxes, of many tenants."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, cycle
from statistics import median
from typing import ClassVar

from tests.bench import cores
from tests.bench.cases.base import CPU, Stage
from tests.bench.cases.reading import FromGraph
from tests.bench.cases.starting import MEGABYTES
from tests.bench.load.closed import Size, closed_loop
from tests.bench.targets import api_keys, running

__all__ = ["ANY", "SAME", "Grown", "many_tenants"]

SAME = "same ÷ new"
"""What the list of one mailbox takes, by what it takes a new process."""
ANY = "any ÷ new"
"""What the lists of all of them in turn take, by the same."""

_TURNS = 12
_OF_A_TURN = 250
_PATIENCE = 400.0
# Coprime to all numbers of mailboxes, and so comes to each of them.
_STRIDE = 7_919


@dataclass(frozen=True, kw_only=True)
class Grown(FromGraph):
    """The list of any of so many mailboxes, which were all seen before.

    A process that has seen nothing takes turns with the one that has, so
    that whatever else goes on in the machine is the same for both.
    """

    seen: int
    tenants: int = 1

    # Goes on from round to round, so that all have their turn.
    _numbers: ClassVar = count()

    async def requests(self, stage: Stage) -> Iterator[bytes]:
        return (
            self._asked(stage, number * _STRIDE % self.seen)
            for number in self._numbers
        )

    async def prepare(self, stage: Stage) -> None:
        each = (self._asked(stage, number) for number in range(self.seen))
        wanted = Size(count=self.seen, seconds=_PATIENCE)
        outcome = await closed_loop(
            stage.it.port, each, self.checked(stage), 8, wanted
        )
        outcome.raise_if_wrong()
        await super().prepare(stage)

    async def measure(self, stage: Stage) -> dict[str, float]:
        grown = cores.resident_bytes(stage.it.pid)
        with running(stage.it.target, stage.upstream.static) as it:
            new = Stage(it=it, upstream=stage.upstream, size=stage.size)
            await super().prepare(new)
            one = cycle([self._asked(new, 0)])
            every = await self.requests(stage)
            turns = [
                (
                    await self._used(new, one),
                    await self._used(stage, one),
                    await self._used(stage, every),
                )
                for _ in range(_TURNS)
            ]
        of_new, of_same, of_any = map(median, zip(*turns, strict=True))
        return {
            CPU: of_any,
            SAME: of_same / of_new,
            ANY: of_any / of_new,
            MEGABYTES: grown / 1e6,
        }

    async def _used(self, stage: Stage, requests: Iterator[bytes]) -> float:
        """Return the CPU, in µs, that one of some requests takes."""
        size = Size(count=_OF_A_TURN, seconds=stage.size.seconds)
        before = cores.cpu_seconds(stage.it.pid)
        outcome = await closed_loop(
            stage.it.port,
            requests,
            self.checked(stage),
            self.connections,
            size,
        )
        used = cores.cpu_seconds(stage.it.pid) - before
        outcome.raise_if_wrong()
        return used / outcome.asked * 1e6

    def _asked(self, stage: Stage, number: int) -> bytes:
        return stage.request(
            stage.it.target.page,
            f"user{number}@contoso.example",
            Cache_Control="no-cache",
            Exchange_Tenant=_tenant(number % self.tenants),
        )


def many_tenants(count: int) -> dict[str, str]:
    """Return the settings for so many tenants."""
    others = [
        {
            "alias": _tenant(number),
            "tenant_id": f"00000000-0000-4000-8000-{number:012}",
            "client_id": "11111111-1111-4111-8111-111111111111",
            "client_secret": "a-secret",
        }
        for number in range(1, count)
    ]
    return {
        "EXCHANGE_API_KEYS": api_keys(*map(_tenant, range(count))),
        "EXCHANGE_TENANTS": json.dumps(others),
    }


def _tenant(number: int) -> str:
    return f"tenant-{number}" if number else "default"
