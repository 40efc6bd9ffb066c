"""The service as a process of its own, with the sandbox beside it."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue

__all__ = ["Overheard", "Process", "environment", "serving"]

_PATIENCE = 30.0


@dataclass(kw_only=True)
class Process:
    """A running service: where it and its sandbox are, what it said.

    ``metrics`` is the page that Prometheus reads, if there is one.
    """

    popen: "subprocess.Popen[str]"
    url: str
    sandbox: str
    metrics: str = ""
    output: list[str] = field(default_factory=list)


def environment(data_dir: Path, **variables: str) -> dict[str, str]:
    """Return an environment for the service, free of the tester's own."""
    inherited = {
        name: value
        for name, value in os.environ.items()  # noqa: TID251 - for a child
        if not name.startswith(("EXCHANGE_", "OTEL_"))
    }
    return {
        **inherited,
        "EXCHANGE_AUTH_MODE": "none",
        "EXCHANGE_DATA_DIR": str(data_dir),
        "EXCHANGE_PORT": "0",
        "EXCHANGE_SANDBOX": "true",
        **variables,
    }


@contextmanager
def serving(
    data_dir: Path, output: list[str] | None = None, /, **variables: str
) -> Iterator[Process]:
    """Start ``python -m app serve``, and end it at the end.

    What it says is added to ``output``.
    """
    output = [] if output is None else output
    with subprocess.Popen(
        [sys.executable, "-m", "app", "serve"],
        env=environment(data_dir, **variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as popen:
        said = Overheard(popen, output)
        try:
            sandbox = said.told(r"(http://\S+)/_sandbox/")
            url = said.told(r"(http://\S+)/docs")
            shows = "prometheus" in variables.get("OTEL_METRICS_EXPORTER", "")
            yield Process(
                popen=popen,
                url=url,
                sandbox=sandbox,
                metrics=said.told(r"(http://\S+/metrics)") if shows else "",
                output=output,
            )
        finally:
            said.end()


class Overheard(threading.Thread):
    """Reads what a process says, so that it never has to wait for us.

    Each line is added to ``output``.
    """

    def __init__(
        self, popen: "subprocess.Popen[str]", output: list[str]
    ) -> None:
        super().__init__(daemon=True)
        self._popen, self._output = popen, output
        self._lines: Queue[str] = Queue()
        self.start()

    def run(self) -> None:
        """Read until the process has closed its end."""
        assert self._popen.stdout is not None
        with self._popen.stdout as said:
            for line in said:
                self._output.append(line)
                self._lines.put(line)

    def told(self, pattern: str) -> str:
        """Wait until the process says this, and return the group in it."""
        heard = ""
        while True:
            try:
                line = self._lines.get(timeout=_PATIENCE)
            except Empty:
                raise TimeoutError(f"never said {pattern}: {heard}") from None
            heard += line
            if found := re.search(pattern, line):
                return found[1]

    def end(self) -> None:
        """End the process, and wait until its last words are read."""
        self._popen.terminate()
        self._popen.wait(_PATIENCE)
        self.join(_PATIENCE)
