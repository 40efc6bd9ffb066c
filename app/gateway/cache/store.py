"""Where answers are kept."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Protocol

from cachetools import LRUCache

from app.models.answers import Answer

__all__ = ["Entry", "MemoryStore", "Store"]

# What an entry takes beside its text: objects, keys and links between them.
_OVERHEAD = 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """A kept answer.

    Attributes:
        answer: Serialized and ready to be sent.
        stored_at: When Graph gave it, in seconds of the clock.
        tick: What `Writes` showed when Graph was asked.
    """

    answer: Answer
    stored_at: float
    tick: int


class Store(Protocol):
    """Keeps answers under keys; may forget any of them at any time."""

    async def get(self, key: Hashable) -> Entry | None:
        """Return what is kept under a key."""

    async def put(self, key: Hashable, entry: Entry) -> None:
        """Keep an answer in place of an older one."""

    async def drop(self, key: Hashable) -> None:
        """Forget an answer."""

    def bytes_used(self) -> int:
        """Return the size of what is kept."""


class MemoryStore:
    """`Store` of one process: the least recently used go first."""

    def __init__(self, max_bytes: int) -> None:
        self._entries: LRUCache[Hashable, Entry] = LRUCache(
            max_bytes, getsizeof=_size
        )

    async def get(self, key: Hashable) -> Entry | None:
        """Return what is kept under a key."""
        return self._entries.get(key)

    async def put(self, key: Hashable, entry: Entry) -> None:
        """Keep an answer, unless a newer one is there or it is too large."""
        there = self._entries.get(key)
        if there is not None and there.tick > entry.tick:
            return
        if _size(entry) <= self._entries.maxsize:
            self._entries[key] = entry

    async def drop(self, key: Hashable) -> None:
        """Forget an answer."""
        self._entries.pop(key, None)

    def bytes_used(self) -> int:
        """Return the size of what is kept."""
        return int(self._entries.currsize)


def _size(entry: Entry) -> int:
    return len(entry.answer.body) + _OVERHEAD
