"""The contracts between layers, and that they are really checked."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def lint(directory: Path) -> "subprocess.CompletedProcess[str]":
    linter = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [str(linter), "--no-cache"],
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The code, to be spoilt."""
    shutil.copytree(
        ROOT / "app",
        tmp_path / "app",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        pytest.param(
            "app/services/messages.py",
            "import app.routers.headers",
            "Imports flow one way",
            id="upwards",
        ),
        pytest.param(
            "app/routers/messages.py",
            "import app.gateway.mail",
            "only services and the wiring use the gateway",
            id="a layer skipped",
        ),
        pytest.param(
            "app/services/sends.py",
            "import app.transport.graph",
            "only the gateway and the wiring use the transport",
            id="another layer skipped",
        ),
        pytest.param(
            "app/sandbox/wire.py",
            "import app.models.mail",
            "The sandbox knows nothing of the service",
            id="sandbox to service",
        ),
        pytest.param(
            "app/gateway/mail.py",
            "import app.sandbox.wire",
            "The service knows nothing of the sandbox",
            id="service to sandbox",
        ),
        pytest.param(
            "app/gateway/mail.py",
            "import fastapi",
            "Only the edge knows the web framework",
            id="web framework",
        ),
        pytest.param(
            "app/services/sends.py",
            "import httpx",
            "Only the transport and the wiring know the HTTP client",
            id="HTTP client",
        ),
        pytest.param(
            "app/problems/errors.py",
            "import app.problems.documents",
            "Siblings do not import each other in circles",
            id="circle",
        ),
        pytest.param(
            "app/elsewhere.py",
            '"""Belongs to no layer."""',
            "Imports flow one way",
            id="no layer",
        ),
    ],
)
def test_a_forbidden_import_is_found(
    copy: Path, file: str, line: str, contract: str
) -> None:
    """Each contract breaks when it should."""
    spoilt = copy / file
    before = spoilt.read_text() if spoilt.exists() else ""
    spoilt.write_text(f"{before}\n{line}\n")
    result = lint(copy)

    assert result.returncode == 1, result.stdout
    broken = [text for text in result.stdout.splitlines() if "BROKEN" in text]
    told = "\n".join(broken) or result.stdout
    assert contract in told or "elsewhere" in result.stdout


def test_the_code_as_it_is_keeps_all(copy: Path) -> None:
    """Unspoilt, no contract is broken."""
    result = lint(copy)

    assert result.returncode == 0, result.stdout
