"""Case T153 over real sockets: a blackout, and how the service recovers."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.chaos.callers import MAILBOXES
from tests.chaos.invariants import Finding
from tests.chaos.stage import Played, Stage, staged
from tests.support.process import serving

__all__ = ["play_blackout"]

_SECONDS = 15.0
_STEP = 0.2
_SLACK = 5.0
_AT_ONCE = 50
_STRICT = {"Cache-Control": "no-cache"}
_ADA = "/v1/mailboxes/ada@contoso.example"
_ROUTE = "/users/{mailbox}/messages"
_WATCHED = ("contoso", "mail-read")
# Compressed: an answer is stale after a second, a break takes four at most.
_SHORT = {
    "EXCHANGE_CACHE__FRESH": "1",
    "EXCHANGE_BREAKER__OPEN_FOR": "1",
    "EXCHANGE_BREAKER__MAX_OPEN_FOR": "4",
}
_REFUSALS = (503, 504)
_OUTCOMES = ("not_performed", "unknown")


@dataclass(slots=True)
class _Night:
    """What happened in the dark, and after it."""

    reads: list[httpx.Response] = field(default_factory=list)
    writes: list[httpx.Response] = field(default_factory=list)
    probes: int = 0
    breaks: int = 0
    allowed: float = 0.0
    took: float = 0.0
    again: Sequence[httpx.Response] = ()
    throttled: int = 0
    peak: int = 0


def play_blackout(data_dir: Path) -> Played:
    """Play it, and tell what held."""
    night = _Night()
    with serving(data_dir, **_SHORT) as process:

        async def play() -> None:
            async with staged(process) as stage:
                await _go_dark(stage, night)
                await _recover(stage, night)

        asyncio.run(play())
    return Played(
        findings=_findings(night),
        notes=[
            (
                f"{len(night.reads)} reads and {len(night.writes)} writes in"
                f" {_SECONDS:.0f} s without Graph; {night.breaks} breaks,"
                f" {night.probes} probes"
            ),
            f"Graph back: answers after {night.took:.1f} s",
        ],
    )


async def _go_dark(stage: Stage, night: _Night) -> None:
    client, clock = stage.client, stage.clock
    for tenant, mailbox in MAILBOXES:
        await client.get(
            f"/v1/mailboxes/{mailbox}/messages",
            headers={"Exchange-Tenant": tenant},
        )
    page = await client.get(f"{_ADA}/messages")
    message = f"{_ADA}/messages/{page.json()['items'][0]['id']}"
    await clock.sleep(1.5)
    await stage.sandbox.add({"route": "*", "reset": "before"})
    until, step = clock.now() + _SECONDS, 0
    before: tuple[int, int] | None = None
    while clock.now() < until:
        step += 1
        # One mailbox alone opens no breaker.
        unknown = f"/v1/mailboxes/m{step % 20}@contoso.example/messages"
        read, write, _ = await asyncio.gather(
            client.get(f"{_ADA}/messages"),
            client.patch(message, json={"is_read": True}),
            client.get(unknown),
        )
        night.reads.append(read)
        night.writes.append(write)
        if before is None and (await _breaker(stage))["state"] == "open":
            before = await _probed(stage)
        await clock.sleep(_STEP)
    if before is None:
        raise LookupError("the breaker never opened")
    asked, half_opened = await _probed(stage)
    night.probes = asked - before[0]
    night.breaks = half_opened - before[1]


async def _recover(stage: Stage, night: _Night) -> None:
    clock = stage.clock
    waiting = (await _breaker(stage))["opens_in"]
    await stage.sandbox.calm()
    await stage.sandbox.slow_down(0.05)
    began = clock.now()
    while (answers := await _all_at_once(stage)) and not any(
        answer.is_success for answer in answers
    ):
        await clock.sleep(_STEP)
    night.took, night.allowed = clock.now() - began, waiting + _SLACK
    night.again = await _all_at_once(stage)
    shown = await stage.sandbox.overview()
    night.throttled = shown["throttled"]
    night.peak = max(box["peak"] for box in shown["mailboxes"])


async def _all_at_once(stage: Stage) -> list[httpx.Response]:
    return await asyncio.gather(
        *(
            stage.client.get(f"{_ADA}/messages", headers=_STRICT)
            for _ in range(_AT_ONCE)
        )
    )


async def _breaker(stage: Stage) -> dict[str, Any]:
    """Return the state of the breaker that is watched."""
    state = await stage.ops.state()
    return next(
        breaker
        for breaker in state["breakers"]
        if (breaker["tenant"], breaker["workload"]) == _WATCHED
    )


async def _probed(stage: Stage) -> tuple[int, int]:
    """Return what reached Graph, and how often the breaker half-opened."""
    asked = sum(
        call["route"] == _ROUTE and call["method"] == "GET"
        for call in await stage.sandbox.calls()
    )
    lines = (line for line in stage.process.output if line.startswith("{"))
    events = (json.loads(line) for line in lines)
    half_opened = sum(
        event["event"] == "breaker.half_opened"
        and (event["tenant"], event["workload"]) == _WATCHED
        for event in events
    )
    return asked, half_opened


def _findings(night: _Night) -> list[Finding]:
    return [
        Finding(name=name, found=found, most=most)
        for name, found, most in (
            ("reads not served stale", sum(map(_is_lost, night.reads)), 0),
            ("writes not refused", sum(map(_is_odd, night.writes)), 0),
            ("breaks without a break", int(night.breaks == 0), 0),
            ("probes beyond one for each break", _excess(night), 0),
            ("seconds to recover", night.took, night.allowed),
            (
                "refused when Graph was back",
                sum(not answer.is_success for answer in night.again),
                0,
            ),
            ("throttled in the herd", night.throttled, 0),
            ("peak in flight per mailbox", night.peak, 4),
        )
    ]


def _is_lost(read: httpx.Response) -> bool:
    return bool(read.headers.get("exchange-freshness") != "stale")


def _is_odd(write: httpx.Response) -> bool:
    if write.status_code not in _REFUSALS:
        return True
    return write.json().get("outcome") not in _OUTCOMES


def _excess(night: _Night) -> int:
    return max(0, night.probes - night.breaks)
