"""The part of the control API that is about Entra ID."""

from collections.abc import Callable, Mapping
from typing import Any

import jwt
import msgspec

from app.sandbox.entra.api_tokens import (
    LIFETIME,
    ApiToken,
    Version,
    signed,
)
from app.sandbox.entra.clients import Client, find_client
from app.sandbox.entra.credentials import Federation
from app.sandbox.entra.entra_id import EntraId
from app.sandbox.entra.grants import roles_of
from app.sandbox.request import Request
from app.sandbox.state.directory import User
from app.sandbox.tenants import Tenant, find_tenant
from app.sandbox.wire import Answer, empty, json_answer

__all__ = ["caller_token", "entra_routes"]

Params = Mapping[str, str]
Handler = Callable[[Request, Params], Answer]


class _Strict(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Refuses unknown members."""

    tenant: str


class TokenWish(_Strict):
    """What a token for a caller of the API is to say.

    ``client`` is a name or the id of any application, registered or not;
    without it ``daemon``, or for a user ``frontend``. What else is left out
    is as the tenant's administrators have it.
    """

    client: str | None = None
    user: str | None = None
    roles: tuple[str, ...] | None = None
    scopes: tuple[str, ...] | None = None
    version: Version = 2
    audience: str | None = None
    expires_in: int = LIFETIME
    claims: dict[str, Any] = {}
    header: dict[str, Any] = {}


class CertificateWish(_Strict):
    """A certificate, in PEM, for the tenant's registration of the API."""

    certificate: str


class FederationWish(_Strict):
    """Another issuer for the tenant's registration of the API."""

    issuer: str
    subject: str
    jwks: dict[str, Any]


class KeyWish(msgspec.Struct, forbid_unknown_fields=True):
    """A new signing key, and whether the old ones stay published."""

    keep: bool = True


def caller_token(entra: EntraId, wish: Mapping[str, Any]) -> str:
    """Return a token as described: see `TokenWish`.

    Raises:
        KeyError: when there is no such tenant or user.
        ValueError: when it is described wrongly.
    """
    token = _token(msgspec.convert(wish, TokenWish), entra)
    return signed(token, entra.keys, entra.clock.now())


def entra_routes(entra: EntraId) -> list[tuple[str, str, Handler]]:
    """Return the routes below ``/_sandbox`` that turn Entra ID's knobs."""
    control = _Control(entra)
    return [
        ("POST", "/tokens", control.issue),
        ("POST", "/tokens/revoke", control.revoke),
        ("POST", "/keys", control.rotate),
        ("POST", "/certificates", control.register),
        ("DELETE", "/certificates/{thumbprint}", control.unregister),
        ("POST", "/federated", control.federate),
    ]


class _Control:
    def __init__(self, entra: EntraId) -> None:
        self._entra = entra

    def issue(self, request: Request, _params: Params) -> Answer:
        wish = msgspec.json.decode(request.body, type=dict[str, Any])
        token = caller_token(self._entra, wish)
        return json_answer({"access_token": token}, 201)

    def revoke(self, _request: Request, _params: Params) -> Answer:
        self._entra.tokens.revoke()
        return empty(204)

    def rotate(self, request: Request, _params: Params) -> Answer:
        wish = msgspec.json.decode(request.body or b"{}", type=KeyWish)
        self._entra.keys.rotate(keep=wish.keep)
        return json_answer({"kid": self._entra.keys.current.id}, 201)

    def register(self, request: Request, _params: Params) -> Answer:
        wish = msgspec.json.decode(request.body, type=CertificateWish)
        thumbprint = self._entra.registrations.add_certificate(
            _tenant(wish).client_id, wish.certificate
        )
        return json_answer({"thumbprint": thumbprint}, 201)

    def unregister(self, _request: Request, params: Params) -> Answer:
        self._entra.registrations.remove_certificate(params["thumbprint"])
        return empty(204)

    def federate(self, request: Request, _params: Params) -> Answer:
        wish = msgspec.json.decode(request.body, type=FederationWish)
        try:
            keys = tuple(jwt.PyJWKSet.from_dict(wish.jwks).keys)
        except jwt.PyJWTError as error:
            raise ValueError(f"'jwks' is no key set: {error}") from error
        federation = Federation(
            issuer=wish.issuer, subject=wish.subject, keys=keys
        )
        client_id = _tenant(wish).client_id
        self._entra.registrations.federate(client_id, federation)
        return empty(204)


def _token(wish: TokenWish, entra: EntraId) -> ApiToken:
    tenant = _tenant(wish)
    user = _user(wish, tenant, entra)
    name = wish.client or ("frontend" if user else "daemon")
    client = find_client(tenant, name) or Client(
        name=name, tenant=tenant, id=name, credential=""
    )
    roles = roles_of(user) if user else client.roles
    return ApiToken(
        tenant=tenant,
        client_id=client.id,
        proof="0" if client.credential is None else "1",
        user=user,
        roles=roles if wish.roles is None else wish.roles,
        scopes=client.scopes if wish.scopes is None else wish.scopes,
        version=wish.version,
        audience=wish.audience,
        expires_in=wish.expires_in,
        claims=wish.claims,
        header=wish.header,
    )


def _user(wish: TokenWish, tenant: Tenant, entra: EntraId) -> User | None:
    if wish.user is None:
        return None
    user = entra.directory.find(wish.user, tenant.id)
    if user is None:
        raise KeyError(wish.user)
    return user


def _tenant(wish: _Strict) -> Tenant:
    found = find_tenant(wish.tenant)
    if found is None:
        raise KeyError(wish.tenant)
    return found
