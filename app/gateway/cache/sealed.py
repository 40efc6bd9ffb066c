"""Entries as bytes that only this service can make and read."""

from collections.abc import Sequence

import msgspec

from app.gateway.cache.keys import CacheKey
from app.gateway.cache.store import Entry
from app.models.answers import Answer
from app.sealing import SealedBox

__all__ = ["Sealer"]

_PURPOSE = b"exchange-api cache 1"


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

    An entry that is moved to another cache key does not open there. Inside is
    MessagePack of a fixed shape, so that opening never makes anything but an
    entry.
    """

    def __init__(self, keys: Sequence[bytes], release: str) -> None:
        """Take the secrets and the release.

        Args:
            keys: The first one seals, all of them open.
            release: Which translations made the answers; those of another
                release are not understood.
        """
        self._box = SealedBox(keys, _PURPOSE)
        self._release = release

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
        return self._box.seal(
            msgspec.msgpack.encode(packed), self._binding(key)
        )

    def open(self, key: CacheKey, sealed: bytes) -> Entry | None:
        """Return the entry; None if it was not sealed here for this key."""
        plain = self._box.open(sealed, self._binding(key))
        if plain is None:
            return None
        try:
            return _unpacked(_DECODER.decode(plain))
        except msgspec.DecodeError:
            return None

    def _binding(self, key: CacheKey) -> bytes:
        return msgspec.msgpack.encode((self._release, key.encoded()))


def _unpacked(packed: _Packed) -> Entry:
    answer = Answer(
        body=packed.body,
        etag=packed.etag,
        next_cursor=packed.next_cursor,
        created=packed.created,
    )
    return Entry(answer, packed.stored_at, packed.tick, packed.spread)
