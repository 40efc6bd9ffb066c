"""The peers, as the benchmark starts and asks them."""

import sys
from collections.abc import Iterator
from dataclasses import replace

from tests.bench.load.outcome import Expected
from tests.bench.targets import ROOT, Place, Target
from tests.bench.upstream.nginx import found

__all__ = ["floors", "peers"]

_OWN = ROOT / ".bench" / "bin" / "python"
_GRAPH = "/v1.0/users/{mailbox}/messages"


def peers() -> Iterator[Target]:
    """Yield what a team would write instead.

    Without their environment (``make .bench/.ready``) that is the one which
    needs no more than the service has.
    """
    yield _peer("FastAPI + httpx", "fastapi_httpx")
    if _OWN.exists():
        yield _peer("FastAPI + O365", "fastapi_o365")
        yield _peer("FastAPI + msgraph-sdk", "fastapi_msgraph")


def floors() -> Iterator[Target]:
    """Yield what does least: passes on or keeps, and thinks nothing.

    They heed no ``Cache-Control``: which of them is the floor of a case
    depends on whether the case asks Graph.
    """
    if found():
        yield _nginx("nginx proxy_pass")
        yield _nginx("nginx proxy_cache", "--keep")
    page = Expected(at_least=20_000)
    yield replace(_peer("FastAPI, bytes", "fastapi_bytes"), always=page)


def _peer(name: str, module: str) -> Target:
    python = str(_OWN) if _OWN.exists() else sys.executable
    return Target(
        name=name,
        command=lambda place: _command(python, module, place),
        ready="/ready",
    )


def _nginx(name: str, *options: str) -> Target:
    return Target(
        name=name,
        command=lambda place: [
            *_command(sys.executable, "nginx", place),
            *("--state", str(place.directory)),
            *options,
        ],
        ready="/ready",
        page=_GRAPH,
        message=f"{_GRAPH}/{{message}}",
    )


def _command(python: str, module: str, place: Place) -> list[str]:
    program = [python, "-m", f"tests.bench.peers.{module}"]
    return [*program, "--port", str(place.port), "--graph", place.graph]
