"""Tokens of callers, signed with keys of the tests' own."""

import base64
import json
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from jwt.algorithms import RSAAlgorithm

from app.sandbox.entra.clients import known_callers
from app.settings import Settings
from tests.support.service import CONTOSO, settings_for

__all__ = [
    "ADA",
    "DAEMON",
    "FRONTEND",
    "LOGIN",
    "V1",
    "V2",
    "app_claims",
    "encoded",
    "entra_settings",
    "jwk",
    "private_key",
    "signed",
    "user_claims",
]

LOGIN = "https://login.microsoftonline.com"
DAEMON = "66666666-6666-4666-8666-666666666666"
FRONTEND = "55555555-5555-4555-8555-555555555555"
ADA = "bbbbbbbb-0000-4000-8000-000000000001"
V1 = f"https://sts.windows.net/{CONTOSO['tenant_id']}/"
V2 = f"{LOGIN}/{CONTOSO['tenant_id']}/v2.0"
_NOW = 1_800_000_000
_HOUR = 3600


def private_key(name: str, bits: int = 2048) -> RSAPrivateKey:
    """Return the key of this name; the same in all tests."""
    return _made(name, bits)


@cache
def _made(_name: str, bits: int) -> RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def jwk(name: str, bits: int = 2048, **more: Any) -> dict[str, Any]:
    """Return a key as Entra ID publishes it."""
    public = private_key(name, bits).public_key()
    numbers = RSAAlgorithm.to_jwk(public, as_dict=True)
    return {"use": "sig", "kid": name, "x5t": name, **numbers, **more}


def encoded(value: object) -> str:
    """Return a part of a token; bytes as they are, JSON otherwise."""
    plain = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(plain).rstrip(b"=").decode()


def signed(header: object, claims: object, key: RSAPrivateKey) -> str:
    """Return whatever that makes, signed with RS256 all the same."""
    text = f"{encoded(header)}.{encoded(claims)}"
    signature = key.sign(text.encode(), PKCS1v15(), SHA256())
    return f"{text}.{encoded(signature)}"


def entra_settings(data_dir: Path = Path(), **changes: Any) -> Settings:
    """Return settings by which the sandbox's applications may call."""
    callers = {"callers": known_callers()}
    return settings_for(data_dir, auth_mode="entra", **callers | changes)


def app_claims(now: float = _NOW, **changes: Any) -> dict[str, Any]:
    """Return what Entra ID says of an application, in version 2."""
    tenant = CONTOSO["tenant_id"]
    principal = "cccccccc-0000-4000-8000-000000000001"
    return {
        "aud": CONTOSO["client_id"],
        "iss": V2,
        **_lifetime(now),
        "azp": DAEMON,
        "azpacr": "1",
        "idtyp": "app",
        "oid": principal,
        "roles": ["mail.read"],
        "sub": principal,
        "tid": tenant,
        "ver": "2.0",
        **changes,
    }


def user_claims(now: float = _NOW, **changes: Any) -> dict[str, Any]:
    """Return what Entra ID says of a user, in version 2."""
    tenant = CONTOSO["tenant_id"]
    return {
        "aud": CONTOSO["client_id"],
        "iss": V2,
        **_lifetime(now),
        "azp": FRONTEND,
        "azpacr": "0",
        "name": "Ada",
        "oid": ADA,
        "preferred_username": "Ada@Contoso.example",
        "scp": "mail.read mail.send",
        "sub": "a-name-for-ada-that-only-this-service-sees",
        "tid": tenant,
        "ver": "2.0",
        **changes,
    }


def _lifetime(now: float) -> dict[str, int]:
    began = int(now)
    return {"iat": began, "nbf": began, "exp": began + _HOUR}
