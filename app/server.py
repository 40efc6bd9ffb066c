"""Serve the app over HTTP until somebody says stop."""

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from app import __version__
from app.clock import Stopping
from app.routers.protocol import HttpProtocol
from app.settings import AuthMode, Settings, SettingsError
from app.telemetry.providers import Providers
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.events import SERVICE_STARTED

__all__ = ["Server", "listening"]

_GRACE = 10
# uvloop takes one connection of each entrance in a round of its loop; with
# one entrance those who come while there is much to do wait unheard.
_ENTRANCES = 32
_GC_THRESHOLD = 20_000
# In seconds. The loop lets others have the interpreter with each system call,
# and while one of them computes, as what exports spans does, it waits so long
# to have it back: by default ten times as long, several times in a request.
# Source: https://docs.python.org/3/library/sys.html#sys.setswitchinterval
_SWITCH_INTERVAL = 0.0005
# What a request has to show, for the line that is to be tried.
_SHOWN = {
    AuthMode.ENTRA: ' -H "Authorization: Bearer $TOKEN"',
    AuthMode.API_KEY: ' -H "X-API-Key: $KEY"',
    AuthMode.NONE: "",
}


@contextmanager
def listening(settings: Settings) -> Iterator[socket.socket]:
    """Take the place where the service is to be found.

    Raises:
        SettingsError: It is not to be had: another program has it, say.
    """
    host, port = settings.host, settings.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        entrance = socket.create_server((host, port), family=family)
    except OSError as e:
        why, _, _ = (e.strerror or "it cannot be used").partition(" (")
        raise SettingsError(
            f"EXCHANGE_PORT: cannot listen on {host}, port {port}: {why}"
        ) from None
    with entrance:
        yield entrance


class Server(uvicorn.Server):
    """Says where it serves, once it does."""

    def __init__(
        self,
        app: FastAPI,
        settings: Settings,
        telemetry: Telemetry,
        stopping: Stopping,
        providers: Providers,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="uvloop",
                http=HttpProtocol,
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                # Whoever calls could write X-Forwarded-For, too.
                proxy_headers=False,
                # A request that came with another has none of its trace.
                reset_contextvars=True,
                timeout_graceful_shutdown=_GRACE,
            )
        )
        self._settings = settings
        self._telemetry, self._stopping = telemetry, stopping
        self._providers = providers

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop in order when told to, and live on to tell of it.

        Waits end at once; uvicorn lets requests finish. It would raise the
        signal again after that, so that nothing after it would run.
        """

        def stop(number: int) -> None:
            self._stopping.begin()
            self.handle_exit(number, None)

        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop, number)
        yield

    async def startup(
        self, sockets: list[socket.socket] | None = None
    ) -> None:
        """Begin to serve, and tell where."""
        entrances = [
            entrance.dup()
            for entrance in sockets or ()
            for _ in range(_ENTRANCES)
        ]
        await super().startup(entrances)
        if not self.started:
            return
        # What lives now lives on; the collector need not look at it again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(_GC_THRESHOLD)
        sys.setswitchinterval(_SWITCH_INTERVAL)
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        self._telemetry.log(
            SERVICE_STARTED,
            version=__version__,
            url=url,
            graph=self._settings.graph_url,
            auth_mode=self._settings.auth_mode,
            tenants=[t.alias for t in self._settings.every_tenant],
            telemetry=self._providers.names,
        )
        shown = _SHOWN[self._settings.auth_mode]
        sys.stderr.write(
            f"\n  Swagger UI  {url}/docs\n"
            f"  Status      {url}/status\n"
            f"  Try         curl -s{shown} {url}/v1/mailboxes\n"
        )
        if page := self._providers.page:
            sys.stderr.write(f"  Metrics     {page.url}\n")
        sys.stderr.write("\n")
