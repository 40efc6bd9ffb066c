"""What can be measured: how it is started, and how it is asked.

All targets do the same for callers, `GET` of the 25 newest messages of a
mailbox and of one message, over the same stand-in for Microsoft Graph.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import cores
from tests.bench.load.outcome import Expected
from tests.bench.ports import free_port, wait_for

__all__ = [
    "ROOT",
    "Place",
    "Running",
    "Target",
    "api_keys",
    "running",
    "service",
    "telemetry",
]

ROOT = Path(__file__).parents[2]

_END = 20.0
# What is logged is kept in memory: a disk is not what is measured.
_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
_KEY = "bench-key"
# So high that requests are measured and not how they are held back; cases
# that are about that set them otherwise.
_LIMITS = {
    "EXCHANGE_LIMITS__MAILBOX_CONCURRENCY": "100",
    "EXCHANGE_LIMITS__MAILBOX_REQUESTS": "10000000",
    "EXCHANGE_LIMITS__TENANT_CONCURRENCY": "10000",
    "EXCHANGE_QUOTA__REQUESTS": "10000000",
    "EXCHANGE_QUOTA__CONCURRENCY": "100000",
}


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a target is to run: its port, its Graph, a directory of its own.

    ``graph`` is the base URL without ``/v1.0``; Entra ID is there, too.
    """

    port: int
    graph: str
    directory: Path


@dataclass(frozen=True, kw_only=True)
class Target:
    """Something that answers requests for mail.

    ``page`` and ``message`` are paths with ``{mailbox}`` and ``{message}``
    in them, ``ready`` is a path that is answered with 200 once it can serve.
    Who knows but one answer gives that in ``always``, whatever is asked.
    """

    name: str
    command: Callable[[Place], list[str]]
    environment: Callable[[Place], Mapping[str, str]] = field(
        default=lambda _place: {}
    )
    headers: Mapping[str, str] = field(default_factory=dict)
    ready: str = "/messages?mailbox=ada@contoso.example"
    page: str = "/messages?mailbox={mailbox}"
    message: str = "/messages/{message}?mailbox={mailbox}"
    directory: Path = ROOT
    is_service: bool = False
    always: Expected | None = None


@dataclass(frozen=True, kw_only=True)
class Running:
    """A target that serves: its process, its port, and how it was started.

    ``started`` is after how many seconds it gave its first answer.
    """

    target: Target
    pid: int
    port: int
    started: float


def service(
    name: str, settings: Mapping[str, str], directory: Path = ROOT
) -> Target:
    """Return the service of a working tree, with settings of its own."""
    return Target(
        name=name,
        command=lambda _place: [sys.executable, "-m", "app", "serve"],
        environment=lambda place: {**_variables(place), **settings},
        headers={"X-API-Key": _KEY},
        ready="/health/ready",
        page="/v1/mailboxes/{mailbox}/messages",
        message="/v1/mailboxes/{mailbox}/messages/{message}",
        directory=directory,
        is_service=True,
    )


def api_keys(*tenants: str) -> str:
    """Return the setting for the one key, good in these tenants."""
    key = {
        "name": "bench",
        "sha256": hashlib.sha256(_KEY.encode()).hexdigest(),
        "roles": ["mail.read", "mail.write", "mail.send"],
        "mailboxes": ["*"],
        "tenants": tenants,
    }
    return json.dumps([key])


def telemetry(collector: str) -> dict[str, str]:
    """Return the settings for metrics, and for traces of one in ten."""
    return {
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{collector}/v1/traces",
        "OTEL_EXPORTER_PROMETHEUS_PORT": "0",
        "OTEL_METRICS_EXPORTER": "prometheus",
        "OTEL_TRACES_EXPORTER": "otlp",
        "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
        "OTEL_TRACES_SAMPLER_ARG": "0.1",
    }


def _variables(place: Place) -> dict[str, str]:
    """Return the environment of the service, without its telemetry."""
    return {
        "EXCHANGE_API_KEYS": api_keys("default"),
        "EXCHANGE_AUTHORITY_URL": place.graph,
        "EXCHANGE_AUTH_MODE": "api_key",
        "EXCHANGE_CLIENT_ID": "11111111-1111-4111-8111-111111111111",
        "EXCHANGE_CLIENT_SECRET": "a-secret",
        "EXCHANGE_DATA_DIR": str(place.directory),
        "EXCHANGE_GRAPH_BASE_URL": f"{place.graph}/v1.0",
        "EXCHANGE_PORT": str(place.port),
        "EXCHANGE_TENANT_ID": "22222222-2222-4222-8222-222222222222",
        **_LIMITS,
    }


@contextmanager
def running(target: Target, graph: str) -> Iterator[Running]:
    """Start a target on the core for it, and end it at the end.

    Raises:
        RuntimeError: It does not serve; with what it said.
    """
    with TemporaryDirectory(dir=_MEMORY) as scratch:
        place = Place(port=free_port(), graph=graph, directory=Path(scratch))
        said = place.directory / "said"
        began = time.perf_counter()
        with said.open("wb") as output, _process(target, place, output) as it:
            try:
                url = f"http://127.0.0.1:{place.port}{target.ready}"
                wait_for(it, url, target.headers)
                started = time.perf_counter() - began
                yield Running(
                    target=target,
                    pid=it.pid,
                    port=place.port,
                    started=started,
                )
            except RuntimeError as e:
                text = said.read_text(errors="replace")[-4000:]
                raise RuntimeError(f"{target.name}: {e}\n{text}") from e


@contextmanager
def _process(
    target: Target, place: Place, output: object
) -> Iterator["subprocess.Popen[bytes]"]:
    inherited = {
        name: value
        for name, value in os.environ.items()  # noqa: TID251 - for a child
        if not name.startswith(("EXCHANGE_", "OTEL_"))
    }
    own = cores.LOAD
    cores.pin(cores.TARGET)
    try:
        it = subprocess.Popen(
            target.command(place),
            cwd=target.directory,
            env={**inherited, **target.environment(place)},
            stdin=subprocess.DEVNULL,
            stdout=output,  # type: ignore[call-overload]
            stderr=subprocess.STDOUT,
        )
    finally:
        cores.pin(own)
    try:
        yield it
    finally:
        it.terminate()
        try:
            it.wait(_END)
        except subprocess.TimeoutExpired:
            it.kill()
            it.wait()
