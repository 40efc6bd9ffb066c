"""Keys, certificates and tokens that are made for a test run."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Self
from uuid import uuid4

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID
from jwt.algorithms import RSAAlgorithm

from app.clock import SystemClock
from app.sandbox.entra.credentials import Federation

__all__ = ["CLUSTER", "NEW", "OLD", "Pair", "elliptic", "federated", "weak"]

_NOW = SystemClock().wall().replace(microsecond=0)
_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "exchange-api")])
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A private key and its certificate."""

    key: Key
    certificate: x509.Certificate

    @classmethod
    def of(cls, key: Key, days: int = 90) -> Self:
        made = (
            x509.CertificateBuilder()
            .subject_name(_NAME)
            .issuer_name(_NAME)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(_NOW - timedelta(days=1))
            .not_valid_after(_NOW + timedelta(days=days))
            .sign(key, hashes.SHA256())
        )
        return cls(key=key, certificate=made)

    @property
    def ends(self) -> datetime:
        return self.certificate.not_valid_after_utc

    @property
    def public(self) -> str:
        """The certificate alone."""
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def private(
        self,
        password: str | None = None,
        form: PrivateFormat = PrivateFormat.PKCS8,
    ) -> str:
        """Return the key alone."""
        hidden = (
            BestAvailableEncryption(password.encode())
            if password
            else NoEncryption()
        )
        return self.key.private_bytes(Encoding.PEM, form, hidden).decode()

    @property
    def pem(self) -> str:
        """Both, as the service wants them."""
        return self.private() + self.public


@cache
def _key(number: int, bits: int = 2048) -> rsa.RSAPrivateKey:
    assert number >= 0
    return rsa.generate_private_key(public_exponent=65_537, key_size=bits)


OLD = Pair.of(_key(1), days=10)
NEW = Pair.of(_key(2), days=400)


CLUSTER = Federation(
    issuer="https://cluster.example",
    subject="system:serviceaccount:exchange:exchange-api",
    keys=(
        jwt.PyJWK.from_dict(
            RSAAlgorithm.to_jwk(_key(1).public_key(), as_dict=True)
            | {"kid": "cluster"}
        ),
    ),
)


def weak() -> Pair:
    """Return a pair whose key is too short to be taken."""
    return Pair.of(_key(3, bits=1024))


def elliptic() -> Pair:
    """Return a pair that is of no use with Entra ID."""
    return Pair.of(ec.generate_private_key(ec.SECP256R1()))


def federated(subject: str) -> str:
    """Return a token such as a cluster gives a pod, and gives anew."""
    now = int(_NOW.timestamp())
    claims = {
        "iss": CLUSTER.issuer,
        "sub": subject,
        "aud": "api://AzureADTokenExchange",
        "exp": now + 3600,
        "nbf": now,
        "jti": str(uuid4()),
    }
    return jwt.encode(claims, _key(1), "RS256", headers={"kid": "cluster"})
