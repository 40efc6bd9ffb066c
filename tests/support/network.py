"""The network between the service and the sandbox, without sockets."""

from collections.abc import Awaitable, Callable

import httpx

from app.sandbox import Reset, Sandbox
from tests.support.schema_watch import SchemaWatch

__all__ = ["Between", "Carry", "SandboxNetwork"]

Carry = Callable[[httpx.Request], Awaitable[httpx.Response]]
Between = Callable[[httpx.Request, Carry], Awaitable[httpx.Response]]


class SandboxNetwork(httpx.AsyncBaseTransport):
    """Carries requests to a sandbox in the same process.

    ``down`` makes the sandbox unreachable, as if nobody listened;
    ``between`` may stand between the two and change what passes. What
    reaches the sandbox, and what it answers, is held against Microsoft's
    schema: see ``watch``.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._inner = httpx.ASGITransport(app=sandbox.app)
        self.watch = SchemaWatch(sandbox)
        self.down = False
        self.between: Between | None = None
        self.requests: list[httpx.Request] = []

    async def handle_async_request(
        self, request: httpx.Request
    ) -> httpx.Response:
        self.requests.append(request)
        if self.down:
            raise httpx.ConnectError("connection refused")
        try:
            if self.between is not None:
                return await self.between(request, self._carry)
            return await self._carry(request)
        except Reset as reset:
            raise httpx.ReadError("connection reset") from reset

    async def _carry(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        await self.watch.see(request, response)
        return response
