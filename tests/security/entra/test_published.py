"""Documents of an issuer that are wrong or not its own."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from _pytest.mark import ParameterSet

from app.sandbox import Sandbox
from tests.security.entra.trying import (
    MESSAGES,
    UNAUTHENTICATED,
    attempt,
    bearing,
)
from tests.support.issuing import (
    LOGIN,
    V1,
    V2,
    app_claims,
    entra_settings,
    jwk,
    private_key,
    signed,
)
from tests.support.network import Carry, SandboxNetwork
from tests.support.service import Service, started
from tests.support.virtual_loop import VirtualLoop

pytestmark = pytest.mark.anyio

PERSONAL = f"{LOGIN}/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0"
UNAVAILABLE = "503 identity-unavailable"


def published(
    tried: str, answered: str, path: str, **changes: Any
) -> ParameterSet:
    """Return an attack with a document that is changed like this."""
    mark = pytest.mark.attack(tried, answered)
    return pytest.param(path, changes, marks=mark, id=tried)


def key(bits: int = 2048, **more: Any) -> dict[str, Any]:
    """Return the keys of an issuer that publishes one of the attacker's."""
    return {"keys": [jwk("first"), jwk("evil", bits, **more)]}


ATTACKS = [
    published(
        "A key of personal accounts, which Entra ID publishes with others",
        UNAUTHENTICATED,
        "/keys",
        **key(issuer=PERSONAL),
    ),
    published(
        "A key that is too short", UNAUTHENTICATED, "/keys", **key(1024)
    ),
    published(
        "A key that is for encrypting",
        UNAUTHENTICATED,
        "/keys",
        **key(use="enc"),
    ),
    published(
        "Keys that lie with the attacker",
        UNAVAILABLE,
        "/openid-configuration",
        jwks_uri="https://evil.example/keys",
    ),
    published(
        "Keys in a file",
        UNAVAILABLE,
        "/openid-configuration",
        jwks_uri="file:///etc/passwd",
    ),
    published(
        "Another issuer's configuration",
        UNAVAILABLE,
        "/openid-configuration",
        issuer=V1,
    ),
]


class _Altered(SandboxNetwork):
    """The network to a sandbox, one of whose documents says other things."""

    def __init__(self) -> None:
        super().__init__(Sandbox())
        self.path = ""
        self.changes: dict[str, Any] = {}
        self.between = self._alter

    async def _alter(
        self, request: httpx.Request, carry: Carry
    ) -> httpx.Response:
        answer = await carry(request)
        if not request.url.path.endswith(self.path):
            return answer
        told = json.loads(await answer.aread())
        body = json.dumps(told | self.changes).encode()
        return httpx.Response(200, stream=httpx.ByteStream(body))


@pytest.fixture(scope="module")
def anyio_backend() -> tuple[str, dict[str, Any]]:
    """Run in virtual time: keys are fetched each half minute at most."""
    return "asyncio", {"loop_factory": VirtualLoop}


@pytest.fixture(scope="module")
async def service(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Service]:
    """The service, whose network can be altered."""
    settings = entra_settings(tmp_path_factory.mktemp("data"))
    async with started(settings, _Altered()) as running:
        yield running


async def bearing_own(
    service: Service,
    document: tuple[str, dict[str, Any]],
    name: str,
    bits: int,
) -> httpx.Request:
    """Return a request with a token by a key of the attacker's.

    The document is altered before the keys are fetched that nobody knows.
    """
    assert isinstance(service.network, _Altered)
    service.network.path, service.network.changes = document
    await service.clock.sleep(60)
    claims = app_claims(service.sandbox.now.timestamp())
    header = {"alg": "RS256", "kid": name}
    token = signed(header, claims, private_key(name, bits))
    return service.client.build_request(
        "GET", MESSAGES, headers=bearing(token)
    )


@pytest.mark.parametrize(("path", "changes"), ATTACKS)
async def test_a_document_that_is_wrong(
    service: Service,
    path: str,
    changes: dict[str, Any],
    request: pytest.FixtureRequest,
) -> None:
    """What an attacker's key signs is not good, wherever it is published."""
    bits = 1024 if "short" in request.node.name else 2048
    call = await bearing_own(service, (path, changes), "evil", bits)
    await attempt(service, request, call)


async def test_a_document_that_is_right(service: Service) -> None:
    """It is the document alone that keeps the others out."""
    told = {"keys": [jwk("published", issuer=V2)]}
    call = await bearing_own(service, ("/keys", told), "published", 2048)
    answer = await service.client.send(call)

    assert answer.status_code == 200
