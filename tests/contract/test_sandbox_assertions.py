"""What the sandbox's Entra ID takes for the word of an application."""

import hashlib
import ssl
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from jwt.utils import base64url_encode

from app.sandbox import Sandbox
from tests.contract.conftest import (
    CONTOSO,
    FABRIKAM,
    client_of,
    refusal,
    token_form,
    token_url,
)
from tests.contract.entra_support import (
    API,
    CONTROL,
    LOGIN,
    certificate_of,
    number,
)

pytestmark = pytest.mark.anyio

KIND = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ENDPOINT = f"{LOGIN}/{CONTOSO}/oauth2/v2.0/token"
ISSUER = "https://cluster.example"
SUBJECT = "system:serviceaccount:mail:api"


@pytest.fixture(scope="module")
def keys() -> list[rsa.RSAPrivateKey]:
    """Two keys: the application's, and somebody else's."""
    return [rsa.generate_private_key(65537, 2048) for _ in range(2)]


async def shown(client: httpx.AsyncClient, assertion: str) -> httpx.Response:
    """Ask for a token of Graph with an assertion."""
    form = token_form(
        client_secret="",
        client_assertion=assertion,
        client_assertion_type=KIND,
    )
    return await client.post(token_url(), data=form)


async def register(client: httpx.AsyncClient, key: rsa.RSAPrivateKey) -> bytes:
    """Register a key's certificate for the API, and return it."""
    pem = certificate_of(key)
    wish = {"tenant": CONTOSO, "certificate": pem}
    answer = await client.post(f"{CONTROL}/certificates", json=wish)
    made = ssl.PEM_cert_to_DER_cert(pem)
    assert answer.json() == {"thumbprint": hashlib.sha256(made).hexdigest()}
    return made


def thumb(algorithm: str, certificate: bytes) -> str:
    """Return a thumbprint as the headers of tokens have it."""
    digest = hashlib.new(algorithm, certificate, usedforsecurity=False)
    return base64url_encode(digest.digest()).decode()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, None, id="good"),
        pytest.param({"aud": f"{LOGIN}/{CONTOSO}/v2.0"}, None, id="issuer"),
        pytest.param({"aud": ENDPOINT.replace("11", "33")}, 700023, id="aud"),
        pytest.param({"sub": "x"}, 700021, id="subject"),
        pytest.param({"iss": "x"}, 700211, id="issuer unknown"),
        pytest.param({"exp": 1}, 700024, id="expired"),
        pytest.param({"nbf": 9e9}, 700024, id="not yet"),
        pytest.param({"exp": None}, 50027, id="for ever"),
    ],
)
async def test_every_claim_counts(
    sandbox: Sandbox,
    keys: list[rsa.RSAPrivateKey],
    changes: dict[str, Any],
    expected: int | None,
) -> None:
    """An assertion is for this endpoint, by this application, for now."""
    claims = {
        "iss": API,
        "sub": API,
        "aud": ENDPOINT,
        "exp": sandbox.now.timestamp() + 600,
    } | changes
    async with client_of(sandbox) as client:
        certificate = await register(client, keys[0])
        assertion = jwt.encode(
            {name: text for name, text in claims.items() if text is not None},
            keys[0],
            algorithm="PS256",
            headers={"x5t#S256": thumb("sha256", certificate)},
        )
        answer = await shown(client, assertion)

    if expected is None:
        assert answer.status_code == 200
    else:
        assert number(answer) == expected


