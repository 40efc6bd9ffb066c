"""Serve callers until told to stop.

What exports signals is imported if any are to be exported.
"""

# ruff: noqa: PLC0415

import logging

from app import __version__
from app.clock import Stopping
from app.commands.sandboxed import sandboxed
from app.main import create_app
from app.server import Server, listening
from app.settings import (
    Settings,
    SettingsError,
    prepare_otel,
    secret_keys,
)
from app.telemetry.logs import EventLog, LibraryHandler
from app.telemetry.providers import Providers
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.events import SERVICE_STOPPED
from app.wiring import assemble
from app.wiring.credentials import read_credentials

__all__ = ["serve"]


def serve(settings: Settings) -> int:
    """Start the service, and return its exit status when it has ended.

    Raises:
        SettingsError: It cannot start with these settings.
    """
    read_credentials(settings)
    providers = _providers()
    with listening(settings) as entrance, sandboxed(settings) as settled:
        telemetry, stop = _telemetry(settled, providers), Stopping()
        state = assemble(settled, telemetry, stopping=stop)
        app = create_app(settled, telemetry, state)
        if providers.tracers or providers.meters:
            from app.routers.instrumentation import instrument

            instrument(app, providers, telemetry)
        server = Server(app, settled, telemetry, stop, providers)
        server.run(sockets=[entrance])
        telemetry.log(SERVICE_STOPPED)
        providers.shutdown()
    return 0 if server.started else 3


def _providers() -> Providers:
    exports = prepare_otel()
    if not exports:
        return Providers()
    from app.telemetry.setup import connect

    try:
        return connect(exports, __version__)
    except OSError as e:
        raise SettingsError(
            f"OTEL_EXPORTER_PROMETHEUS_PORT: cannot listen there: {e.strerror}"
        ) from None
    except ValueError as e:
        raise SettingsError(f"A variable OTEL_* of the SDK: {e}") from None


def _telemetry(settings: Settings, providers: Providers) -> Telemetry:
    log = EventLog(exported=providers.logger)
    logging.basicConfig(handlers=[LibraryHandler(log)], force=True)
    try:
        key = secret_keys(settings)[0]
    except (OSError, ValueError) as e:
        raise SettingsError(f"EXCHANGE_DATA_DIR: {e}") from None
    return Telemetry(
        log,
        meter=providers.meter,
        tracer=providers.tracer,
        distributions=providers.distributions,
        hash_key=key,
    )
