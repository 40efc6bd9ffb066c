"""Answers kept in the memory of one process."""

from collections import defaultdict

import lz4.block
from cachetools import LRUCache
from msgspec.structs import replace

from app.gateway.cache.keys import CacheKey
from app.gateway.cache.store import Entry

__all__ = ["MemoryStore"]

# What an entry takes beside its text: objects, keys and links between them.
_OVERHEAD = 2048
# Bytes from which on a text is packed; less would hardly shrink.
_WORTH_PACKING = 1024
# Of the room, what is for texts that are not.
_SHARE_UNPACKED = 32
# No JSON begins like that.
_PACKED = b"\0lz4"

_Mailbox = tuple[str, str | None]


class _Entries(LRUCache[CacheKey, Entry]):
    """Knows which of its keys are about a mailbox, without a search.

    ``lately`` has some of them beside what they are when unpacked.
    """

    def __init__(self, max_bytes: int) -> None:
        open_bytes = max_bytes // _SHARE_UNPACKED
        super().__init__(max_bytes - open_bytes, getsizeof=_size)
        self.about: defaultdict[_Mailbox, set[CacheKey]] = defaultdict(set)
        self.lately: LRUCache[CacheKey, tuple[Entry, Entry]] = LRUCache(
            open_bytes, getsizeof=lambda both: _size(both[1])
        )

    def __setitem__(self, key: CacheKey, value: Entry) -> None:
        super().__setitem__(key, value)
        self.lately.pop(key, None)
        self.about[key.tenant, key.mailbox].add(key)

    def __delitem__(self, key: CacheKey) -> None:
        super().__delitem__(key)
        self.lately.pop(key, None)
        mailbox = key.tenant, key.mailbox
        self.about[mailbox].discard(key)
        if not self.about[mailbox]:
            del self.about[mailbox]

    def unpacked(self, key: CacheKey, packed: Entry) -> Entry:
        """Return an entry of these as it was put in."""
        both = self.lately.get(key)
        if both is not None and both[0] is packed:
            return both[1]
        entry = _unpacked(packed)
        if entry is not packed and _size(entry) <= self.lately.maxsize:
            self.lately[key] = packed, entry
        return entry


class MemoryStore:
    """`Store` of one process: the least recently used go first.

    What is long is kept packed, to a quarter or less of its size. To unpack
    it takes as long as all else that is done for a kept answer, so that what
    was asked for lately is there as it is given, too.
    """

    def __init__(self, max_bytes: int) -> None:
        self._entries = _Entries(max_bytes)

    async def get(self, key: CacheKey) -> Entry | None:
        """Return what is kept under a key."""
        kept = self._entries.get(key)
        return None if kept is None else self._entries.unpacked(key, kept)

    async def put(self, key: CacheKey, entry: Entry) -> None:
        """Keep an answer, unless a newer one is there or it is too large."""
        there = self._entries.get(key)
        if there is not None and there.tick > entry.tick:
            return
        packed = _packed(entry)
        if _size(packed) <= self._entries.maxsize:
            self._entries[key] = packed

    async def drop(self, key: CacheKey) -> None:
        """Forget an answer."""
        self._entries.pop(key, None)

    async def purge(
        self,
        tenant: str,
        mailbox: str | None = None,
        *,
        principal: str | None = None,
    ) -> int:
        """Forget all answers of a tenant; see `Store`."""
        doomed = [
            key
            for key in self._about(tenant, mailbox)
            if principal in {None, key.principal}
        ]
        for key in doomed:
            del self._entries[key]
        return len(doomed)

    def bytes_used(self) -> int:
        """Return the size of what is kept."""
        return int(self._entries.currsize + self._entries.lately.currsize)

    def __len__(self) -> int:
        """Return how many answers are kept."""
        return len(self._entries)

    def _about(self, tenant: str, mailbox: str | None) -> list[CacheKey]:
        about = self._entries.about
        if mailbox is not None:
            return list(about.get((tenant, mailbox), ()))
        return [
            key
            for (owner, _), keys in about.items()
            if owner == tenant
            for key in keys
        ]


def _packed(entry: Entry) -> Entry:
    body = entry.answer.body
    if len(body) < _WORTH_PACKING and not body.startswith(_PACKED):
        return entry
    return _with_body(entry, _PACKED + lz4.block.compress(body))


def _unpacked(entry: Entry) -> Entry:
    body = entry.answer.body
    if not body.startswith(_PACKED):
        return entry
    return _with_body(
        entry, lz4.block.decompress(memoryview(body)[len(_PACKED) :])
    )


def _with_body(entry: Entry, body: bytes) -> Entry:
    return replace(entry, answer=replace(entry.answer, body=body))


def _size(entry: Entry) -> int:
    return len(entry.answer.body) + _OVERHEAD
