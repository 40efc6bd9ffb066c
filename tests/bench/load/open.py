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
    outcome = Outcome()
    free: list[Wire] = []
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def ask(due: float) -> None:
        wire = free.pop() if free else await connect(port)
        try:
            async with asyncio.timeout_at(began + due + rush.patience):
                answer = await wire.ask(next(requests))
        except TimeoutError:
            outcome.left += 1
            wire.close()
        except ConnectionError:
            outcome.statuses[0] += 1
        else:
            outcome.note(answer, expected, due, loop.time() - began)
            free.append(wire)

    come = 0
    async with asyncio.TaskGroup() as callers:
        while (passed := loop.time() - began) < rush.seconds:
            while come < passed * rush.rate:
                callers.create_task(ask(come / rush.rate))
                come += 1
            await asyncio.sleep(_TICK)  # noqa: TID251 - for another process
        outcome.seconds = loop.time() - began
    for wire in free:
        wire.close()
    return outcome
