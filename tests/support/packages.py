"""Packages of Node.js that tests need, by a lock file of theirs."""

import fcntl
import shutil
import subprocess
from pathlib import Path

from tests.support.tools import installed

__all__ = ["node_packages"]

_ROOT = Path(__file__).parents[2]
_LOCK = "package-lock.json"


def node_packages(folder: Path) -> Path:
    """Bring the packages of a folder's lock file here; return where to.

    Without npm and Node.js the test is skipped.
    """
    npm = installed("npm")
    installed("node")
    place = _ROOT / ".node" / folder.name
    place.mkdir(parents=True, exist_ok=True)
    with (place / "lock").open("w") as lock:
        # Other tests may want the same in another process.
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = (folder / _LOCK).read_text(encoding="utf-8")
        done = place / "installed"
        if not done.exists() or done.read_text(encoding="utf-8") != wanted:
            shutil.copy(folder / "package.json", place)
            shutil.copy(folder / _LOCK, place)
            subprocess.run(
                [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"],
                check=True,
                cwd=place,
            )
            done.write_text(wanted, encoding="utf-8")
    return place
