"""The sandbox as a process, over a real socket."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.settings.callers import CallerSettings, check_callers
from tests.contract.conftest import ADA, token_form, token_url

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
CODE = (
    "from app.sandbox.server import serve; "
    "serve({host!r}, 0, exit_with_parent={bound})"
)


@pytest.fixture
def anyio_backend() -> str:
    """Run in real time: sockets know no other."""
    return "asyncio"


@contextmanager
def running(
    host: str = "127.0.0.1", *, bound: bool = True
) -> Iterator[subprocess.Popen[str]]:
    """Run a sandbox in a process of its own, bound to its stdin or not."""
    with subprocess.Popen(
        [sys.executable, "-c", CODE.format(host=host, bound=bound)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    """Give a running sandbox that ends with its stdin."""
    with running() as process:
        yield process


def told_by(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Return what a process says of itself."""
    assert process.stdout is not None
    told: dict[str, Any] = json.loads(process.stdout.readline())
    return told


def url_of(process: subprocess.Popen[str]) -> str:
    """Return where a process says that it is."""
    return str(told_by(process)["sandbox"])


async def test_a_server_serves(process: subprocess.Popen[str]) -> None:
    """Tokens, mail, faults on the wire; and it ends with its parent."""
    url = url_of(process)
    async with httpx.AsyncClient(base_url=url, timeout=5) as client:
        answer = await client.post(
            token_url().replace("http://sandbox.test", url),
            data=token_form(),
        )
        token = answer.json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        page = (await client.get(f"/v1.0{ADA}/messages?$top=1")).json()
        assert page["@odata.nextLink"].startswith(f"{url}/v1.0/users/")

        await break_connections(client)
        hanging = {"hang": True, "times": 1}
        await client.post("/_sandbox/faults", json=hanging)
        with pytest.raises(httpx.ReadTimeout):
            await client.get(f"/v1.0{ADA}", timeout=0.2)
        calls = (await client.get("/_sandbox/calls?limit=4")).json()["calls"]

    assert [call["status"] for call in calls] == [None, None, 200, None]
    assert process.stdin is not None
    process.stdin.write("What is written does not matter.")
    process.stdin.close()
    assert process.wait(timeout=10) == 0


async def break_connections(client: httpx.AsyncClient) -> None:
    """Break connections before, after and in the midst of an answer."""
    for when, error in (
        ("before", httpx.ReadError),
        ("after", httpx.ReadError),
        ("midway", httpx.RemoteProtocolError),
    ):
        fault = {"reset": when, "times": 1}
        await client.post("/_sandbox/faults", json=fault)
        with pytest.raises(error):
            await client.get(f"/v1.0{ADA}")


async def test_who_hangs_does_not_keep_the_server(
    process: subprocess.Popen[str],
) -> None:
    """A request that is never answered does not delay the end."""
    url = url_of(process)
    async with httpx.AsyncClient(base_url=url, timeout=0.2) as client:
        hanging = {"hang": True, "route": "token"}
        await client.post("/_sandbox/faults", json=hanging)
        with pytest.raises(httpx.ReadTimeout):
            await client.post(
                token_url().replace("http://sandbox.test", url),
                data=token_form(),
            )

    process.terminate()
    assert process.wait(timeout=10) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_it(number: signal.Signals) -> None:
    """A server that is bound to nobody ends at a signal."""
    with running(bound=False) as process:
        assert url_of(process).startswith("http://127.0.0.1:")
        process.send_signal(number)
        assert process.wait(timeout=10) == 0


def test_it_tells_of_itself() -> None:
    """Where it is, an IPv6 address in brackets, and who is registered."""
    with running("::1") as process:
        told = told_by(process)

    assert told["sandbox"].startswith("http://[::1]:")
    callers = [CallerSettings.model_validate(one) for one in told["callers"]]
    check_callers(callers, [one["alias"] for one in told["tenants"]])
    named = {one.name: one for one in callers}
    assert named["contoso-frontend"].client_id == told["browser_client_id"]
    assert named["contoso-frontend"].mailboxes == ()
    assert named["fabrikam-daemon"].mailboxes == ("*",)
    assert named["contoso-operations"].tenants == ("contoso", "fabrikam")
