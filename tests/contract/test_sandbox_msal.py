"""The token endpoint as the real MSAL uses it."""

import asyncio
import hashlib
import ssl
from typing import Any

import httpx
import jwt
import msal
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from jwt.algorithms import RSAAlgorithm

from app.sandbox import Fault, Sandbox
from tests.contract.conftest import (
    ADA,
    ADA_ADDRESS,
    CONTOSO,
    CREDENTIALS,
    GRACE,
    client_of,
)
from tests.contract.entra_support import CONTROL, certificate_of

pytestmark = pytest.mark.anyio

LOGIN = "https://login.microsoftonline.com"
SCOPES = ["https://graph.microsoft.com/.default"]
ISSUER = "https://cluster.example"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    """The key of an application."""
    return rsa.generate_private_key(65537, 2048)


class Rebased:
    """An HTTP client for MSAL that leads everything to the sandbox."""

    def __init__(
        self, client: httpx.AsyncClient, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._client = client
        self._loop = loop

    def get(self, url: str, **options: Any) -> httpx.Response:
        return self._ask("GET", url, options)

    def post(self, url: str, **options: Any) -> httpx.Response:
        return self._ask("POST", url, options)

    def close(self) -> None:
        """Nothing is held."""

    def _ask(
        self, method: str, url: str, options: dict[str, Any]
    ) -> httpx.Response:
        here = url.replace(LOGIN, "http://sandbox.test")
        options.pop("allow_redirects", None)
        for name, value in (options.get("data") or {}).items():
            # MSAL has assertions in bytes, which httpx would write as such.
            if isinstance(value, bytes):
                options["data"][name] = value.decode()
        request = self._client.request(method, here, **options)
        return asyncio.run_coroutine_threadsafe(request, self._loop).result()


async def acquire(
    client: httpx.AsyncClient, **changes: Any
) -> list[dict[str, Any]]:
    """Let MSAL get a token twice, and return both results.

    For a ``person`` whose token is given it asks once.
    """
    client_id, secret = CREDENTIALS[CONTOSO]
    loop = asyncio.get_running_loop()

    def work() -> list[dict[str, Any]]:
        person = changes.pop("person", None)
        app = msal.ConfidentialClientApplication(
            **{
                "client_id": client_id,
                "client_credential": secret,
                "authority": f"{LOGIN}/{CONTOSO}",
                "instance_discovery": False,
                "http_client": Rebased(client, loop),
                **changes,
            }
        )
        if person is not None:
            return [app.acquire_token_on_behalf_of(person, SCOPES)]
        return [app.acquire_token_for_client(SCOPES) for _ in range(2)]

    return await asyncio.to_thread(work)


async def test_msal_gets_a_token_and_keeps_it(sandbox: Sandbox) -> None:
    """The real MSAL asks once, and its token is good."""
    async with client_of(sandbox) as client:
        first, second = await acquire(client)
        bearer = {"Authorization": f"Bearer {first['access_token']}"}
        answer = await client.get(ADA, headers=bearer)

    assert answer.status_code == 200
    sources = [result["token_source"] for result in (first, second)]
    assert sources == ["identity_provider", "cache"]
    assert [call.route for call in sandbox.calls] == [
        "openid-configuration",
        "token",
        "/users/{mailbox}",
    ]
    assert sandbox.calls[1].headers["x-client-sku"] == "MSAL.Python"


async def test_msal_declares_what_it_can(sandbox: Sandbox) -> None:
    """A capability reaches the token endpoint as claims."""
    async with client_of(sandbox) as client:
        await acquire(client, client_capabilities=["CP1"])

    assert "xms_cc" in sandbox.calls[1].form["claims"]


async def test_msal_reports_a_wrong_secret(sandbox: Sandbox) -> None:
    """MSAL returns Entra ID's error as a dict."""
    async with client_of(sandbox) as client:
        first, _ = await acquire(client, client_credential="wrong")

    assert first["error"] == "invalid_client"
    assert first["error_codes"] == [7000215]


async def test_msal_refuses_an_unknown_tenant(sandbox: Sandbox) -> None:
    """MSAL finds out in its constructor."""
    async with client_of(sandbox) as client:
        with pytest.raises(ValueError, match="double check your tenant"):
            await acquire(client, authority=f"{LOGIN}/nowhere.example")


async def test_msal_acts_for_a_person(sandbox: Sandbox) -> None:
    """The real MSAL exchanges a person's token for one of Graph."""
    shown = sandbox.caller_token(CONTOSO, user=ADA_ADDRESS)
    async with client_of(sandbox) as client:
        [result] = await acquire(client, person=shown)
        bearer = {"Authorization": f"Bearer {result['access_token']}"}
        own = await client.get(f"{ADA}/messages", headers=bearer)
        other = await client.get(f"{GRACE}/messages", headers=bearer)

    assert (own.status_code, other.status_code) == (200, 403)
    assert sandbox.calls[1].user == ADA_ADDRESS


async def test_msal_passes_a_challenge_on(sandbox: Sandbox) -> None:
    """What conditional access wants of a person comes through MSAL."""
    shown = sandbox.caller_token(CONTOSO, user=ADA_ADDRESS)
    fault = Fault(route="token", aadsts=50079, claims='{"access_token":{}}')
    sandbox.faults.add(fault)
    async with client_of(sandbox) as client:
        [result] = await acquire(client, person=shown)

    assert result["error"] == "interaction_required"
    assert result["claims"] == '{"access_token":{}}'


@pytest.mark.parametrize("with_chain", [True, False])
async def test_msal_shows_a_certificate(
    sandbox: Sandbox, key: rsa.RSAPrivateKey, *, with_chain: bool
) -> None:
    """A registered certificate does for a secret; another does not."""
    pem = certificate_of(key)
    private = key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    credential = {"private_key": private.decode(), "public_certificate": pem}
    if not with_chain:
        del credential["public_certificate"]
        encoded = ssl.PEM_cert_to_DER_cert(pem)
        digest = hashlib.sha1(encoded, usedforsecurity=False)
        credential["thumbprint"] = digest.hexdigest()
    async with client_of(sandbox) as client:
        [unknown, _] = await acquire(client, client_credential=credential)
        sandbox.entra.registrations.add_certificate(
            CREDENTIALS[CONTOSO][0], pem
        )
        [known, _] = await acquire(client, client_credential=credential)

    assert unknown["error_codes"] == [700027]
    assert known["token_type"] == "Bearer"


async def test_msal_shows_another_issuers_word(
    sandbox: Sandbox, key: rsa.RSAPrivateKey
) -> None:
    """A federated token does for a secret, once its issuer is registered."""
    assertion = jwt.encode(
        {
            "iss": ISSUER,
            "sub": "system:serviceaccount:mail:api",
            "aud": "api://AzureADTokenExchange",
            "exp": sandbox.now.timestamp() + 600,
        },
        key,
        algorithm="RS256",
        headers={"kid": "1"},
    )
    told = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": "1"}
    credential = {"client_assertion": lambda: assertion}
    async with client_of(sandbox) as client:
        [unknown, _] = await acquire(client, client_credential=credential)
        await client.post(
            f"{CONTROL}/federated",
            json={
                "tenant": CONTOSO,
                "issuer": ISSUER,
                "subject": "system:serviceaccount:mail:api",
                "jwks": {"keys": [told]},
            },
        )
        [known, _] = await acquire(client, client_credential=credential)

    assert unknown["error_codes"] == [700211]
    assert known["token_type"] == "Bearer"


async def test_msal_sees_an_outage(sandbox: Sandbox) -> None:
    """A 503 of the token endpoint is an exception in MSAL."""
    sandbox.faults.add(Fault(route="token", status=503))
    async with client_of(sandbox) as client:
        with pytest.raises(msal.exceptions.MsalServiceError):
            await acquire(client)
