"""Entries as bytes that only this service can make and read."""

import hmac
import secrets
from collections.abc import Sequence

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.gateway.cache.keys import CacheKey
from app.gateway.cache.store import Entry
from app.models.answers import Answer

__all__ = ["Sealer"]

_PURPOSE = b"exchange-api cache 1"
_KEY_BYTES = 32
_NONCE_BYTES = 12


class _Packed(msgspec.Struct, array_like=True, frozen=True):
    body: bytes
    etag: str | None
    next_cursor: str | None
    created: str | None
    stored_at: float
    tick: int
    spread: float


_DECODER = msgspec.msgpack.Decoder(_Packed)


class Sealer:
    """Encrypts entries for stores outside the process.

    AES-256-GCM (NIST SP 800-38D) under a key of its own for each cache key,
    derived from a secret: an entry that is moved to another key does not
    open there, and random nonces cannot be used up. Inside is MessagePack of
    a fixed shape, so that opening never makes anything but an entry.
    """

    def __init__(self, keys: Sequence[bytes], release: str) -> None:
        """Take the secrets and the release.

        Args:
            keys: The first one seals, all of them open.
            release: Which translations made the answers; those of another
                release are not understood.
        """
        self._keys = [_derived(key) for key in keys]
        self._release = release.encode()

    def seal(self, key: CacheKey, entry: Entry) -> bytes:
        """Return an entry as bytes that are good under this key only."""
        answer = entry.answer
        packed = _Packed(
            body=answer.body,
            etag=answer.etag,
            next_cursor=answer.next_cursor,
            created=answer.created,
            stored_at=entry.stored_at,
            tick=entry.tick,
            spread=entry.spread,
        )
        nonce = secrets.token_bytes(_NONCE_BYTES)
        cipher = _cipher(self._keys[0], key)
        plain = msgspec.msgpack.encode(packed)
        return nonce + cipher.encrypt(nonce, plain, self._release)

    def open(self, key: CacheKey, sealed: bytes) -> Entry | None:
        """Return the entry; None if it was not sealed here for this key."""
        nonce, text = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        for secret in self._keys:
            try:
                plain = _cipher(secret, key).decrypt(
                    nonce, text, self._release
                )
                return _unpacked(_DECODER.decode(plain))
            except (InvalidTag, ValueError):
                # Another key's, tampered with, cut short or of no known
                # shape: for the caller all the same, there is nothing.
                continue
        return None


def _unpacked(packed: _Packed) -> Entry:
    answer = Answer(
        body=packed.body,
        etag=packed.etag,
        next_cursor=packed.next_cursor,
        created=packed.created,
    )
    return Entry(answer, packed.stored_at, packed.tick, packed.spread)


def _derived(secret: bytes) -> bytes:
    kdf = HKDF(SHA256(), length=_KEY_BYTES, salt=None, info=_PURPOSE)
    return kdf.derive(secret)


def _cipher(secret: bytes, key: CacheKey) -> AESGCM:
    return AESGCM(hmac.digest(secret, key.encoded(), "sha256"))
