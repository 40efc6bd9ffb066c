"""Answers kept in the memory of one process."""

from collections import OrderedDict, defaultdict
from collections.abc import Callable

import lz4.block
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


class _Lately:
    """Entries that were used lately, so many bytes of them.

    ``going`` is told of each that is forgotten or replaced.
    """

    def __init__(
        self, most: int, going: Callable[[CacheKey], None] | None = None
    ) -> None:
        self.size = 0
        self._most = most
        self._going = going
        self._entries: OrderedDict[CacheKey, Entry] = OrderedDict()

    def get(self, key: CacheKey) -> Entry | None:
        """Return an entry, which is used by that."""
        entry = self._entries.get(key)
        if entry is not None:
            self._entries.move_to_end(key)
        return entry

    def put(self, key: CacheKey, entry: Entry) -> bool:
        """Keep an entry; tell whether there is room for it at all."""
        size = _size(entry)
        if size > self._most:
            return False
        self.drop(key)
        while self.size + size > self._most:
            self.drop(next(iter(self._entries)))
        self._entries[key] = entry
        self.size += size
        return True

    def drop(self, key: CacheKey) -> None:
        """Forget an entry, if it is there."""
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        self.size -= _size(entry)
        if self._going is not None:
            self._going(key)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._entries)


class MemoryStore:
    """`Store` of one process: the least recently used go first.

    What is long is kept packed, to a quarter or less of its size. To unpack
    it takes as long as all else that is done for a kept answer, so that what
    was asked for lately is there as it is given, too.
    """

    def __init__(self, max_bytes: int) -> None:
        for_opened = max_bytes // _SHARE_UNPACKED
        self._kept = _Lately(max_bytes - for_opened, self._going)
        self._opened = _Lately(for_opened)
        # Which keys are about a mailbox is known without a search.
        self._about: defaultdict[_Mailbox, set[CacheKey]] = defaultdict(set)

    async def get(self, key: CacheKey) -> Entry | None:
        """Return what is kept under a key."""
        kept = self._kept.get(key)
        if kept is None or not _is_packed(kept):
            return kept
        opened = self._opened.get(key)
        if opened is None:
            opened = _unpacked(kept)
            self._opened.put(key, opened)
        return opened

    async def put(self, key: CacheKey, entry: Entry) -> None:
        """Keep an answer, unless a newer one is there or it is too large."""
        there = self._kept.get(key)
        if there is not None and there.tick > entry.tick:
            return
        if self._kept.put(key, _packed(entry)):
            self._about[key.tenant, key.mailbox].add(key)

    async def drop(self, key: CacheKey) -> None:
        """Forget an answer."""
        self._kept.drop(key)

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
            for key in self._all_about(tenant, mailbox)
            if principal in {None, key.principal}
        ]
        for key in doomed:
            self._kept.drop(key)
        return len(doomed)

    def bytes_used(self) -> int:
        """Return the size of what is kept."""
        return self._kept.size + self._opened.size

    def __len__(self) -> int:
        """Return how many answers are kept."""
        return len(self._kept)

    def _going(self, key: CacheKey) -> None:
        self._opened.drop(key)
        mailbox = key.tenant, key.mailbox
        self._about[mailbox].discard(key)
        if not self._about[mailbox]:
            del self._about[mailbox]

    def _all_about(self, tenant: str, mailbox: str | None) -> list[CacheKey]:
        if mailbox is not None:
            return list(self._about.get((tenant, mailbox), ()))
        return [
            key
            for (owner, _), keys in self._about.items()
            if owner == tenant
            for key in keys
        ]


def _packed(entry: Entry) -> Entry:
    body = entry.answer.body
    if len(body) < _WORTH_PACKING and not _is_packed(entry):
        return entry
    return _with_body(entry, _PACKED + lz4.block.compress(body))


def _unpacked(entry: Entry) -> Entry:
    packed = memoryview(entry.answer.body)[len(_PACKED) :]
    return _with_body(entry, lz4.block.decompress(packed))


def _is_packed(entry: Entry) -> bool:
    return entry.answer.body.startswith(_PACKED)


def _with_body(entry: Entry, body: bytes) -> Entry:
    return replace(entry, answer=replace(entry.answer, body=body))


def _size(entry: Entry) -> int:
    return len(entry.answer.body) + _OVERHEAD
