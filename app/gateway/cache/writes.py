"""Which answers a write has made out of date."""

from collections import OrderedDict

from app.gateway.calls import ScopeKey

__all__ = ["Writes"]

_MOST_KEYS = 100_000


class Writes:
    """A count of writes by which reads can tell whether one came between.

    An answer is as good as new only if Graph was asked for it after the last
    write to its mailbox. This also keeps a slow read that began before a
    write from passing for a later one.
    """

    def __init__(self) -> None:
        self._tick = 0
        self._last: OrderedDict[ScopeKey, int] = OrderedDict()
        self._forgotten = 0

    def stamp(self) -> int:
        """Return what to note down when Graph is asked; it only grows.

        So it also tells which of two answers was asked for later.
        """
        self._tick += 1
        return self._tick

    def note(self, key: ScopeKey) -> None:
        """Note that something is, or was, written."""
        self._tick += 1
        self._last[key] = self._tick
        self._last.move_to_end(key)
        if len(self._last) > _MOST_KEYS:
            # Of what is forgotten, it is assumed that it was written last.
            _, self._forgotten = self._last.popitem(last=False)

    def last(self, key: ScopeKey) -> int:
        """Return the count as of the last write."""
        return self._last.get(key, self._forgotten)
