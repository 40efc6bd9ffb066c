"""How an application shows to Entra ID that it is itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from app.sandbox.clock import Clock
from app.sandbox.entra.api_tokens import LOGIN, issuer_of
from app.sandbox.entra.clients import Client
from app.sandbox.entra.errors import EntraError
from app.sandbox.entra.jws import peek, peek_header, verified
from app.sandbox.entra.keys import thumbprints

__all__ = ["Federation", "Registrations", "proof_of"]

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
EXCHANGE = "api://AzureADTokenExchange"
ALGORITHMS = ("RS256", "PS256")
SKEW = 300
# What a token says of how its client has signed in.
NOTHING, SECRET, CERTIFICATE = "0", "1", "2"
Form = Mapping[str, str]


class _Claims(msgspec.Struct, kw_only=True):
    iss: str
    sub: str
    aud: str
    exp: float
    nbf: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Federation:
    """Another issuer whose word for an application is taken."""

    issuer: str
    subject: str
    keys: tuple[jwt.PyJWK, ...]


class Registrations:
    """The certificates and the federations of each application."""

    def __init__(self) -> None:
        self._certificates: dict[str, dict[str, x509.Certificate]] = {}
        self._federations: dict[str, list[Federation]] = {}

    def add_certificate(self, client_id: str, pem: str) -> str:
        """Take signatures of a certificate's key; return its thumbprint.

        Raises:
            ValueError: when it is no certificate.
        """
        certificate = x509.load_pem_x509_certificate(pem.encode())
        thumbprint = certificate.fingerprint(SHA256()).hex()
        known = self._certificates.setdefault(client_id, {})
        known[thumbprint] = certificate
        return thumbprint

    def remove_certificate(self, thumbprint: str) -> None:
        """Take its signatures no longer.

        Raises:
            KeyError: when there is none.
        """
        for known in self._certificates.values():
            if known.pop(thumbprint, None) is not None:
                return
        raise KeyError(thumbprint)

    def federate(self, client_id: str, federation: Federation) -> None:
        """Take the word of another issuer."""
        self._federations.setdefault(client_id, []).append(federation)

    def certificate(
        self, client_id: str, header: Mapping[str, Any]
    ) -> x509.Certificate | None:
        """Return the certificate that the header of an assertion names."""
        # MSAL pads what RFC 7515 leaves without padding; Entra ID takes both.
        named = {
            str(header.get(name, "")).rstrip("=")
            for name in ("x5t", "x5t#S256")
        }
        for one in self._certificates.get(client_id, {}).values():
            if named.intersection(thumbprints(one)):
                return one
        return None

    def federation(self, client_id: str, claims: _Claims) -> Federation:
        """Return the federation that an assertion is of.

        Raises:
            EntraError: when there is none.
        """
        known = self._federations.get(client_id, [])
        of_issuer = [one for one in known if one.issuer == claims.iss]
        if not of_issuer:
            raise EntraError(700211, claims.iss)
        for one in of_issuer:
            if one.subject == claims.sub:
                return one
        raise EntraError(700213, claims.sub)


def proof_of(
    form: Form, client: Client, registrations: Registrations, clock: Clock
) -> str:
    """Return how a client has signed in: 0 not, 1 secret, 2 assertion.

    Raises:
        EntraError: when it has not, and must.
    """
    assertion, secret = form.get("client_assertion"), form.get("client_secret")
    if client.credential is None:
        if assertion or secret:
            raise EntraError(700025)
        return NOTHING
    if assertion:
        if form.get("client_assertion_type") != ASSERTION:
            raise EntraError(900144, "client_assertion_type")
        _check(assertion, client, registrations, clock)
        return CERTIFICATE
    if secret is None:
        raise EntraError(7000218)
    if secret != client.credential:
        raise EntraError(7000215)
    return SECRET


def _check(
    assertion: str, client: Client, known: Registrations, clock: Clock
) -> None:
    try:
        told = msgspec.convert(peek(assertion), _Claims)
    except msgspec.ValidationError:
        raise EntraError(50027) from None
    if told.iss == client.id:
        _check_certificate(assertion, told, client, known)
    else:
        _check_federation(assertion, told, client, known)
    # MSAL writes assertions by the clock of the machine, which virtual time
    # leaves behind.
    times = (clock.now().timestamp(), clock.machine().timestamp())
    if told.exp <= min(times) or told.nbf > max(times) + SKEW:
        raise EntraError(700024)


def _check_certificate(
    assertion: str, told: _Claims, client: Client, known: Registrations
) -> None:
    certificate = known.certificate(client.id, peek_header(assertion))
    if certificate is None:
        raise EntraError(700027)
    _check_signature(assertion, certificate.public_key())
    if told.sub != client.id:
        raise EntraError(700021)
    endpoint = f"{LOGIN}/{client.tenant.id}/oauth2/v2.0/token"
    if told.aud not in (endpoint, issuer_of(client.tenant)):
        raise EntraError(700023)


def _check_federation(
    assertion: str, told: _Claims, client: Client, known: Registrations
) -> None:
    federation = known.federation(client.id, told)
    if told.aud != EXCHANGE:
        raise EntraError(700212, told.aud)
    kid = peek_header(assertion).get("kid")
    for key in federation.keys:
        if key.key_id == kid:
            _check_signature(assertion, key)
            return
    raise EntraError(700027)


def _check_signature(assertion: str, key: Any) -> None:
    try:
        verified(assertion, key, _Claims, ALGORITHMS)
    except (jwt.PyJWTError, TypeError):
        raise EntraError(700027) from None
