"""The proxy of `deploy/` before the service, over real sockets."""

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.process import Process
from tests.support.tools import installed

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "haproxy.cfg"
HOST = b"Host: 127.0.0.1\r\n"
DRAFT = (
    b"POST /v1/mailboxes/ada@contoso.example/messages HTTP/1.1\r\n"
    + HOST
    + b"Content-Type: application/json\r\n"
)
SMUGGLED = b"GET /smuggled HTTP/1.1\r\n" + HOST + b"\r\n"


@pytest.fixture(scope="module")
def proxy(
    process: Process, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[int]:
    """The port of HAProxy as it is configured, but in less of a hurry."""
    program = installed("haproxy")
    place = tmp_path_factory.mktemp("proxy")
    with (
        socket.create_server(("127.0.0.1", 0)) as front,
        socket.create_server(("127.0.0.1", 0)) as other,
    ):
        text = CONFIGURATION.read_text()
        for old, new in (
            ("timeout http-request 5s", "timeout http-request 300ms"),
            # Ours are there already, so that nobody waits for its own.
            (":8080", f"fd@{front.fileno()}"),
            (":8081", f"fd@{other.fileno()}"),
            ("127.0.0.1:8000", urlsplit(process.url).netloc),
        ):
            assert old in text
            text = text.replace(old, new)
        (place / "haproxy.cfg").write_text(text)
        with subprocess.Popen(
            [program, "-db", "-f", str(place / "haproxy.cfg")],
            pass_fds=(front.fileno(), other.fileno()),
            stderr=subprocess.DEVNULL,
        ) as popen:
            yield front.getsockname()[1]
            popen.terminate()


def spoken(port: int, sent: bytes) -> bytes:
    """Say something, and return what is answered until the end."""
    with socket.create_connection(("127.0.0.1", port), 10) as line:
        line.sendall(sent)
        answer = bytearray()
        while got := line.recv(65_536):
            answer += got
    return bytes(answer)


@pytest.mark.attack(
    "A head that stops in its midst, before the proxy",
    "408 of the proxy, the service never hears of it",
)
def test_slow_heads_end_at_the_proxy(proxy: int) -> None:
    """As configured, only sooner."""
    answer = spoken(proxy, b"GET /health/live HTTP/1.1\r\n" + HOST)

    assert answer.startswith(b"HTTP/1.1 408 ")


@pytest.mark.attack(
    "Requests that smuggle another one past the proxy",
    "The other one is never served",
)
@pytest.mark.parametrize(
    "sent",
    [
        DRAFT + b"Content-Length: 2\r\nContent-Length: 99\r\n\r\n{}",
        DRAFT + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        DRAFT + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
        DRAFT + b"Content-Length : 2\r\n\r\n{}",
        DRAFT + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}XX0\r\n\r\n",
        DRAFT
        + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    ids=["CL.CL", "xchunked", "tab", "space", "long chunk", "CL.TE"],
)
def test_nothing_is_smuggled(proxy: int, sent: bytes) -> None:
    """What is refused is refused once, and nothing of it comes later."""
    answer = spoken(proxy, sent + SMUGGLED)

    assert answer.count(b"HTTP/1.1 ") == 1
    assert b" 404 " not in answer


def test_the_rest_passes(proxy: int) -> None:
    """Large heads, chunks and names, as without it."""
    draft = DRAFT + b"Transfer-Encoding: chunked\r\n"
    draft += b"X-Large: " + b"a" * 40_000 + b"\r\nConnection: close\r\n"
    answer = spoken(proxy, draft + b"\r\n2\r\n{}\r\n0\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 201 ")
