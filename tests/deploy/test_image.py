"""What the image is made of is enough to run.

The image itself is built and started by `make image`.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.process import serving

ROOT = Path(__file__).parents[2]
WELL = {"live": 0, "ready": 0, "nothing": 1}


def healthy(url: str, which: str) -> int:
    """Return how the image's health check ends."""
    port = str(urlsplit(url).port)
    check = subprocess.run(
        [sys.executable, ROOT / "deploy/healthy", which],
        env={**os.environ, "EXCHANGE_PORT": port},  # noqa: TID251 - a child's
        check=False,
        capture_output=True,
    )
    return check.returncode


def test_it_runs_from_what_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those folders and no others, and its health check tells how it is."""
    text = (ROOT / "deploy/Dockerfile").read_text()
    folders = re.findall(r"^COPY (\w+) \1$", text, re.MULTILINE)
    for folder in folders:
        shutil.copytree(ROOT / folder, tmp_path / "srv" / folder)
    monkeypatch.chdir(tmp_path / "srv")

    with serving(tmp_path / "data") as process:
        runbooks = httpx.get(f"{process.url}/runbooks")
        checks = {which: healthy(process.url, which) for which in WELL}
    gone = healthy(process.url, "live")

    assert folders == ["app", "docs"]
    assert runbooks.status_code == 200
    assert checks == WELL
    assert gone == 1


def test_all_that_is_copied_is_in_the_context() -> None:
    """What .dockerignore leaves out cannot be copied."""
    text = (ROOT / "deploy/Dockerfile").read_text()
    ignored = (ROOT / ".dockerignore").read_text()
    context = set(re.findall(r"^!(\S+)$", ignored, re.MULTILINE))
    copied = set(re.findall(r"^COPY (?!--from)(\S+) ", text, re.MULTILINE))

    assert ignored.splitlines()[1] == "*"
    assert copied == context
    for path in copied:
        assert (ROOT / path).exists()
