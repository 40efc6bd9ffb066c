"""Tokens as nobody should take them, made by hand."""

import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
)

from app.sandbox import Sandbox
from tests.support.issuing import (
    app_claims,
    encoded,
    jwk,
    private_key,
    signed,
)

__all__ = ["EVIL", "Forge"]

EVIL = "https://evil.example/keys"


class Forge:
    """What an attacker has: good tokens, public keys, and own keys.

    To show that a claim is what a token is refused for, some are signed with
    Entra ID's own key.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self.claims = app_claims(sandbox.now.timestamp())
        self._key = sandbox.entra.keys.current

    @property
    def kid(self) -> str:
        """The name of the key with which Entra ID signs."""
        return self._key.id

    @property
    def good(self) -> str:
        """A token that is good."""
        return self.entra()

    @property
    def pem(self) -> bytes:
        """The public key, as it is written down."""
        return self._key.public.public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )

    def entra(self, claims: object = None, **header: Any) -> str:
        """Return a token that Entra ID would sign, were it asked to."""
        return self._signed(self._key.private, claims, header)

    def own(self, claims: object = None, **header: Any) -> str:
        """Return a token signed with the attacker's key."""
        return self._signed(private_key("evil"), claims, header)

    def unsigned(self, algorithm: object, signature: bytes = b"") -> str:
        """Return a good token's claims with another algorithm."""
        header = {"typ": "JWT", "alg": algorithm, "kid": self.kid}
        return self._joined(header, signature)

    def hmac(self, key: bytes, **header: Any) -> str:
        """Return a token with a code by that key."""
        head = {"typ": "JWT", "alg": "HS256", "kid": self.kid, **header}
        text = f"{encoded(head)}.{encoded(self.claims)}"
        code = HMAC(key, SHA256())
        code.update(text.encode())
        return f"{text}.{encoded(code.finalize())}"

    def pss(self) -> str:
        """Return a token signed in one way that says it was in another."""
        head = {"alg": "RS256", "kid": self.kid}
        text = f"{encoded(head)}.{encoded(self.claims)}"
        way = PSS(MGF1(SHA256()), PSS.DIGEST_LENGTH)
        signature = self._key.private.sign(text.encode(), way, SHA256())
        return f"{text}.{encoded(signature)}"

    def twice(self, name: str, value: object) -> str:
        """Return a token of Entra ID's that says something twice."""
        text = json.dumps(self.claims)
        more = json.dumps({name: value})
        return self.entra(f"{more[:-1]},{text[1:]}".encode())

    def raw(self, name: str, text: str) -> str:
        """Return a token of Entra ID's with a value as it is written."""
        marked = json.dumps({**self.claims, name: "MARK"})
        return self.entra(marked.replace('"MARK"', text).encode())

    @property
    def parts(self) -> list[str]:
        """The three parts of a good token."""
        return self.good.split(".")

    @property
    def embedded(self) -> dict[str, Any]:
        """The attacker's own public key."""
        return jwk("evil")

    def _signed(
        self, key: RSAPrivateKey, claims: object, header: dict[str, Any]
    ) -> str:
        head = {"typ": "JWT", "alg": "RS256", "kid": self.kid, **header}
        head = {name: value for name, value in head.items() if value != ...}
        return signed(head, self.claims if claims is None else claims, key)

    def _joined(self, header: object, signature: bytes) -> str:
        claims = encoded(self.claims)
        return f"{encoded(header)}.{claims}.{encoded(signature)}"
