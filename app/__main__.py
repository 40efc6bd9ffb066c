"""The command line.

``python -m app serve|sandbox|settings|openapi|reference``
"""

import argparse
import json
import logging
import runpy
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import yaml

from app import __version__
from app.clock import Stopping
from app.main import create_app
from app.reference import REFERENCES
from app.routers.instrumentation import instrument
from app.server import Server, listening
from app.settings import (
    CallerSettings,
    Settings,
    SettingsError,
    TenantSettings,
    check,
    effective,
    load_settings,
    prepare_otel,
    secret_keys,
)
from app.telemetry.logs import EventLog, LibraryHandler
from app.telemetry.recorder import Telemetry
from app.telemetry.setup import Providers, connect
from app.telemetry.signals.events import SERVICE_STOPPED
from app.wiring import assemble
from app.wiring.credentials import read_credentials


def main() -> int:
    """Run the command that was asked for; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m app")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="start the service")
    commands.add_parser("settings", help="print the effective settings")
    commands.add_parser("sandbox", help="start a local Graph", add_help=False)
    document = commands.add_parser("openapi", help="print the API document")
    document.add_argument("--check", type=Path, metavar="FILE")
    page = commands.add_parser("reference", help="print a page of docs/")
    page.add_argument("page", choices=REFERENCES)
    page.add_argument("--check", type=Path, metavar="FILE")
    options, more = parser.parse_known_args()
    if more and options.command != "sandbox":
        parser.error(f"unknown arguments: {' '.join(more)}")
    try:
        return _run(options, more)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _run(options: argparse.Namespace, more: list[str]) -> int:
    match options.command:
        case "serve":
            return _serve()
        case "sandbox":
            # Not imported: what serves callers has nothing of it.
            sys.argv[1:] = more
            runpy.run_module("app.sandbox", run_name="__main__")
        case "settings":
            sys.stdout.writelines(
                f"{line}\n" for line in effective(load_settings())
            )
        case "reference":
            return _written(REFERENCES[options.page](), options.check)
        case _:
            return _written(_openapi(), options.check)
    return 0


def _written(text: str, check: Path | None) -> int:
    """Print what is written from the code, or say that a file is older."""
    if check is None:
        sys.stdout.write(text)
    elif not check.exists() or check.read_text() != text:
        sys.stderr.write(f"{check} is out of date: make openapi reference\n")
        return 1
    return 0


def _serve() -> int:
    settings = load_settings()
    read_credentials(settings)
    providers = _providers()
    with listening(settings) as entrance, _sandbox(settings) as settled:
        telemetry, stop = _telemetry(settled, providers), Stopping()
        state = assemble(settled, telemetry, stopping=stop)
        app = create_app(settled, telemetry, state)
        if providers.tracers or providers.meters:
            instrument(app, providers)
        server = Server(app, settled, telemetry, stop, providers)
        server.run(sockets=[entrance])
        telemetry.log(SERVICE_STOPPED)
        providers.shutdown()
    return 0 if server.started else 3


def _providers() -> Providers:
    exports = prepare_otel()
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
        hash_key=key,
    )


@contextmanager
def _sandbox(settings: Settings) -> Iterator[Settings]:
    """Start the sandbox if it is wanted, and point the settings there."""
    if not settings.sandbox:
        yield settings
        return
    command = [sys.executable, "-m", "app.sandbox", "--port", "0"]
    # It ends when its stdin does: with this process, however that ends.
    with subprocess.Popen(  # noqa: S603 - the command is our own
        [*command, "--exit-with-parent"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        told, lifeline = process.stdout, process.stdin
        if told is None or lifeline is None:
            raise RuntimeError("the sandbox has no pipes")
        found = json.loads(told.readline())
        sys.stderr.write(f"  Sandbox     {found['sandbox']}/_sandbox/\n")
        # What it holds ends with it; so does what is remembered of it, unless
        # a place was named.
        with TemporaryDirectory(prefix="exchange-") as passing:
            try:
                settled = _pointed_at(found, settings, Path(passing))
                check(settled)
                yield settled
            finally:
                lifeline.close()


def _pointed_at(
    found: Mapping[str, Any], settings: Settings, passing: Path
) -> Settings:
    """Return the settings for the sandbox that has told of itself."""
    is_named = "data_dir" in settings.model_fields_set
    expires = {"client_secret_expires": settings.client_secret_expires}
    tenants = tuple(
        TenantSettings.model_validate(tenant | expires)
        for tenant in found["tenants"]
    )
    callers = tuple(
        CallerSettings.model_validate(caller)
        for caller in found.get("callers", ())
    )
    return settings.model_copy(
        update={
            "graph_base_url": f"{found['sandbox']}/v1.0",
            "authority_url": found["sandbox"],
            "data_dir": settings.data_dir if is_named else passing,
            "tenants": tenants,
            "tenants_file": (),
            "callers": settings.callers or callers,
            "browser_client_id": settings.browser_client_id
            or found.get("browser_client_id"),
        }
    )


def _openapi() -> str:
    settings = Settings.model_construct()
    telemetry = Telemetry(EventLog())
    app = create_app(settings, telemetry, assemble(settings, telemetry))
    # To plain types first: YAML knows no enumerations.
    plain = msgspec.json.decode(msgspec.json.encode(app.openapi()))
    text: str = yaml.dump(
        plain, Dumper=_Readable, sort_keys=False, allow_unicode=True
    )
    return text


class _Readable(yaml.SafeDumper):
    """Writes texts of several lines as such."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style)


_Readable.add_representer(str, _text)


if __name__ == "__main__":
    sys.exit(main())
