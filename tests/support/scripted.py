"""A Graph that does what a test tells it, and remembers what it was asked."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
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
    """A request that reached Graph, perhaps on a new connection."""

    at: float
    method: str
    url: str
    headers: httpx.Headers
    body: bytes
    is_fresh: bool = False


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What Graph says, after some seconds; ``cut`` in the midst of it."""

    status: int = 200
    body: bytes = b'{"value": []}'
    headers: dict[str, str] = field(default_factory=dict)
    after: float = 0.0
    cut: bool = False


class Hang(Exception):
    """Scripted: never answer."""


Step = Answer | Exception | type[Exception] | Callable[[Heard], Answer]


class ScriptedGraph(httpx.AsyncBaseTransport):
    """Answers Graph's requests by a script; Entra ID is the sandbox's.

    ``steps`` are used up one by one, then ``otherwise`` is for all. Like
    Graph, it answers who calls before its ``Retry-After`` has elapsed with
    another 429, which extends the wait; each mailbox for itself.

    ``paused`` counts how often it asked for a pause, ``early`` who came all
    the same, ``open`` the answers that are neither closed nor read through.
    """

    def __init__(self, *steps: Step, otherwise: Step | None = None) -> None:
        self.steps = list(steps)
        self.otherwise: Step = otherwise or Answer()
        self.heard: list[Heard] = []
        self.early = 0
        self.paused = 0
        self.in_flight = 0
        self.peak = 0
        self.cancelled = 0
        self.open = 0
        self._closed: dict[str, tuple[float, float]] = {}
        self.entra = Sandbox()
        self._entra = httpx.ASGITransport(app=self.entra.app)
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
            is_fresh=request.extensions["fresh_connection"],
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
        mailbox = _mailbox(heard)
        until, pause = self._closed.get(mailbox, (0.0, 0.0))
        if now < until:
            self.early += 1
            self._closed[mailbox] = now + pause, pause
            return self._response(_refusal(pause))
        step = self.steps.pop(0) if self.steps else self.otherwise
        if step is Hang:
            await asyncio.Event().wait()
        if isinstance(step, type | Exception):
            raise step
        answer = step(heard) if callable(step) else step
        if answer.after:
            await _wait(answer.after)
        if pause := _pause(answer):
            self.paused += 1
            ends = asyncio.get_running_loop().time() + pause
            self._closed[mailbox] = ends, pause
        return self._response(answer)

    def _response(self, answer: Answer) -> httpx.Response:
        headers = {
            "Content-Type": "application/json",
            "Content-Length": str(len(answer.body)),
            **answer.headers,
        }
        return httpx.Response(
            answer.status, headers=headers, stream=_Body(self, answer)
        )


class _Body(httpx.AsyncByteStream):
    """A body that arrives in two parts, or only the first of them."""

    def __init__(self, graph: ScriptedGraph, answer: Answer) -> None:
        self._graph = graph
        self._answer = answer
        self._is_open = True
        graph.open += 1

    async def __aiter__(self) -> AsyncIterator[bytes]:
        body = self._answer.body
        half = len(body) // 2
        yield body[:half]
        if self._answer.cut:
            raise httpx.ReadError("cut")
        yield body[half:]
        await self.aclose()

    async def aclose(self) -> None:
        self._graph.open -= self._is_open
        self._is_open = False


def _mailbox(heard: Heard) -> str:
    _, _, rest = heard.url.partition("/users/")
    return rest.partition("/")[0]


def _pause(answer: Answer) -> float:
    if answer.status not in {429, 503}:
        return 0.0
    told = answer.headers.get("Retry-After", "")
    return float(told) if _SECONDS.fullmatch(told) else 0.0


async def _wait(seconds: float) -> None:
    await asyncio.wait(
        [asyncio.get_running_loop().create_future()], timeout=seconds
    )


def _refusal(pause: float) -> Answer:
    error: dict[str, Any] = {"error": {"code": "ApplicationThrottled"}}
    return Answer(
        status=429,
        body=json.dumps(error).encode(),
        headers={"Retry-After": f"{pause:g}"},
    )
