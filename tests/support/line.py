"""A connection to the service's own server, of which the test is one end."""

import asyncio
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.server import ServerState

from app.routers.protocol import HttpProtocol

__all__ = ["Line", "connected"]


class Line(asyncio.Transport):
    """One end of a connection; the other one is the test."""

    def __init__(self) -> None:
        super().__init__()
        self.said = b""
        self.ended_at: float | None = None
        self.is_aborted = False
        self._is_closing = False

    def write(self, data: "bytes | bytearray | memoryview[int]") -> None:
        self.said += bytes(data)

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.ended_at = asyncio.get_running_loop().time()

    def close(self) -> None:
        if self.ended_at is None:
            self.write_eof()
        self._is_closing = True

    def is_closing(self) -> bool:
        return self._is_closing

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return {"sslcontext": None}.get(name, default)

    def abort(self) -> None:
        self.is_aborted = True
        self.close()

    def get_write_buffer_size(self) -> int:
        return 655_360

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


def connected(
    app: ASGIApp, line: Line | None = None, **state: Any
) -> tuple[HttpProtocol, Line]:
    """Return the service's end of a new connection, and what it is on.

    ``state`` is what the lifespan of the app has left for its requests.
    """
    config = uvicorn.Config(
        app, log_config=None, access_log=False, reset_contextvars=True
    )
    protocol = HttpProtocol(
        config=config, server_state=ServerState(), app_state=state
    )
    line = line or Line()
    protocol.connection_made(line)
    return protocol, line
