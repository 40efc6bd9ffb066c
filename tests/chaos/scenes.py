"""What `make chaos` plays, over real sockets."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, time  # noqa: TID251 - two processes, one wall
from typing import Any

from tests.chaos.callers import MAILBOXES, Callers
from tests.chaos.invariants import (
    Evidence,
    attempts_of,
    findings,
)
from tests.chaos.stage import Played, staged
from tests.chaos.storm import storm
from tests.chaos.watching import complaints_in, timed
from tests.support.collector import collector
from tests.support.process import Process, serving

__all__ = ["play_outage", "play_storm"]

_WORKERS = 32
_OUTAGE_CALLS = 400
_GONE = {"route": "/users/*", "status": 503}
_UNBROKEN = {"EXCHANGE_BREAKER__MINIMUM_CALLS": "1000000"}
_UNLIMITED = {
    "EXCHANGE_BUDGET__RATIO": "1",
    "EXCHANGE_BUDGET__RESERVE": "1000",
}


def play_storm(data_dir: Path, seed: int, calls: int) -> Played:
    """Play case T151."""
    with collector() as (url, received):
        with serving(
            data_dir,
            OTEL_EXPORTER_OTLP_ENDPOINT=url,
            OTEL_METRIC_EXPORT_INTERVAL="600000",
            OTEL_BSP_MAX_QUEUE_SIZE="200000",
            OTEL_BSP_MAX_EXPORT_BATCH_SIZE="2000",
            OTEL_BSP_SCHEDULE_DELAY="1000",
        ) as process:
            weather = asyncio.run(_weather(process, seed, calls))
        spans = received.spans
    times, retries = timed(spans)
    attempts = attempts_of(times, weather.seen, weather.skew)
    evidence = Evidence(
        told=weather.callers.told,
        sent=weather.sent,
        attempts=attempts,
        retries=retries,
        peak=weather.peak,
        left=weather.left,
        complaints=complaints_in(process.output),
    )
    return Played(
        findings=list(findings(evidence)),
        notes=list(_told_of(weather, evidence)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Weather:
    callers: Callers
    seen: list[dict[str, Any]]
    sent: list[str]
    peak: int
    left: dict[str, int]
    skew: float
    took: float


async def _weather(process: Process, seed: int, calls: int) -> _Weather:
    async with staged(process) as stage:
        callers = Callers(stage.client, stage.clock, seed)
        await callers.learn()
        before = (await stage.ops.state())["process"]["tasks"]
        for fault in storm(seed):
            await stage.sandbox.add(fault)
        began = stage.clock.now()
        await callers.run(calls, _WORKERS)
        took = stage.clock.now() - began
        await stage.sandbox.calm()
        # What was accepted is a promise, also what is answered by 202.
        await stage.ops.drained()
        boxes = (await stage.sandbox.overview())["mailboxes"]
        return _Weather(
            callers=callers,
            seen=await stage.sandbox.calls(),
            sent=[
                subject
                for _, mailbox in MAILBOXES
                for subject in await stage.sandbox.sent(mailbox)
                if subject.startswith("storm ")
            ],
            peak=max(box["peak"] for box in boxes),
            left=await stage.ops.left_behind(before),
            skew=time() - monotonic(),
            took=took,
        )


def _told_of(weather: _Weather, evidence: Evidence) -> Iterator[str]:
    told = evidence.told
    whole = len(told)
    good = sum(t.is_success for t in told)
    stale = sum(t.is_stale for t in told)
    struck = sum(call["fault"] is not None for call in weather.seen)
    refused = sum(call["status"] == 429 for call in weather.seen)
    yield (
        f"{whole} requests of callers in {weather.took:.0f} s: {good} well"
        f" ({stale} stale), {whole - good} problems"
    )
    yield (
        f"{len(evidence.attempts)} requests to Graph, {evidence.retries} of"
        f" them repeats; {struck} met a fault, {refused} were throttled"
    )
    yield f"{len(evidence.sent)} messages in Sent Items"


def play_outage(data_dir: Path) -> Played:
    """Measure what becomes of callers' requests while Graph is away."""
    notes = []
    for name, variables in (
        ("as it is", {}),
        ("without breaker", _UNBROKEN),
        ("without breaker and budget", {**_UNBROKEN, **_UNLIMITED}),
    ):
        with serving(data_dir, **variables) as process:
            ratio = asyncio.run(_outage(process))
        notes.append(
            f"{name}: {ratio:.3f} requests to Graph for each of a caller"
        )
    return Played(findings=[], notes=notes)


async def _outage(process: Process) -> float:
    async with staged(process) as stage:
        await stage.sandbox.add(_GONE)
        gate = asyncio.Semaphore(_WORKERS)

        async def ask(number: int) -> None:
            # Each for another mailbox: none has permits for so many.
            async with gate:
                await stage.client.get(
                    f"/v1/mailboxes/m{number}@contoso.example/messages"
                )

        await asyncio.gather(*(ask(n) for n in range(_OUTAGE_CALLS)))
        return len(await stage.sandbox.calls()) / _OUTAGE_CALLS
