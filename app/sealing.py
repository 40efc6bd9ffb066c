"""Bytes that only this service can make and read."""

import hmac
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

__all__ = ["SealedBox", "derived"]

_KEY_BYTES = 32
_NONCE_BYTES = 12


class SealedBox:
    """Encrypts for whoever has the same secrets and the same purpose.

    AES-256-GCM (NIST SP 800-38D) under a key of its own for each binding,
    derived from a secret: what is moved to another binding does not open
    there, and random nonces cannot be used up.
    """

    def __init__(self, secrets_: Sequence[bytes], purpose: bytes) -> None:
        """Take the secrets and what they are used for.

        Args:
            secrets_: The first one seals, all of them open.
            purpose: What is sealed for another purpose does not open.
        """
        self._keys = [derived(secret, purpose) for secret in secrets_]

    def seal(self, plain: bytes, binding: bytes) -> bytes:
        """Return bytes that open under this binding only."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        cipher = _cipher(self._keys[0], binding)
        return nonce + cipher.encrypt(nonce, plain, None)

    def open(self, sealed: bytes, binding: bytes) -> bytes | None:
        """Return what was sealed; None if it was not, here or for this."""
        nonce, text = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        for key in self._keys:
            try:
                return _cipher(key, binding).decrypt(nonce, text, None)
            except (InvalidTag, ValueError):
                # Another key's, tampered with or cut short: for the caller
                # all the same, there is nothing.
                continue
        return None


def derived(secret: bytes, purpose: bytes) -> bytes:
    """Return a key of 32 bytes that serves one purpose (RFC 5869)."""
    kdf = HKDF(SHA256(), length=_KEY_BYTES, salt=None, info=purpose)
    return kdf.derive(secret)


def _cipher(key: bytes, binding: bytes) -> AESGCM:
    return AESGCM(hmac.digest(key, binding, "sha256"))
