"""Start the stand-in on the core for it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from tests.bench.ports import free_port, wait_for
from tests.bench.upstream.nginx import found, nginx

__all__ = ["Upstream", "upstream"]


@dataclass(frozen=True, kw_only=True)
class Upstream:
    """The stand-in: ``static`` is fast, ``stub`` can be slow or down.

    ``kind`` tells what is behind ``static``, ``pid`` is its process.
    """

    kind: str
    pid: int
    port: int
    stub: str

    @property
    def static(self) -> str:
        """The base URL of what is fast."""
        return f"http://127.0.0.1:{self.port}"

    def weather(self, **wanted: float) -> None:
        """Have the stub be slow, or down; by default it is well."""
        url = f"{self.stub}/_weather?{urlencode(wanted)}"
        with urlopen(Request(url, method="PUT")):  # noqa: S310 - ours
            pass


@contextmanager
def upstream() -> Iterator[Upstream]:
    """Serve it, by nginx where there is one, by the stub alone elsewhere."""
    port = free_port()
    stub = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "tests.bench.upstream.stub"]
    with subprocess.Popen(
        [*command, "--port", str(port)], stdin=subprocess.DEVNULL
    ) as it:
        try:
            wait_for(it, f"{stub}/")
            if found() is None:
                yield Upstream(kind="stub", pid=it.pid, port=port, stub=stub)
                return
            port = free_port()
            with nginx(port, stub) as pid:
                yield Upstream(kind="nginx", pid=pid, port=port, stub=stub)
        finally:
            it.terminate()
            it.wait()
