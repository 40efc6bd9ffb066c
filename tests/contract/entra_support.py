"""What the tests of the sandbox's Entra ID ask for and make."""

import base64
import hashlib
from datetime import UTC, datetime
from typing import Any

import httpx
import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from app.sandbox import Sandbox
from tests.contract.conftest import CONTOSO, token_form, token_url

__all__ = [
    "API",
    "BACK",
    "BASE",
    "CONTROL",
    "DAEMON",
    "FRONTEND",
    "LOGIN",
    "VERIFIER",
    "authorization",
    "certificate_of",
    "exchange",
    "number",
    "opened",
]

BASE = "http://sandbox.test"
CONTROL = f"{BASE}/_sandbox"
LOGIN = "https://login.microsoftonline.com"
API = "22222222-2222-4222-8222-222222222222"
FRONTEND = "55555555-5555-4555-8555-555555555555"
DAEMON = "66666666-6666-4666-8666-666666666666"
BACK = "http://127.0.0.1:8000/docs/oauth2-redirect"
VERIFIER = "a verifier that nobody else knows, of 43 characters"


def authorization(**changes: str) -> dict[str, str]:
    """Return what a page sends along; an empty text takes a member out."""
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    options = {
        "client_id": FRONTEND,
        "response_type": "code",
        "redirect_uri": BACK,
        "scope": f"openid api://{API}/mail.read api://{API}/mail.send",
        "state": "a state with signs & =",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "login_hint": "grace@contoso.example",
    }
    return {k: v for k, v in (options | changes).items() if v}


def certificate_of(key: RSAPrivateKey) -> str:
    """Return a certificate of a key, as PEM."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "api")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .sign(key, SHA256())
    )
    return made.public_bytes(Encoding.PEM).decode()


async def exchange(
    client: httpx.AsyncClient, assertion: str, /, **changes: str
) -> httpx.Response:
    """Ask for a token of Graph on behalf of the user of another token."""
    form = token_form(
        grant_type="urn:ietf:params:oauth:grant-type:jwt-bearer",
        assertion=assertion,
        requested_token_use="on_behalf_of",
    )
    changed = {k: v for k, v in (form | changes).items() if v}
    return await client.post(token_url(), data=changed)


def number(answer: httpx.Response) -> int:
    """Return the AADSTS number of a refusal."""
    [code] = answer.json()["error_codes"]
    return int(code)


async def opened(
    client: httpx.AsyncClient, sandbox: Sandbox, token: str
) -> dict[str, Any]:
    """Return the claims of a token, verified as the API would."""
    url = f"{BASE}/{CONTOSO}/discovery/v2.0/keys"
    keys = jwt.PyJWKSet.from_dict((await client.get(url)).json())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims: dict[str, Any] = jwt.decode(
        token,
        key,
        algorithms=["RS256"],
        audience=[API, f"api://{API}"],
        options={
            "require": ["exp", "iat", "nbf"],
            # Its time is not that of this machine.
            "verify_exp": False,
            "verify_iat": False,
            "verify_nbf": False,
        },
    )
    now = sandbox.now.timestamp()
    assert claims["iat"] == claims["nbf"] <= now < claims["exp"]
    return claims
