"""What an app shows Entra ID to prove that it is itself.

A secret, a certificate, or a token of an issuer that the app registration
trusts. Where it stands in a file, the file may change at any time.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from app.problems.causes import CredentialUnusable

__all__ = [
    "Credential",
    "Proof",
    "certificate",
    "federated_token",
    "in_file",
    "secret",
]

_MOST_BYTES = 100_000
_FEWEST_BITS = 2048
_TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What MSAL takes for its ``client_credential``, and when it ends."""

    shown: str | dict[str, Any] = field(repr=False)
    ends: datetime | None = None


class Credential:
    """Gives the proof of the moment.

    ``ends`` is when the last one does, or what was told of that.
    """

    def __init__(
        self,
        read: Callable[[], bytes],
        parse: Callable[[bytes], Proof],
        *,
        ends: datetime | None = None,
    ) -> None:
        self._read = read
        self._parse = parse
        self._content: bytes | None = None
        self._proof = Proof(shown="")
        self.ends = ends

    def proof(self) -> Proof:
        """Return what is to be shown: the same object until it changes.

        Blocks while a file is read.

        Raises:
            CredentialUnusable: There is none, and why.
        """
        content = self._read()
        if content != self._content:
            self._proof = self._parse(content)
            self._content = content
            self.ends = self._proof.ends or self.ends
        return self._proof


def in_file(path: Path) -> Callable[[], bytes]:
    """Return what reads a file.

    Raises `CredentialUnusable` if that cannot be done. Not even the path is
    quoted: it may be a secret that was set in the wrong place.
    """

    def read() -> bytes:
        try:
            with path.open("rb") as file:
                content = file.read(_MOST_BYTES + 1)
        except (OSError, ValueError) as e:
            why = e.strerror if isinstance(e, OSError) else "no path"
            raise _unusable(f"cannot be read: {why}") from None
        if len(content) > _MOST_BYTES:
            raise _unusable(f"is larger than {_MOST_BYTES} bytes")
        return content

    return read


def secret(content: bytes) -> Proof:
    """Return the proof that is a client secret."""
    return Proof(shown=_line(content))


def federated_token(content: bytes) -> Proof:
    """Return the proof that is a JSON web token of somebody else's."""
    token = _line(content)
    if not _TOKEN.fullmatch(token):
        raise _unusable("is no JSON web token")
    # MSAL warns of a token that is not asked for anew, which it is here.
    return Proof(shown={"client_assertion": lambda: token})


def certificate(password: str) -> Callable[[bytes], Proof]:
    """Return what makes a proof of a private key and its certificate.

    Args:
        password: What the key is encrypted with; empty, if it is not.
    """

    def parse(content: bytes) -> Proof:
        key = _private_key(content, password)
        own = _certificate_of(key.public_key(), content)
        private = key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
        return Proof(
            shown={
                "private_key": private.decode(),
                "public_certificate": own.public_bytes(Encoding.PEM).decode(),
            },
            ends=own.not_valid_after_utc,
        )

    return parse


def _private_key(content: bytes, password: str) -> RSAPrivateKey:
    if b"PRIVATE KEY-----" not in content:
        raise _unusable("has no private key")
    try:
        key = load_pem_private_key(content, password.encode() or None)
    except (TypeError, UnsupportedAlgorithm, ValueError):
        raise _unusable(
            "has a private key that cannot be read, or not with"
            " client_certificate_password"
        ) from None
    if not isinstance(key, RSAPrivateKey) or key.key_size < _FEWEST_BITS:
        raise _unusable(
            f"has a key that is not RSA of {_FEWEST_BITS} bits or more"
        )
    return key


def _certificate_of(key: RSAPublicKey, content: bytes) -> x509.Certificate:
    try:
        for known in x509.load_pem_x509_certificates(content):
            if known.public_key() == key:
                return known
    except (UnsupportedAlgorithm, ValueError):
        raise _unusable("has no certificate that can be read") from None
    raise _unusable("has no certificate of its key")


def _line(content: bytes) -> str:
    try:
        text = content.decode().strip()
    except UnicodeDecodeError:
        raise _unusable("is not text") from None
    if not text.isprintable() or not text:
        raise _unusable("is not one line of text")
    return text


def _unusable(flaw: str) -> CredentialUnusable:
    return CredentialUnusable(f"The app's credential {flaw}.")
