"""The keys with which Entra ID signs what callers of the API show."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from jwt.algorithms import RSAAlgorithm

__all__ = ["KeyRing", "SigningKey", "thumbprints"]

BITS = 2048
SUBJECT = "accounts.accesscontrol.windows.net"
SINCE = datetime(2020, 1, 1, tzinfo=UTC)
UNTIL = datetime(2120, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class SigningKey:
    """A private key, and the certificate by which Entra ID publishes it."""

    private: RSAPrivateKey
    certificate: x509.Certificate

    @cached_property
    def id(self) -> str:
        """The ``kid``, which at Entra ID is the ``x5t`` as well."""
        return thumbprints(self.certificate)[0]

    @property
    def public(self) -> RSAPublicKey:
        """What verifies its signatures."""
        return self.private.public_key()

    def jwk(self) -> dict[str, Any]:
        """Return the public key as it is published."""
        numbers = RSAAlgorithm.to_jwk(self.public, as_dict=True)
        encoded = self.certificate.public_bytes(Encoding.DER)
        return {
            "kty": "RSA",
            "use": "sig",
            "kid": self.id,
            "x5t": self.id,
            "n": numbers["n"],
            "e": numbers["e"],
            "x5c": [base64.b64encode(encoded).decode()],
            "cloud_instance_name": "microsoftonline.com",
        }


class KeyRing:
    """The key that signs, the last one, and those still published.

    They are made when they are first wanted, and once for all sandboxes of
    a process.
    """

    def __init__(self) -> None:
        self._published = [0]

    @property
    def current(self) -> SigningKey:
        """The key that signs."""
        return _made(self._published[-1])

    def rotate(self, *, keep: bool) -> None:
        """Sign with a new key; the old ones stay published if so asked."""
        latest = self._published[-1] + 1
        self._published = [*(self._published if keep else ()), latest]

    def published(self) -> list[SigningKey]:
        """Return the keys whose signatures are good."""
        return [_made(number) for number in self._published]


def thumbprints(certificate: x509.Certificate) -> tuple[str, str]:
    """Return the ``x5t`` and the ``x5t#S256`` of a certificate."""
    encoded = certificate.public_bytes(Encoding.DER)
    old = hashlib.sha1(encoded, usedforsecurity=False)
    short, long = [
        base64.urlsafe_b64encode(one.digest()).rstrip(b"=").decode()
        for one in (old, hashlib.sha256(encoded))
    ]
    return short, long


@cache
def _made(number: int) -> SigningKey:
    private = generate_private_key(65537, BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SUBJECT)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(number + 1)
        .not_valid_before(SINCE)
        .not_valid_after(UNTIL)
        .sign(private, SHA256())
    )
    return SigningKey(private=private, certificate=certificate)
