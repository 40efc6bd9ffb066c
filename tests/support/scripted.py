"""A Graph that does what a test tells it, and remembers what it was asked."""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from app.sandbox import Sandbox

__all__ = ["Answer", "Hang", "Heard", "ScriptedGraph"]

_LOGIN = "/oauth2/"
_DISCOVERY = "/.well-known/"
_SECONDS = re.compile(r"[0-9]{1,15}(\.[0-9]+)?")


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A request that reached Graph."""

    at: float
    method: str
    url: str
    headers: httpx.Headers
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What Graph says, after some seconds."""

    status: int = 200
    body: bytes = b'{"value": []}'
    headers: dict[str, str] = field(default_factory=dict)
    after: float = 0.0


class Hang(Exception):
    """Scripted: never answer."""


Step = Answer | Exception | type[Exception] | Callable[[Heard], Answer]


class ScriptedGraph(httpx.AsyncBaseTransport):
    """Answers Graph's requests by a script; Entra ID is the sandbox's.

    ``steps`` are used up one by one, then ``otherwise`` is for all. Like
    Graph, it answers who calls before its ``Retry-After`` has elapsed with
    another 429, which extends the wait.
    """

    def __init__(self, *steps: Step, otherwise: Step | None = None) -> None:
        self.steps = list(steps)
        self.otherwise: Step = otherwise or Answer()
        self.heard: list[Heard] = []
        self.early = 0
        self.in_flight = 0
        self.peak = 0
        self.cancelled = 0
        self._closed_until = 0.0
        self._pause = 0.0
        self._entra = httpx.ASGITransport(app=Sandbox().app)
        self.tokens = 0

    async def handle_async_request(
        self, request: httpx.Request
    ) -> httpx.Response:
        path = request.url.path
        if _LOGIN in path or _DISCOVERY in path:
            self.tokens += _LOGIN in path
            return await self._entra.handle_async_request(request)
        now = asyncio.get_running_loop().time()
        heard = Heard(
            at=now,
            method=request.method,
            url=str(request.url),
            headers=request.headers,
            body=request.content,
        )
        self.heard.append(heard)
        self.in_flight += 1
        self.peak = max(self.peak, self.in_flight)
        try:
            return await self._answer(heard, now)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.in_flight -= 1

    @property
    def times(self) -> list[float]:
        """When requests came, counted from the first."""
        return [heard.at - self.heard[0].at for heard in self.heard]

    async def _answer(self, heard: Heard, now: float) -> httpx.Response:
        if now < self._closed_until:
            self.early += 1
            self._closed_until = now + self._pause
            return _refusal(self._pause)
        step = self.steps.pop(0) if self.steps else self.otherwise
        if step is Hang:
            await asyncio.Event().wait()
        if isinstance(step, type | Exception):
            raise step
        answer = step(heard) if callable(step) else step
        if answer.after:
            await _wait(answer.after)
        return self._response(answer)

    def _response(self, answer: Answer) -> httpx.Response:
        told = answer.headers.get("Retry-After", "")
        pause = float(told) if _SECONDS.fullmatch(told) else 0.0
        if pause and answer.status in {429, 503}:
            now = asyncio.get_running_loop().time()
            self._closed_until, self._pause = now + pause, pause
        headers = {"Content-Type": "application/json", **answer.headers}
        return httpx.Response(
            answer.status, headers=headers, content=answer.body
        )


async def _wait(seconds: float) -> None:
    await asyncio.wait(
        [asyncio.get_running_loop().create_future()], timeout=seconds
    )


def _refusal(pause: float) -> httpx.Response:
    error: dict[str, Any] = {"error": {"code": "ApplicationThrottled"}}
    return httpx.Response(
        429,
        headers={
            "Content-Type": "application/json",
            "Retry-After": f"{pause:g}",
        },
        content=json.dumps(error).encode(),
    )
