"""The network between the service and the sandbox, without sockets."""

import httpx

from app.sandbox import Reset, Sandbox

__all__ = ["SandboxNetwork"]


class SandboxNetwork(httpx.AsyncBaseTransport):
    """Carries requests to a sandbox in the same process.

    ``down`` makes the sandbox unreachable, as if nobody listened.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._inner = httpx.ASGITransport(app=sandbox.app)
        self.down = False
        self.requests: list[httpx.Request] = []

    async def handle_async_request(
        self, request: httpx.Request
    ) -> httpx.Response:
        self.requests.append(request)
        if self.down:
            raise httpx.ConnectError("connection refused")
        try:
            return await self._inner.handle_async_request(request)
        except Reset as reset:
            raise httpx.ReadError("connection reset") from reset