async def test_signatures_count(
    sandbox: Sandbox, keys: list[rsa.RSAPrivateKey]
) -> None:
    """Another key, no signature, no such certificate, one that was taken."""
    claims = {
        "iss": API,
        "sub": API,
        "aud": ENDPOINT,
        "exp": sandbox.now.timestamp() + 600,
    }
    async with client_of(sandbox) as client:
        known = await register(client, keys[0])
        header = {"x5t": thumb("sha1", known)}
        good, forged = [
            jwt.encode(claims, key, algorithm="RS256", headers=header)
            for key in keys
        ]
        none = jwt.encode(claims, "", algorithm="none", headers=header)
        nameless = jwt.encode(claims, keys[0], algorithm="RS256")
        answers = [
            await shown(client, one)
            for one in (good, forged, none, nameless, "a.b.c")
        ]
        place = f"{CONTROL}/certificates/{hashlib.sha256(known).hexdigest()}"
        removed = [await client.delete(place) for _ in range(2)]
        after = await shown(client, good)

    assert answers[0].status_code == 200
    refused = [number(one) for one in (*answers[1:], after)]
    assert refused == [700027, 700027, 700027, 50027, 700027]
    assert [one.status_code for one in removed] == [204, 404]


@pytest.mark.parametrize(
    ("changes", "signer", "expected"),
    [
        pytest.param({}, 0, None, id="good"),
        pytest.param({"iss": f"{ISSUER}/"}, 0, 700211, id="issuer"),
        pytest.param({"sub": "system"}, 0, 700213, id="subject"),
        pytest.param({"aud": ENDPOINT}, 0, 700212, id="audience"),
        pytest.param({"exp": 1}, 0, 700024, id="expired"),
        pytest.param({}, 1, 700027, id="another's signature"),
    ],
)
async def test_other_issuers_are_taken_at_their_word(
    sandbox: Sandbox,
    keys: list[rsa.RSAPrivateKey],
    changes: dict[str, Any],
    signer: int,
    expected: int | None,
) -> None:
    """A federated token is good if all of it is what was registered."""
    key = RSAAlgorithm.to_jwk(keys[0].public_key(), as_dict=True)
    claims = {
        "iss": ISSUER,
        "sub": SUBJECT,
        "aud": "api://AzureADTokenExchange",
        "exp": sandbox.now.timestamp() + 600,
    }
    assertion = jwt.encode(
        claims | changes, keys[signer], algorithm="RS256", headers={"kid": "1"}
    )
    wish = {
        "tenant": CONTOSO,
        "issuer": ISSUER,
        "subject": SUBJECT,
        "jwks": {"keys": [key | {"kid": "1"}]},
    }
    async with client_of(sandbox) as client:
        await client.post(f"{CONTROL}/federated", json=wish)
        answer = await shown(client, assertion)

    if expected is None:
        assert answer.status_code == 200
    else:
        assert number(answer) == expected


@pytest.mark.parametrize(
    ("path", "wish", "status"),
    [
        ("certificates", {"tenant": CONTOSO, "certificate": "x"}, 400),
        ("certificates", {"tenant": "x", "certificate": ""}, 404),
        ("certificates", {"tenant": FABRIKAM}, 400),
        (
            "federated",
            {"tenant": CONTOSO, "issuer": "", "subject": "", "jwks": {}},
            400,
        ),
    ],
)
async def test_registrations_are_read_strictly(
    control: httpx.AsyncClient,
    path: str,
    wish: dict[str, Any],
    status: int,
) -> None:
    """What is no certificate and no key is refused in words."""
    answer = await control.post(f"/{path}", json=wish)

    assert refusal(answer) == (status, "SandboxControl")


async def test_a_reset_forgets_registrations_alone(
    sandbox: Sandbox, keys: list[rsa.RSAPrivateKey]
) -> None:
    """Keys go on being good, as tokens do; certificates have to come back."""
    token = sandbox.caller_token(CONTOSO)
    async with client_of(sandbox) as client:
        certificate = await register(client, keys[0])
        await client.post(f"{CONTROL}/reset")
        header = {"x5t#S256": thumb("sha256", certificate)}

    assert sandbox.entra.registrations.certificate(API, header) is None
    kid = jwt.get_unverified_header(token)["kid"]
    assert sandbox.entra.keys.current.id == kid
