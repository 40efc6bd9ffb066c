"""Find the route of a path in one walk along it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.routers.reads import Read

__all__ = ["Paths"]

_NOTHING: tuple[None, dict[str, str]] = (None, {})


class Paths:
    """Reads by the segments of their paths.

    A segment that is spelled out goes before one that may be anything, as in
    the order of the routes.
    """

    def __init__(self, reads: Iterable[Read]) -> None:
        self._root = _Segment()
        for read in reads:
            self._add(read)

    def find(self, path: str) -> tuple[Read | None, dict[str, str]]:
        """Return the read that a path leads to, and what stands in it."""
        at, found = self._root, []
        for segment in path.split("/"):
            onward = at.literal.get(segment)
            if onward is None:
                onward = at.anything
                found.append(segment)
            if onward is None or (onward is at.anything and not segment):
                return _NOTHING
            at = onward
        if at.read is None:
            return _NOTHING
        return at.read, dict(zip(at.read.names_in_path, found, strict=True))

    def _add(self, read: Read) -> None:
        at = self._root
        for segment in read.route.path.split("/"):
            if segment.startswith("{"):
                at.anything = at.anything or _Segment()
                at = at.anything
            else:
                at = at.literal.setdefault(segment, _Segment())
        at.read = read


@dataclass(slots=True)
class _Segment:
    """What may follow a segment, and the read that ends there."""

    literal: "dict[str, _Segment]" = field(default_factory=dict)
    anything: "_Segment | None" = None
    read: Read | None = None
