"""A client in TypeScript, made from the published API document."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.packages import node_packages
from tests.support.process import Process, serving
from tests.support.tools import installed

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
GUIDE = ROOT / "docs" / "call-it-from-a-browser.md"
DOCUMENT = ROOT / "openapi" / "exchange-api.yaml"
WALKS = ("mail", "calendar", "contacts")


def run(
    *command: str | Path, cwd: Path = ROOT, env: dict[str, str] | None = None
) -> str:
    """Run a program and return what it said; fail with that if it fails."""
    done = subprocess.run(
        command,
        check=False,
        cwd=cwd,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def programs() -> Path:
    """Where the compiler and the generator of types are."""
    return node_packages(HERE) / "node_modules" / ".bin"


@pytest.fixture(scope="module")
def project(programs: Path) -> Iterator[Path]:
    """The sources and the guide's, with types made from the document."""
    with TemporaryDirectory(dir=programs.parents[1]) as made:
        folder = Path(made)
        for source in (*HERE.glob("*.ts"), *HERE.glob("*.json")):
            shutil.copy(source, folder)
        text = GUIDE.read_text(encoding="utf-8")
        (shown,) = re.findall(r"```ts\n(.*?)```", text, re.DOTALL)
        (folder / "guide.ts").write_text(shown, encoding="utf-8")
        run(
            programs / "openapi-typescript",
            DOCUMENT,
            # What has a default may be left out.
            "--default-non-nullable=false",
            *("--output", folder / "api.ts"),
        )
        run(programs / "tsc", "--project", folder)
        yield folder


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """The service with its sandbox."""
    with serving(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.mark.parametrize("walk", WALKS)
def test_a_frontend_walks(walk: str, project: Path, service: Process) -> None:
    """What compiled strictly does what it says, against a real process."""
    said = run(
        installed("node"),
        project / "built" / f"{walk}.js",
        env={**os.environ, "API": service.url},  # noqa: TID251 - a child's
    )

    assert said.count("ok ") >= 5


def test_a_wrong_parameter_does_not_compile(
    programs: Path, project: Path
) -> None:
    """Without the marks that expect them, each error is one."""
    mark = "// @ts-expect-error"
    source = (project / "wrong.ts").read_text(encoding="utf-8")
    wrong = project / "unmarked"
    wrong.mkdir()
    for name in ("api.ts", "client.ts", "package.json", "tsconfig.json"):
        shutil.copy(project / name, wrong)
    unmarked = source.replace(mark, "//")
    (wrong / "wrong.ts").write_text(unmarked, encoding="utf-8")
    done = subprocess.run(
        [programs / "tsc", "--noEmit", "--project", wrong],
        check=False,
        capture_output=True,
        text=True,
    )
    found = re.findall(r"(\w+)\.ts\(\d+,\d+\): error", done.stdout)

    assert done.returncode != 0
    assert found == ["wrong"] * source.count(mark)
