"""Closed loop: callers who ask again as soon as they are answered."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench.load.outcome import Expected, Outcome
from tests.bench.load.wire import connect

__all__ = ["Size", "closed_loop"]

_LONGEST = 30.0


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many requests at most, and for how long at most."""

    count: int
    seconds: float


async def closed_loop(
    port: int,
    requests: Iterator[bytes],
    expected: Expected,
    connections: int,
    size: Size,
) -> Outcome:
    """Ask as often or as long as ``size`` says, whichever ends first.

    Raises:
        TimeoutError: Long after that an answer was missing.
    """
    outcome = Outcome()
    wires = [await connect(port) for _ in range(connections)]
    began = time.perf_counter()
    asked = 0

    def passed() -> float:
        return time.perf_counter() - began

    async def ask(number: int) -> None:
        nonlocal asked
        while asked < size.count and (now := passed()) < size.seconds:
            asked += 1
            try:
                answer = await wires[number].ask(next(requests))
            except ConnectionError:
                outcome.statuses[0] += 1
                wires[number] = await connect(port)
            else:
                outcome.note(answer, expected, now, passed())

    try:
        async with (
            asyncio.timeout(size.seconds + _LONGEST),
            asyncio.TaskGroup() as callers,
        ):
            for number in range(connections):
                callers.create_task(ask(number))
    finally:
        for wire in wires:
            wire.close()
    outcome.seconds = passed()
    return outcome
