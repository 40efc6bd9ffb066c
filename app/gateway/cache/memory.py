"""Answers kept in the memory of one process."""

from collections import defaultdict

from cachetools import LRUCache

from app.gateway.cache.keys import CacheKey
from app.gateway.cache.store import Entry

__all__ = ["MemoryStore"]

# What an entry takes beside its text: objects, keys and links between them.
_OVERHEAD = 1024

_Mailbox = tuple[str, str | None]


class _Entries(LRUCache[CacheKey, Entry]):
    """Knows which of its keys are about a mailbox, without a search."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(max_bytes, getsizeof=_size)
        self.about: defaultdict[_Mailbox, set[CacheKey]] = defaultdict(set)

    def __setitem__(self, key: CacheKey, value: Entry) -> None:
        super().__setitem__(key, value)
        self.about[key.tenant, key.mailbox].add(key)

    def __delitem__(self, key: CacheKey) -> None:
        super().__delitem__(key)
        mailbox = key.tenant, key.mailbox
        self.about[mailbox].discard(key)
        if not self.about[mailbox]:
            del self.about[mailbox]


class MemoryStore:
    """`Store` of one process: the least recently used go first."""

    def __init__(self, max_bytes: int) -> None:
        self._entries = _Entries(max_bytes)

    async def get(self, key: CacheKey) -> Entry | None:
        """Return what is kept under a key."""
        return self._entries.get(key)

    async def put(self, key: CacheKey, entry: Entry) -> None:
        """Keep an answer, unless a newer one is there or it is too large."""
        there = self._entries.get(key)
        if there is not None and there.tick > entry.tick:
            return
        if _size(entry) <= self._entries.maxsize:
            self._entries[key] = entry

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
        return int(self._entries.currsize)

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


def _size(entry: Entry) -> int:
    return len(entry.answer.body) + _OVERHEAD
