"""Fixtures for tests over real sockets, thus in real time."""

import ssl
from pathlib import Path

import pytest

from tests.wire.certificates import write_certificate


@pytest.fixture
def anyio_backend() -> str:
    """Run on the plain event loop: virtual time cannot wait for sockets."""
    return "asyncio"


@pytest.fixture(params=[False, True], ids=["asyncio", "uvloop"])
def any_loop(request: pytest.FixtureRequest) -> tuple[str, dict[str, bool]]:
    """Run on both: they differ in errors, and the service is on uvloop."""
    return "asyncio", {"use_uvloop": request.param}


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PEM file with a key and a self-signed certificate for localhost."""
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    write_certificate(path)
    return path


@pytest.fixture(scope="session")
def server_tls(certificate: Path) -> ssl.SSLContext:
    """What a server at localhost needs."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture(scope="session")
def client_tls(certificate: Path) -> ssl.SSLContext:
    """What a client needs that trusts this server."""
    return ssl.create_default_context(cafile=str(certificate))
