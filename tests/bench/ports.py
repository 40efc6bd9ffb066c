"""Ports of loopback, and waiting for who serves there."""

import socket
import subprocess
import time
from collections.abc import Mapping
from urllib.error import URLError
from urllib.request import Request, urlopen

__all__ = ["free_port", "wait_for"]

_PATIENCE = 60.0
_LOOK_EVERY = 0.01


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def wait_for(
    process: "subprocess.Popen[bytes]",
    url: str,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Wait until a process answers.

    Raises:
        RuntimeError: It ends, or never does.
    """
    request = Request(url, headers=dict(headers or {}))  # noqa: S310 - ours
    patience = time.perf_counter() + _PATIENCE
    while time.perf_counter() < patience:
        if process.poll() is not None:
            raise RuntimeError(f"it ended with {process.returncode}")
        try:
            with urlopen(request, timeout=_PATIENCE):  # noqa: S310 - ours
                return
        except (URLError, ConnectionError):
            time.sleep(_LOOK_EVERY)  # noqa: TID251 - for another process
    raise RuntimeError("it never answered")
