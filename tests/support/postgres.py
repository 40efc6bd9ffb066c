"""A PostgreSQL of the tests' own, started when the first test asks for it."""

import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from tests.support.process import Overheard
from tests.support.tools import installed

__all__ = ["PASSWORD", "PostgreSQL", "postgresql"]

USER = "exchange"
# Nobody is asked for it. It is there to be looked for where it must not be.
PASSWORD = "known-to-the-tests-alone"

_DEBIAN = Path("/usr/lib/postgresql")
_PATIENCE = 30.0
_SETTINGS = {
    # What was committed outlives the server, as ever, for the system holds
    # it; only the machine must not fail.
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "16MB",
    "unix_socket_directories": "",
}


class PostgreSQL:
    """A server that can be taken away and given back while a test runs."""

    def __init__(self, programs: Path, home: Path) -> None:
        self._programs = programs
        self._home = home
        self._port = _free_port()
        self._popen: subprocess.Popen[str] | None = None
        self._numbers = count(1)

    def create(self) -> None:
        """Make what the server needs, once."""
        self._run(
            "initdb",
            f"--pgdata={self._data}",
            f"--username={USER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        )

    def start(self) -> None:
        """Let it serve, where and what it served before."""
        if self._popen is not None:
            return
        settings = (f"--{name}={it}" for name, it in _SETTINGS.items())
        self._popen = subprocess.Popen(
            [
                *_not_outliving_us(),
                str(self._programs / "postgres"),
                "-D",
                str(self._data),
                f"--port={self._port}",
                *settings,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **self._anybody(),
        )
        Overheard(self._popen, []).told("(ready) to accept connections")

    def stop(self) -> None:
        """Take it away as a crash does: nobody is told, nothing is ended."""
        if self._popen is None:
            return
        self._popen.send_signal(signal.SIGQUIT)
        self._popen.wait(_PATIENCE)
        self._popen = None

    @contextmanager
    def away(self) -> Iterator[None]:
        """Take it away for a while."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    @contextmanager
    def new_database(self) -> Iterator[str]:
        """Give an empty database, and remove it with all who are in it."""
        name = f"test_{next(self._numbers)}"
        self.sql(f"CREATE DATABASE {name}")
        try:
            yield self.url(name)
        finally:
            self.start()
            self.sql(f"DROP DATABASE {name} WITH (FORCE)")

    def url(self, database: str) -> str:
        """Return where a database is, as settings take it."""
        return (
            f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self._port}/{database}"
        )

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Carry a statement out beside all others; return what it gives."""
        return self._run(
            "psql",
            "--no-psqlrc",
            "--quiet",
            "--tuples-only",
            "--no-align",
            "--set=ON_ERROR_STOP=1",
            f"--command={statement}",
            self.url(database),
        )

    @property
    def _data(self) -> Path:
        return self._home / "data"

    def _run(self, program: str, *arguments: str) -> str:
        done: subprocess.CompletedProcess[str] = subprocess.run(
            [str(self._programs / program), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
            **self._anybody(),
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def _anybody(self) -> dict[str, Any]:
        """Return who runs the programs: PostgreSQL refuses to be root."""
        where = {"cwd": self._home, "env": {"LC_ALL": "C"}}
        owner = self._home.stat()
        if owner.st_uid == os.geteuid():
            return where
        return where | {
            "user": owner.st_uid,
            "group": owner.st_gid,
            "extra_groups": [],
        }


@contextmanager
def postgresql() -> Iterator[PostgreSQL]:
    """Start a server with nothing in it, and leave nothing of it behind.

    Without PostgreSQL, the test is skipped; in CI it fails.
    """
    programs = _programs()
    # Not among pytest's directories, which are closed to other users.
    home = Path(tempfile.mkdtemp(prefix="exchange-postgresql-"))
    try:
        if os.geteuid() == 0:
            _, _, user, group, *_ = pwd.getpwnam("nobody")
            os.chown(home, user, group)
        server = PostgreSQL(programs, home)
        server.create()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(home)


def _programs() -> Path:
    """Return where they are; Debian keeps them off the PATH."""
    found = [path.parent for path in _DEBIAN.glob("*/bin/postgres")]
    if found:
        return max(found, key=lambda path: float(path.parent.name))
    return Path(installed("postgres")).resolve().parent


def _free_port() -> int:
    """Return a port for as long as the tests run.

    It is not one of those that systems give to connections, or one of them
    might have it while the server is away.
    """
    while True:
        port = random.randint(20_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port


def _not_outliving_us() -> list[str]:
    """Return what ends the server if the tests are killed."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig=QUIT"] if setpriv else []
