"""Before there is a connection, nothing was sent: the only such errors."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from app.transport.aiohttp_transport import CertificateRejected
from tests.wire.client import one_slot_transport, send
from tests.wire.support import Peer, Step, Then, WireServer, say

pytestmark = pytest.mark.anyio

methods = pytest.mark.parametrize("method", ["GET", "PUT", "POST"])


@pytest.fixture
def anyio_backend(
    any_loop: tuple[str, dict[str, bool]],
) -> tuple[str, dict[str, bool]]:
    return any_loop


def end_handshake(then: Then) -> Step:
    """Make a step that waits for the first byte of TLS, and ends it."""

    async def step(peer: Peer) -> Then:
        await peer.reader.read(1)
        return then

    return step


@contextmanager
def unused_port() -> Iterator[int]:
    """A port on which nobody listens, and nobody else will."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@contextmanager
def full_port() -> Iterator[int]:
    """A port on which somebody listens, but has no room for one more."""
    with socket.socket() as listening, socket.socket() as first:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        first.connect(listening.getsockname())
        yield listening.getsockname()[1]


@methods
async def test_refused_connection_means_not_sent(method: str) -> None:
    async with one_slot_transport() as wire:
        with unused_port() as port, pytest.raises(httpx.ConnectError) as e:
            await send(wire, method, f"http://127.0.0.1:{port}/")

    assert e.value.__cause__ is not None


@methods
async def test_connection_that_hangs_means_not_sent(method: str) -> None:
    async with one_slot_transport() as wire:
        with full_port() as port, pytest.raises(httpx.ConnectTimeout):
            await send(wire, method, f"http://127.0.0.1:{port}/")


@methods
@pytest.mark.parametrize(
    "host",
    [
        pytest.param(".".join(["a" * 60] * 5), id="too-long-for-dns"),
        pytest.param("a" * 64 + ".invalid", id="label-too-long"),
    ],
)
async def test_unknown_name_means_not_sent(method: str, host: str) -> None:
    async with one_slot_transport() as wire:
        with pytest.raises(httpx.ConnectError):
            await send(wire, method, f"http://{host}/")


@methods
async def test_untrusted_certificate_means_not_sent(
    method: str, server_tls: ssl.SSLContext
) -> None:
    async with (
        WireServer(tls=server_tls) as server,
        one_slot_transport() as wire,
    ):
        with pytest.raises(CertificateRejected, match="self-signed"):
            await send(wire, method, server.url)

    assert server.requests == []


@methods
async def test_certificate_of_another_host_means_not_sent(
    method: str, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    async with (
        WireServer(tls=server_tls) as server,
        one_slot_transport(client_tls) as wire,
    ):
        with pytest.raises(CertificateRejected, match="mismatch"):
            await send(
                wire, method, server.url.replace("localhost", "127.0.0.1")
            )

    assert server.requests == []


@methods
@pytest.mark.parametrize(
    ("at_connect", "error"),
    [
        pytest.param(
            end_handshake(Then.RESET), httpx.ConnectError, id="reset"
        ),
        pytest.param(
            end_handshake(Then.CLOSE), httpx.ConnectError, id="closed"
        ),
        pytest.param(
            say(b"no TLS here", Then.HANG), httpx.ConnectError, id="garbage"
        ),
        pytest.param(say(b"", Then.HANG), httpx.ConnectTimeout, id="hang"),
    ],
)
async def test_failed_tls_handshake_means_not_sent(
    method: str, at_connect: Step, error: type[Exception]
) -> None:
    async with (
        WireServer(at_connect=at_connect) as s,
        one_slot_transport() as wire,
    ):
        with pytest.raises(error) as e:
            await send(wire, method, s.url.replace("http:", "https:"))

    assert type(e.value) is error


@pytest.mark.parametrize(
    ("url", "header", "error"),
    [
        ("ftp://localhost/", b"x", httpx.UnsupportedProtocol),
        ("ws://localhost/", b"x", httpx.UnsupportedProtocol),
        ("/relative", b"x", httpx.UnsupportedProtocol),
        ("http:///path", b"x", httpx.LocalProtocolError),
        ("http://localhost/", b"\xff", httpx.LocalProtocolError),
    ],
)
async def test_request_that_cannot_be_sent_is_refused(
    url: str, header: bytes, error: type[Exception]
) -> None:
    request = httpx.Request("GET", url, headers=[(b"X", header)])
    async with one_slot_transport() as wire:
        with pytest.raises(error):
            await wire.handle_async_request(request)
