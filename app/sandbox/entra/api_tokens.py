"""Access tokens that callers show to the API: signed, and readable."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4, uuid5

import jwt

from app.sandbox.entra.keys import KeyRing
from app.sandbox.state.directory import User
from app.sandbox.tenants import Tenant

__all__ = ["LIFETIME", "LOGIN", "ApiToken", "Version", "issuer_of", "signed"]

# MSAL insists on the real host, whatever address it really talks to.
LOGIN = "https://login.microsoftonline.com"
STS = "https://sts.windows.net"
LIFETIME = 3599
PRINCIPALS = UUID("3c1f7d52-0b1c-4f0a-9d1e-7a1c5f0f9a11")
Version = Literal[1, 2]
Claims = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """What a token says; it is an application's own unless of a user.

    ``proof`` is how the client has shown who it is: ``0`` not at all, ``1``
    by a secret, ``2`` by a certificate. ``claims`` and ``header`` come last:
    they add, replace and, as None, take out.
    """

    tenant: Tenant
    client_id: str
    proof: str
    user: User | None = None
    scopes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    version: Version = 2
    audience: str | None = None
    expires_in: int = LIFETIME
    claims: Mapping[str, Any] = field(default_factory=dict)
    header: Mapping[str, Any] = field(default_factory=dict)


def issuer_of(tenant: Tenant, version: Version = 2) -> str:
    """Return the ``iss`` of a tenant's tokens."""
    if version == 1:
        return f"{STS}/{tenant.id}/"
    return f"{LOGIN}/{tenant.id}/v2.0"


def signed(token: ApiToken, keys: KeyRing, now: datetime) -> str:
    """Return a token as it is sent."""
    key = keys.current
    header = {"kid": key.id} | ({"x5t": key.id} if token.version == 1 else {})
    claims = {**_claims(token, int(now.timestamp())), **token.claims}
    return jwt.encode(
        {name: value for name, value in claims.items() if value is not None},
        key.private,
        algorithm="RS256",
        headers={**header, **token.header},
    )


def _claims(token: ApiToken, now: int) -> Claims:
    audience = token.tenant.client_id
    if token.version == 1:
        audience = f"api://{audience}"
    return {
        "aud": token.audience or audience,
        "iss": issuer_of(token.tenant, token.version),
        "iat": now,
        "nbf": now,
        "exp": now + token.expires_in,
        **_client(token),
        **(_own(token) if token.user is None else _person(token, token.user)),
        "roles": list(token.roles) or None,
        "tid": token.tenant.id,
        "uti": _short(uuid4().bytes),
        "ver": f"{token.version}.0",
    }


def _client(token: ApiToken) -> Claims:
    if token.version == 1:
        return {"appid": token.client_id, "appidacr": token.proof}
    return {"azp": token.client_id, "azpacr": token.proof}


def _own(token: ApiToken) -> Claims:
    principal = str(uuid5(PRINCIPALS, f"{token.tenant.id}{token.client_id}"))
    return {"idtyp": "app", "oid": principal, "sub": principal}


def _person(token: ApiToken, user: User) -> Claims:
    name = "upn" if token.version == 1 else "preferred_username"
    pair = f"{token.tenant.client_id}/{user.id}".encode()
    return {
        "name": user.properties["displayName"],
        "oid": user.id,
        name: user.properties["userPrincipalName"],
        "scp": " ".join(sorted(token.scopes)),
        # Another one for each application, so that they cannot compare.
        "sub": _short(hashlib.sha256(pair).digest()),
    }


def _short(number: bytes) -> str:
    return base64.urlsafe_b64encode(number).rstrip(b"=").decode()
