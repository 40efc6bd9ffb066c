"""Cursors that nobody was given."""

import base64
import tracemalloc
import zlib

import httpx
import pytest

pytestmark = pytest.mark.anyio

MESSAGES = "/v1/mailboxes/ada@contoso.example/messages"


def packed(target: bytes) -> str:
    """Return what looks like a cursor, with a MAC that is none."""
    made = bytes(16) + zlib.compress(target, 9)
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


TARGETS = (
    *("//evil.example/", "@evil.example/", "http://169.254.169.254/"),
    *("/../beta/users", "/users/grace@contoso.example/messages", ""),
    *("file:///etc/passwd", ".evil.example/", "\x00", "/\r\nX: y"),
)


@pytest.mark.attack(
    "Cursors made up to lead to other hosts, paths and files",
    "400 invalid-cursor, and nothing is asked",
)
async def test_cursors_cannot_be_made_up(client: httpx.AsyncClient) -> None:
    """Without the key there is no cursor, whatever it holds."""
    for cursor in (*TARGETS, *(packed(t.encode()) for t in TARGETS)):
        answer = await client.get(MESSAGES, params={"cursor": cursor})
        assert answer.status_code in {400, 422}, cursor
        assert answer.json()["code"] in {"invalid-cursor", "invalid-request"}
        assert answer.headers["exchange-graph-calls"] == "0"


@pytest.mark.attack(
    "A cursor of 5 kB that unpacks to 4 MB",
    "400 invalid-cursor, less than 2 MB used",
)
async def test_cursors_are_no_bombs(client: httpx.AsyncClient) -> None:
    """It is unpacked no further than a cursor can be long."""
    bomb = packed(bytes(4 << 20))
    await client.get(MESSAGES)
    tracemalloc.start()
    answer = await client.get(MESSAGES, params={"cursor": bomb})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid-cursor"
    assert peak < 2 << 20
