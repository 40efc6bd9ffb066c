"""The stand-in in Python: ``python -m tests.bench.upstream.stub --port 0``.

It can be slow or down, takes messages to send, and gives out tokens.
``PUT /_weather?delay=0.05`` has it answer that much later, ``status=503``
has it refuse, and with ``retry_after=600`` say until when.
"""

import argparse
import asyncio
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import uvicorn
from starlette.types import Receive, Scope, Send

from tests.bench.upstream import bodies

__all__ = ["Stub"]

_REFUSAL = b'{"error":{"code":"serviceNotAvailable","message":"Try later."}}'
_JSON = (b"content-type", b"application/json")


@dataclass(kw_only=True)
class _Weather:
    delay: float = 0.0
    status: int = 200
    retry_after: int | None = None


@dataclass
class Stub:
    """An ASGI application; ``url`` is where it is found."""

    url: str
    weather: _Weather = field(default_factory=_Weather)
    drafts: int = 0
    sent: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page = bodies.page(self.url)
        self.message = bodies.message(self.url)

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        path = scope["path"]
        while (await receive()).get("more_body"):
            pass
        if path == "/_weather":
            told = dict(parse_qsl(scope["query_string"].decode()))
            self.weather = _Weather(
                delay=float(told.get("delay", 0)),
                status=int(told.get("status", 200)),
                retry_after=int(told.get("retry_after", 0)) or None,
            )
            return await _answer(send, 204, b"")
        if not path.startswith("/v1.0/"):
            return await _answer(send, *self._other(path))
        if self.weather.delay:
            await asyncio.sleep(self.weather.delay)  # noqa: TID251
        if self.weather.status != 200:
            return await self._refuse(send)
        return await _answer(send, *self._graph(scope["method"], path))

    def _graph(self, method: str, path: str) -> tuple[int, bytes]:
        """Return what Graph answers, by the parts of the path."""
        match method, path.split("/")[3:]:
            case "GET", [_, "messages"]:
                return 200, self.page
            case "POST", [_, "messages"]:
                self.drafts += 1
                made = f"{bodies.MESSAGE[:-8]}{self.drafts:08}"
                return 201, bodies.message(self.url, made, is_draft=True)
            case "POST", [_, "messages", item, "send"]:
                self.sent.add(item)
                return 202, b""
            case "GET", [_, "messages", bodies.MESSAGE]:
                return 200, self.message
            case "GET", [_, "messages", item]:
                is_draft = item not in self.sent
                return 200, bodies.message(self.url, item, is_draft=is_draft)
            case _:
                return 404, b'{"error":{"code":"ErrorItemNotFound"}}'

    def _other(self, path: str) -> tuple[int, bytes]:
        if path.endswith("/token"):
            return 200, bodies.TOKEN
        if path.endswith("/openid-configuration"):
            return 200, bodies.discovery(path.split("/")[1])
        # A collector of telemetry takes whatever it is given.
        return 200, b""

    async def _refuse(self, send: Send) -> None:
        pause = self.weather.retry_after
        headers = [] if pause is None else [(b"retry-after", b"%d" % pause)]
        await _answer(send, self.weather.status, _REFUSAL, *headers)


async def _answer(
    send: Send, status: int, body: bytes, *headers: tuple[bytes, bytes]
) -> None:
    length = (b"content-length", b"%d" % len(body))
    start = {"status": status, "headers": [_JSON, length, *headers]}
    await send({"type": "http.response.start"} | start)
    await send({"type": "http.response.body", "body": body})


def main() -> None:
    """Serve until told to stop."""
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, required=True)
    port = options.parse_args().port
    uvicorn.run(
        Stub(f"http://127.0.0.1:{port}"),
        port=port,
        loop="uvloop",
        http="httptools",
        lifespan="off",
        access_log=False,
        log_level="critical",
        backlog=4096,
        # Whoever still waits in bad weather waits in vain.
        timeout_graceful_shutdown=1,
    )


if __name__ == "__main__":
    main()
