"""A sandbox of its own for each client, and a count of what it was asked."""

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv" / "bin" / "python"
ADA = "ada@contoso.example"
GRACE = "grace@contoso.example"
TENANT = "11111111-1111-4111-8111-111111111111"
CLIENT = "22222222-2222-4222-8222-222222222222"
SECRET = "sandbox-secret"
# Signing in is no call to Graph.
ENTRA = ("token", "openid-configuration")
# Who runs the other tests has none of the clients.
collect_ignore = [
    *([] if find_spec("O365") else ["test_o365.py", "test_javascript.py"]),
    *([] if find_spec("msgraph") else ["test_msgraph.py"]),
]
COUNTED: dict[str, Counter[str]] = {}


@dataclass(frozen=True, kw_only=True)
class Graph:
    """A running sandbox."""

    url: str

    def token(self) -> str:
        """Return an access token for contoso.example."""
        form = {
            "grant_type": "client_credentials",
            "client_id": CLIENT,
            "client_secret": SECRET,
            "scope": "https://graph.microsoft.com/.default",
        }
        where = f"{self.url}/{TENANT}/oauth2/v2.0/token"
        asked = urlencode(form).encode()
        with urlopen(where, asked) as answer:  # noqa: S310 - on loopback
            return str(json.load(answer)["access_token"])

    def control(
        self, path: str, body: Any = None, method: str | None = None
    ) -> Any:
        """Ask something of the sandbox's own API."""
        data = None if body is None else json.dumps(body).encode()
        request = Request(  # noqa: S310 - as above
            f"{self.url}/_sandbox{path}", data, method=method
        )
        with urlopen(request) as answer:  # noqa: S310 - as above
            return json.loads(answer.read() or b"null")

    def calls(self) -> list[dict[str, Any]]:
        """Return every call to Graph so far."""
        told = self.control("/calls?limit=50000")["calls"]
        return [call for call in told if call["route"] not in ENTRA]

    def asked(self, method: str, route: str) -> list[dict[str, Any]]:
        """Return the calls to a route."""
        wanted = (method, route)
        return [c for c in self.calls() if (c["method"], c["route"]) == wanted]

    def fail(self, **fault: Any) -> None:
        """Let the sandbox fail."""
        self.control("/faults", fault)


@pytest.fixture(scope="module")
def graph(request: pytest.FixtureRequest) -> Iterator[Graph]:
    """Give a sandbox to the tests of one client."""
    command = [str(PYTHON), "-m", "app", "sandbox", "--port", "0"]
    with subprocess.Popen(
        [*command, "--exit-with-parent"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        running = Graph(url=json.loads(process.stdout.readline())["sandbox"])
        try:
            yield running
            name = request.module.CLIENT_NAME
            COUNTED[name] = Counter(_kind(call) for call in running.calls())
        finally:
            process.stdin.close()


@pytest.fixture(autouse=True)
def _no_fault_stays(graph: Graph) -> Iterator[None]:
    yield
    graph.control("/faults", method="DELETE")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Tell how often each client called, and what for."""
    if not COUNTED:
        return
    terminalreporter.section("calls to Graph")
    kinds = sorted({kind for counts in COUNTED.values() for kind in counts})
    names = list(COUNTED)
    write = terminalreporter.write_line
    write(f"{'':24}" + "".join(f"{name:>24}" for name in names))
    for kind in kinds:
        counts = "".join(f"{COUNTED[name][kind]:>24}" for name in names)
        write(f"{kind:24}{counts}")
    totals = "".join(f"{COUNTED[name].total():>24}" for name in names)
    write(f"{'all':24}{totals}")


def _kind(call: dict[str, Any]) -> str:
    """Return which part of Graph a call was about."""
    parts = [p for p in call["route"].split("/") if p and p[0] != "{"]
    known = {
        *("attachments", "calendarView", "contacts", "contactFolders"),
        *("events", "calendar", "calendars", "mailFolders", "messages"),
        *("mailboxSettings", "messageRules", "outlook", "people"),
    }
    found = [part for part in parts if part in known]
    return f"{call['method']:6} {found[-1] if found else parts[0]}"
