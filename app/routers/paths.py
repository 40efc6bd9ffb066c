"""Find the route of a path in one walk along it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.routers.reads import Read
from app.routers.route import StrictRoute

__all__ = ["Paths"]

_NOTHING: tuple[None, dict[str, str]] = (None, {})


class Paths:
    """Reads by the segments of their paths.

    A segment that is spelled out goes before one that may be anything, as in
    the order of the routes.
    """

    def __init__(self, routes: Iterable[StrictRoute]) -> None:
        self._root = _Segment()
        self._longest = 0
        for route in routes:
            self._add(route)

    def find(self, path: str) -> tuple[Read | None, dict[str, str]]:
        """Return the read that a path leads to, and what stands in it."""
        at, found = self._root, []
        # The rest of a path that is longer than all of them is one segment.
        for segment in path.split("/", self._longest):
            onward = at.literal.get(segment)
            if onward is None:
                onward = at.anything
                found.append(segment)
            if onward is None or (onward is at.anything and not segment):
                return _NOTHING
            at = onward
        read = at.read or at.first_asked()
        if read is None:
            return _NOTHING
        return read, dict(zip(read.names_in_path, found, strict=True))

    def _add(self, route: StrictRoute) -> None:
        at, segments = self._root, route.path.split("/")
        self._longest = max(self._longest, len(segments))
        for segment in segments:
            if segment.startswith("{"):
                at.anything = at.anything or _Segment()
                at = at.anything
            else:
                at = at.literal.setdefault(segment, _Segment())
        at.route = route


@dataclass(slots=True)
class _Segment:
    """What may follow a segment, and the read that ends there.

    What that wants is found out when it is first asked for.
    """

    literal: "dict[str, _Segment]" = field(default_factory=dict)
    anything: "_Segment | None" = None
    route: StrictRoute | None = None
    read: Read | None = None

    def first_asked(self) -> Read | None:
        """Return the read that ends here, if one does."""
        if self.route is not None and Read.is_one(self.route):
            self.read = Read(self.route)
        else:
            self.route = None
        return self.read
