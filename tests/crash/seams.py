"""Where the service is killed from inside, without it having a part in it."""

import asyncio
import io
import json

import httpx

from tests.crash.points import Trap, event_name, request_name

__all__ = ["TrappedLog", "TrappedNetwork"]

# Less than the sandbox takes for any request: that is on its way then.
_ON_ITS_WAY = 0.005


class TrappedNetwork(httpx.AsyncBaseTransport):
    """Carries requests, and dies before, during or after one of them."""

    def __init__(self, network: httpx.AsyncBaseTransport, trap: Trap) -> None:
        self._network = network
        self._trap = trap

    async def handle_async_request(
        self, request: httpx.Request
    ) -> httpx.Response:
        """Carry one request, if it is not the last."""
        name = request_name(request.method, request.url.path)
        if name is None:
            return await self._network.handle_async_request(request)
        self._trap.spring(f"before {name}")
        if self._trap.reached(f"during {name}"):
            loop = asyncio.get_running_loop()
            loop.call_later(_ON_ITS_WAY, self._trap.die)
        response = await self._network.handle_async_request(request)
        self._trap.spring(f"after {name}")
        return response

    async def aclose(self) -> None:
        """Close what it wraps."""
        await self._network.aclose()


class TrappedLog(io.TextIOWrapper):
    """A log that dies when it is told of something."""

    def __init__(self, fd: int, trap: Trap) -> None:
        super().__init__(
            io.BufferedWriter(io.FileIO(fd, "w", closefd=False)),
            write_through=True,
        )
        self._trap = trap

    def write(self, text: str, /) -> int:
        """Write a line of JSON."""
        written = super().write(text)
        self.flush()
        name = event_name(json.loads(text)) if text.startswith("{") else None
        if name is not None:
            self._trap.spring(name)
        return written
