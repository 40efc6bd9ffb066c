"""Answers kept in the memory of one process."""

from collections import OrderedDict, defaultdict
from collections.abc import Callable
from typing import Generic, TypeVar

import lz4.block
from msgspec.structs import replace

from app.gateway.cache.keys import CacheKey
from app.gateway.cache.store import Entry
from app.models.answers import Answer

__all__ = ["MemoryStore"]

# What an entry takes beside its text: objects, keys and links between them.
_OVERHEAD = 2048
# Bytes from which on a text is packed; less would hardly shrink.
_WORTH_PACKING = 1024
# Of the room, what is for texts that are not.
_SHARE_UNPACKED = 32

T = TypeVar("T")

_Mailbox = tuple[str, str | None]


class _Lately(Generic[T]):
    """What was used lately, so many bytes of it.

    ``weigh`` tells how many bytes something has; ``going`` is told of each
    that is forgotten.
    """

    def __init__(
        self,
        most: int,
        weigh: Callable[[T], int],
        going: Callable[[CacheKey], None] | None = None,
    ) -> None:
        self.size = 0
        self._most = most
        self._weigh = weigh
        self._going = going
        self._entries: OrderedDict[CacheKey, T] = OrderedDict()

    def get(self, key: CacheKey) -> T | None:
        """Return what is there, which is used by that."""
        found = self._entries.get(key)
        if found is not None:
            self._entries.move_to_end(key)
        return found

    def peek(self, key: CacheKey) -> T | None:
        """Return what is there, which is not used by that."""
        return self._entries.get(key)

    def put(self, key: CacheKey, new: T) -> bool:
        """Keep something; tell whether there is room for it at all.

        It takes the place of what is there under the key.
        """
        size = self._weigh(new)
        if size > self._most:
            return False
        old = self._entries.get(key)
        if old is not None:
            self.size -= self._weigh(old)
        # The key stays the one that is there. If it were let go, whatever is
        # made next would take its room, far from all else that is in use.
        self._entries[key] = new
        self._entries.move_to_end(key)
        self.size += size
        while self.size > self._most:
            self.drop(next(iter(self._entries)))
        return True

    def drop(self, key: CacheKey) -> None:
        """Forget something, if it is there."""
        gone = self._entries.pop(key, None)
        if gone is None:
            return
        self.size -= self._weigh(gone)
        if self._going is not None:
            self._going(key)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._entries)


class _Packed(Entry):
    """An entry whose text is unpacked when somebody asks for it."""

    __slots__ = ("_key", "_open")

    def __init__(
        self,
        entry: Entry,
        key: CacheKey,
        open_: Callable[["_Packed", CacheKey], Answer],
    ) -> None:
        answer = entry.answer
        packed = replace(answer, body=lz4.block.compress(answer.body))
        super().__init__(packed, entry.stored_at, entry.tick, entry.spread)
        self._key = key
        self._open = open_

    @property
    def answer(self) -> Answer:
        return self._open(self, self._key)

    @property
    def packed(self) -> Answer:
        """The answer as it is kept."""
        return self._answer


class MemoryStore:
    """`Store` of one process: the least recently used go first.

    What is long is kept packed, to a quarter or less of its size. To unpack
    it takes as long as all else that is done for a kept answer, so that what
    was asked for lately is there as it is given, too.
    """

    def __init__(self, max_bytes: int) -> None:
        for_opened = max_bytes // _SHARE_UNPACKED
        self._kept: _Lately[Entry] = _Lately(
            max_bytes - for_opened, _kept_size, self._going
        )
        self._opened: _Lately[Answer] = _Lately(for_opened, _size)
        # One for all entries: Python makes another each time it is named.
        self._opener = self._unpacked
        # Which keys are about a mailbox is known without a search.
        self._about: defaultdict[_Mailbox, set[CacheKey]] = defaultdict(set)

    async def get(self, key: CacheKey) -> Entry | None:
        """Return what is kept under a key."""
        return self._kept.get(key)

    async def put(self, key: CacheKey, entry: Entry) -> None:
        """Keep an answer, unless a newer one is there or it is too large."""
        there = self._kept.peek(key)
        if there is not None and there.tick > entry.tick:
            return
        if len(entry.answer.body) >= _WORTH_PACKING:
            entry = _Packed(entry, key, self._opener)
        if not self._kept.put(key, entry):
            return
        if there is None:
            self._about[key.tenant, key.mailbox].add(key)
        else:
            self._opened.drop(key)

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

    def _unpacked(self, entry: _Packed, key: CacheKey) -> Answer:
        """Return an answer as it is given.

        It may have been replaced since somebody was given the entry.
        """
        is_there = self._kept.peek(key) is entry
        opened = self._opened.get(key) if is_there else None
        if opened is None:
            packed = entry.packed
            body = lz4.block.decompress(packed.body)
            opened = replace(packed, body=body)
            if is_there:
                self._opened.put(key, opened)
        return opened

    def _all_about(self, tenant: str, mailbox: str | None) -> list[CacheKey]:
        if mailbox is not None:
            return list(self._about.get((tenant, mailbox), ()))
        return [
            key
            for (owner, _), keys in self._about.items()
            if owner == tenant
            for key in keys
        ]


def _kept_size(entry: Entry) -> int:
    return _size(entry.packed if isinstance(entry, _Packed) else entry.answer)


def _size(answer: Answer) -> int:
    return len(answer.body) + _OVERHEAD
