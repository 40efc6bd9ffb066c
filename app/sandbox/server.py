"""The sandbox as a server of its own."""

import asyncio
import json
import os
import socket
import struct
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from signal import SIGINT, SIGTERM

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.sandbox.asgi import BREAK
from app.sandbox.entra.clients import CLIENTS, known_callers
from app.sandbox.faults import Reset
from app.sandbox.sandbox import Sandbox
from app.sandbox.tenants import TENANTS

__all__ = ["serve"]

# Longer than any client's pool keeps a connection that it does not use.
KEEP_ALIVE = 120
# Closing without time to linger makes the kernel send a RST.
NO_LINGER = struct.pack("ii", 1, 0)


def serve(
    host: str,
    port: int,
    *,
    exit_with_parent: bool = False,
    latency: float = 0.0,
    transit: float = 0.0,
) -> None:
    """Serve a new sandbox until SIGINT or SIGTERM.

    Once connections are accepted, one line of JSON on stdout says where, as
    ``{"sandbox": "http://127.0.0.1:8001", "tenants": […], "callers": […],
    "browser_client_id": "…"}``, with the tenants and the callers as the
    service's settings want them. Port 0 is any free one. With
    ``exit_with_parent`` the end of stdin ends the server too.
    """
    sandbox = Sandbox(latency=latency, transit=transit)
    server = _Server(_configuration(sandbox))
    if exit_with_parent:
        watch = threading.Thread(target=server.stop_at_eof, daemon=True)
        watch.start()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    server.run([socket.create_server((host, port), family=family)])


def _configuration(sandbox: Sandbox) -> uvicorn.Config:
    return uvicorn.Config(
        sandbox.app,
        loop="uvloop",
        http=_Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        date_header=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        # Hanging requests must not keep the server from stopping.
        timeout_graceful_shutdown=0,
    )


class _Server(uvicorn.Server):
    """Announces itself, and stops without raising its signals again."""

    async def startup(
        self, sockets: list[socket.socket] | None = None
    ) -> None:
        """Begin to accept connections and say where."""
        await super().startup(sockets)
        for listener in sockets or ():
            host, port = listener.getsockname()[:2]
            name = f"[{host}]" if ":" in host else host
            told = {
                "sandbox": f"http://{name}:{port}",
                "tenants": _tenants(),
                "callers": known_callers(),
                "browser_client_id": CLIENTS[0].id,
            }
            sys.stdout.write(f"{json.dumps(told)}\n")
        sys.stdout.flush()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at a signal."""
        loop = asyncio.get_running_loop()
        for signal in (SIGINT, SIGTERM):
            loop.add_signal_handler(signal, self.stop)
        yield

    def stop(self) -> None:
        """Stop soon."""
        self.should_exit = True

    def stop_at_eof(self) -> None:
        """Stop when stdin ends, which it does when the parent dies."""
        # Not sys.stdin.read: its lock would outlive a stop by signal.
        while os.read(0, 4096):
            pass
        self.stop()


class _Protocol(HttpToolsProtocol):
    """Lets the application break the connection of a request."""

    def on_message_begin(self) -> None:
        """Put the breaking function where the application looks for it."""
        super().on_message_begin()
        self.scope["extensions"] = {BREAK: {"break": self._break}}

    def _break(self, reset: Reset) -> None:
        if reset.midway:
            # What was written is to arrive before the end does.
            self.transport.close()
            return
        listener = self.transport.get_extra_info("socket")
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        self.transport.abort()


def _tenants() -> list[dict[str, str]]:
    return [
        {
            "alias": tenant.name.lower(),
            "tenant_id": tenant.id,
            "client_id": tenant.client_id,
            "client_secret": tenant.credential,
        }
        for tenant in TENANTS
    ]
