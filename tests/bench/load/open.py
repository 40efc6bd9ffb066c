"""Open loop: callers who come at a rate, whoever is still waiting."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench.load.outcome import Expected, Outcome
from tests.bench.load.wire import Wire, connect

__all__ = ["Rush", "open_loop"]

_TICK = 0.001


@dataclass(frozen=True, kw_only=True)
class Rush:
    """How many come each second, for how long, and how long they wait."""

    rate: float
    seconds: float
    patience: float = 10.0


async def open_loop(
    port: int, requests: Iterator[bytes], expected: Expected, rush: Rush
) -> Outcome:
    """Ask at a rate; who waits in vain closes the connection.

    An answer took as long as passed since it was to be asked for, so that
    asking late makes nothing look faster.
    """
    callers = _Callers(port, requests, expected, rush.patience)
    loop, come = asyncio.get_running_loop(), 0
    async with asyncio.TaskGroup() as tasks:
        while (passed := loop.time() - callers.began) < rush.seconds:
            while come < passed * rush.rate:
                tasks.create_task(callers.ask(come / rush.rate))
                come += 1
            await asyncio.sleep(_TICK)  # noqa: TID251 - for another process
        callers.outcome.seconds = passed
    callers.close()
    return callers.outcome


class _Callers:
    """Those who come; who is done leaves its connection to the next."""

    def __init__(
        self,
        port: int,
        requests: Iterator[bytes],
        expected: Expected,
        patience: float,
    ) -> None:
        self.outcome = Outcome()
        self.began = asyncio.get_running_loop().time()
        self._port, self._requests = port, requests
        self._expected, self._patience = expected, patience
        self._free: list[Wire] = []

    async def ask(self, due: float) -> None:
        """Ask once, ``due`` seconds after the beginning."""
        loop = asyncio.get_running_loop()
        wire = self._free.pop() if self._free else Wire()
        try:
            async with asyncio.timeout_at(self.began + due + self._patience):
                if not wire.is_open:
                    wire = await connect(self._port)
                answer = await wire.ask(next(self._requests))
        except TimeoutError:
            self.outcome.left += 1
            wire.close()
        except ConnectionError:
            self.outcome.statuses[0] += 1
        else:
            came = loop.time() - self.began
            self.outcome.note(answer, self._expected, due, came)
            self._free.append(wire)

    def close(self) -> None:
        """Close the connections."""
        for wire in self._free:
            wire.close()
