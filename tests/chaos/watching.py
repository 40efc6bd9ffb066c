"""Gather evidence from a service and a sandbox that are other processes."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from app.clock import Clock
from tests.chaos.invariants import Times
from tests.support.collector import attributes_of

__all__ = ["Ops", "SandboxControl", "complaints_in", "held", "timed"]

_ALL = "50000"
_CLIENT_SPAN = 3
_NANO = 1e-9
_DRAINED_BY = 300.0
_GOING_ON = ("queued", "sending", "verifying")
_QUIET = 30.0
_LOOKS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxControl:
    """Turns the sandbox's knobs, and reads what it has seen."""

    client: httpx.AsyncClient

    async def add(self, fault: Mapping[str, Any]) -> None:
        """Put a fault in force."""
        answer = await self.client.post("/faults", json=fault)
        answer.raise_for_status()

    async def calm(self) -> None:
        """Lift all faults."""
        (await self.client.delete("/faults")).raise_for_status()

    async def slow_down(self, seconds: float) -> None:
        """Have each request to Graph take so long."""
        answer = await self.client.post("/settings", json={"latency": seconds})
        answer.raise_for_status()

    async def calls(self) -> list[dict[str, Any]]:
        """Return every request to Graph, the parts of batches included."""
        answer = await self.client.get("/calls", params={"limit": _ALL})
        calls: list[dict[str, Any]] = answer.raise_for_status().json()["calls"]
        return [c for c in calls if c["path"].startswith("/v1.0/")]

    async def overview(self) -> dict[str, Any]:
        """Return what there is of mailboxes, and their peaks."""
        answer = await self.client.get("/")
        shown: dict[str, Any] = answer.raise_for_status().json()
        return shown

    async def sent(self, mailbox: str) -> list[str]:
        """Return the subjects in a mailbox's Sent Items."""
        answer = await self.client.get(f"/mailboxes/{mailbox}/sent")
        messages = answer.raise_for_status().json()["messages"]
        return [message["subject"] for message in messages]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ops:
    """Looks at the service as an operator does."""

    client: httpx.AsyncClient
    clock: Clock

    async def state(self) -> dict[str, Any]:
        """Return the state of everything."""
        answer = await self.client.get("/ops")
        shown: dict[str, Any] = answer.raise_for_status().json()
        return shown

    async def drained(self) -> None:
        """Wait until nothing is to be sent any more.

        Raises:
            TimeoutError: That takes too long.
        """
        until = self.clock.now() + _DRAINED_BY
        while True:
            outbox = (await self.state())["outbox"]
            if not any(outbox[stage] for stage in _GOING_ON):
                return
            if self.clock.now() > until:
                raise TimeoutError(f"still to be sent: {outbox}")
            await self.clock.sleep(1)

    async def left_behind(self, tasks_before: int) -> dict[str, int]:
        """Return what is still held when nothing has been asked for a while.

        Idle connections are kept for some seconds, so that this waits.
        """
        until = self.clock.now() + _QUIET
        while True:
            left = held(await self.state(), tasks_before)
            if not any(left.values()) or self.clock.now() >= until:
                return left
            await self.clock.sleep(_LOOKS)


def timed(spans: Iterable[Any]) -> tuple[dict[str, Times], int]:
    """Return when requests to Graph began and ended, by their id.

    The second figure is how many of them were repeats.
    """
    times: dict[str, Times] = {}
    retries = 0
    for span in spans:
        told = attributes_of(span) if span.kind == _CLIENT_SPAN else {}
        if name := told.get("graph.client_request_id"):
            times[name] = Times(
                began=span.start_time_unix_nano * _NANO,
                ended=span.end_time_unix_nano * _NANO,
                has_answer="http.response.status_code" in told,
            )
            retries += bool(told.get("http.request.resend_count"))
    return times, retries


def complaints_in(output: Iterable[str]) -> int:
    """Count what a service logged of errors that nobody thought of."""
    found = 0
    for line in output:
        if not line.startswith("{"):
            found += "Traceback" in line
            continue
        found += json.loads(line)["event"] in {"http.failed", "library"}
    return found


def held(state: Mapping[str, Any], tasks_before: int) -> dict[str, int]:
    """Return what the service holds, by name, more than it did before."""
    permits = state["permits"]
    return {
        "permits": sum(p["in_use"] + p["waiting"] for p in permits),
        "tasks": max(0, state["process"]["tasks"] - tasks_before),
        "connections": state["process"]["connections"],
    }
