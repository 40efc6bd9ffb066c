"""One service, and one issuer, for all who try to get in."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from app.sandbox import Sandbox
from app.transport.aiohttp_transport import AiohttpTransport
from tests.security.entra.issuer import Issuer, issuing
from tests.support.issuing import V1, V2, entra_settings
from tests.support.network import SandboxNetwork
from tests.support.service import Service, started


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """Run on the plain event loop: the issuer is a process."""
    return "asyncio"


@pytest.fixture(scope="session")
def issuer() -> Iterator[Issuer]:
    """The issuer, as a process."""
    with issuing() as running:
        yield running


class _Network(SandboxNetwork):
    """The sandbox without sockets, and an issuer over them."""

    def __init__(self, sandbox: Sandbox, issuer: str) -> None:
        super().__init__(sandbox)
        self._issuer = issuer
        self._wire = AiohttpTransport()

    async def handle_async_request(
        self, request: httpx.Request
    ) -> httpx.Response:
        if str(request.url).startswith(self._issuer):
            return await self._wire.handle_async_request(request)
        return await super().handle_async_request(request)

    async def aclose(self) -> None:
        await self._wire.aclose()


@pytest.fixture(scope="module")
async def entra(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Service]:
    """The service, with Entra ID for the issuers of both tenants."""
    settings = entra_settings(tmp_path_factory.mktemp("data"))
    async with started(settings, Sandbox()) as running:
        yield running


@pytest.fixture(scope="module")
async def federated(
    tmp_path_factory: pytest.TempPathFactory, issuer: Issuer
) -> AsyncIterator[Service]:
    """The service, with another issuer beside Entra ID."""
    settings = entra_settings(
        tmp_path_factory.mktemp("data"), issuers=[issuer.url, V1, V2]
    )
    network = _Network(Sandbox(), issuer.url)
    async with started(settings, network) as running:
        yield running
