"""An issuer of tokens that nobody here wrote: npm oauth2-mock-server."""

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.packages import node_packages
from tests.support.tools import installed

__all__ = ["Issuer", "issuing"]

HERE = Path(__file__).parent


class Issuer:
    """The process, and where its documents are."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.url = self._told()

    def token(
        self, claims: Mapping[str, Any], key: str = "first", **header: Any
    ) -> str:
        """Have a token issued; what is None is left out."""
        asked = {"key": key, "header": header, "claims": claims}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return self._told()

    def _told(self) -> str:
        assert self._process.stdout is not None
        told = self._process.stdout.readline().strip()
        assert told, "the issuer has ended"
        return told


@contextmanager
def issuing() -> Iterator[Issuer]:
    """Start the issuer, and end it at the end."""
    place = node_packages(HERE)
    # Node.js looks for packages beside who asks for them.
    program = shutil.copy(HERE / "issuer.mjs", place)
    with subprocess.Popen(
        [installed("node"), program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Issuer(process)
        finally:
            process.terminate()
