"""What is shipped may be, or whoever looks is told."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.deploy.licences import flaws
from tests.support.tools import installed

ROOT = Path(__file__).parents[2]
LOCK = "yarl==1.25.1 --hash=sha256:" + "0" * 64
POLICY = {
    "allowed": ["MIT", "Apache-2.0", "License :: Some"],
    "except": [{"package": "odd", "licences": ["MPL-2.0"], "reason": "-"}],
}
ODD = {"name": "odd", "licenses": [{"license": {"id": "MPL-2.0"}}]}
ADVISORY = {
    "id": "GHSA-aaaa-bbbb-cccc",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "yarl"},
            "ranges": [
                {
                    "type": "ECOSYSTEM",
                    "events": [{"introduced": "0"}, {"fixed": "1.26.0"}],
                }
            ],
        }
    ],
}


def under(*licences: dict[str, str]) -> list[dict[str, Any]]:
    """Return parts of which the last is under these."""
    told = [
        one if "expression" in one else {"license": one} for one in licences
    ]
    return [ODD, {"name": "part", "licenses": told}]


@pytest.mark.parametrize(
    "parts",
    [
        under({"id": "MIT"}),
        under({"id": "MIT"}, {"name": "License :: Some"}),
        under({"expression": "MIT AND Apache-2.0"}),
        under({"expression": "GPL-3.0-only OR MIT"}),
    ],
    ids=str,
)
def test_licences_that_are_allowed(parts: list[dict[str, Any]]) -> None:
    """All that a part tells, or one of those among which we may choose."""
    assert not [*flaws({"components": parts}, POLICY)]


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        pytest.param(
            under({"id": "AGPL-3.0-only"}),
            "part: AGPL-3.0-only is not allowed",
            id="copyleft",
            marks=pytest.mark.attack(
                "A dependency whose new release is under the AGPL",
                "`make sbom` fails, and CI with it",
            ),
        ),
        (under({"id": "MIT"}, {"id": "GPL"}), "part: GPL is not allowed"),
        (
            under({"expression": "MIT AND GPL"}),
            "part: MIT AND GPL is not allowed",
        ),
        (
            under({"expression": "(MIT OR GPL) AND MIT"}),
            "part: (MIT OR GPL) AND MIT is not allowed",
        ),
        (under({"text": "…"}), "part: ? is not allowed"),
        ([ODD, {"name": "part"}], "part: tells no licence"),
        (
            [{"name": "odd", "licenses": [{"license": {"id": "GPL"}}]}],
            "odd: excepted for ['MPL-2.0'], and now under ['GPL']",
        ),
        ([], "odd: excepted, and not shipped"),
    ],
)
def test_licences_that_are_not(parts: list[dict[str, Any]], told: str) -> None:
    """Neither what forbids too much nor what nobody knows."""
    assert [*flaws({"components": parts}, POLICY)] == [told]


def test_a_bill_that_may_not_be_fails(tmp_path: Path) -> None:
    """The program that `make sbom` ends with says why, by its status too."""
    bom = tmp_path / "bom.json"
    bom.write_text(json.dumps({"components": under({"id": "GPL"})[1:]}))
    ended = subprocess.run(
        [sys.executable, "-m", "tests.deploy.licences", bom],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 1
    assert ended.stderr.startswith("part: GPL is not allowed\n")


@contextmanager
def advisories() -> Iterator[str]:
    """Serve one by the protocol of OSV; yield where it is asked for."""

    class Advises(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"vulns": [ADVISORY]}).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Advises) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
        server.shutdown()


def look(tmp_path: Path, osv: str) -> "subprocess.CompletedProcess[str]":
    """Look for vulnerabilities of a lock file with one package."""
    installed(str(ROOT / ".audit/bin/pip-audit"))
    lock = tmp_path / "lock.txt"
    lock.write_text(LOCK)
    return subprocess.run(
        [ROOT / "deploy/audit", "known", lock],
        env={"OSV": osv, "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.attack(
    "A locked dependency with a known vulnerability", "`make audit` fails"
)
def test_a_known_vulnerability_is_told(tmp_path: Path) -> None:
    """By its id, and with the release that has it no more."""
    with advisories() as osv:
        ended = look(tmp_path, osv)

    assert ended.returncode == 1
    assert "GHSA-aaaa-bbbb-cccc" in ended.stderr
    assert "1.26.0" in ended.stderr


@pytest.mark.attack(
    "Advisories that cannot be reached, so that nothing is found",
    "`make audit` says so, and fails",
)
def test_who_cannot_look_does_not_pass(tmp_path: Path) -> None:
    """Silence is not taken for safety."""
    ended = look(tmp_path, "http://127.0.0.1:9/v1/query")

    assert ended.returncode == 1
    assert ended.stderr.endswith(
        "Nothing is known of vulnerabilities: they could not be looked up.\n"
    )
