"""What the control API does not take."""

from typing import Any

import httpx
import pytest

from app.sandbox import Sandbox
from tests.contract.conftest import (
    ADA_ADDRESS,
    refusal,
)

pytestmark = pytest.mark.anyio

FILE = {
    "@odata.type": "#microsoft.graph.fileAttachment",
    "name": "a.txt",
    "contentBytes": "aGk=",
}


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/faults", {"stat": 500}, "no 'stat'"),
        ("/faults", {"status": "500"}, "status"),
        ("/faults", {"status": 99}, "200 to 599"),
        ("/faults", {"body": "xml"}, "body"),
        ("/faults", {"reset": "now"}, "reset"),
        ("/faults", [], "object"),
        ("/faults", {"route": "/users/{user}/messages"}, "no route"),
        (
            "/faults",
            {"route": "/users/{mailbox}", "method": "PUT"},
            "no route",
        ),
        ("/settings", {"speed": 1}, "speed"),
        ("/settings", {"latency": -1}, "latency"),
        ("/settings", {"limits": {"concurrency": 0}}, "concurrency"),
        ("/settings", {"limits": {"x": 1}}, "`x`"),
        ("/mailboxes/ada@contoso.example/messages", {"colour": 1}, "colour"),
        ("/mailboxes/ada@contoso.example/messages", {"body": {}}, "body"),
        ("/mailboxes/ada@contoso.example/messages", {"body": 5}, "int"),
        (
            "/mailboxes/ada@contoso.example/messages",
            {"receivedDateTime": "soon"},
            "soon",
        ),
        (
            "/mailboxes/ada@contoso.example/messages",
            {"folder": "nowhere"},
            "malformed",
        ),
    ],
)
async def test_wrong_bodies_are_refused(
    control: httpx.AsyncClient, path: str, body: Any, words: str
) -> None:
    """What is wrong with a body is said in words."""
    answer = await control.post(path, json=body)

    assert refusal(answer) == (400, "SandboxControl")
    assert words.lower() in answer.json()["error"]["message"].lower()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 400),
        ("POST", "/tokens", 400),
        ("PUT", "/faults", 405),
        ("GET", "/calls?limit=0", 400),
        ("GET", "/calls?limit=all", 400),
        ("GET", "/calls?last=5", 400),
        ("GET", "/mailboxes/nobody@contoso.example/sent", 404),
        ("POST", "/faults", 400),
    ],
)
async def test_wrong_requests_are_refused(
    control: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    """Every refusal is JSON."""
    answer = await control.request(method, path)

    assert refusal(answer) == (status, "SandboxControl")


def test_unknown_mailboxes_are_errors(sandbox: Sandbox) -> None:
    """A test that misspells an address gets an exception."""
    with pytest.raises(KeyError):
        sandbox.mailbox("nobody@contoso.example")
    with pytest.raises(KeyError):
        sandbox.peak("nobody@contoso.example")
    with pytest.raises(ValueError, match="colour"):
        sandbox.deliver(ADA_ADDRESS, colour="red")
