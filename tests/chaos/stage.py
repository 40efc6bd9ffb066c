"""A running service, and the ways to it and behind it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from app.clock import SystemClock
from tests.chaos.invariants import Finding
from tests.chaos.watching import Ops, SandboxControl
from tests.support.process import Process

__all__ = ["Played", "Stage", "staged"]

_PATIENCE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """How a scene went: what must hold, and what is good to know."""

    findings: list[Finding]
    notes: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A running service, and the ways to it and behind it."""

    process: Process
    client: httpx.AsyncClient
    sandbox: SandboxControl
    ops: Ops
    clock: SystemClock


@asynccontextmanager
async def staged(process: Process) -> AsyncIterator[Stage]:
    """Open the ways to a service."""
    clock = SystemClock()
    control = f"{process.sandbox}/_sandbox"
    async with (
        httpx.AsyncClient(base_url=process.url, timeout=_PATIENCE) as client,
        httpx.AsyncClient(base_url=control, timeout=_PATIENCE) as sandbox,
    ):
        yield Stage(
            process=process,
            client=client,
            sandbox=SandboxControl(client=sandbox),
            ops=Ops(client=client, clock=clock),
            clock=clock,
        )
