"""Parts of content (RFC 9110 §14). Pure.

What a request asks for in another unit, malformed or in several ranges is
answered with all of it, as §14.2 allows.
"""

import re
from typing import NamedTuple

from app.problems.refusals import RangeNotSatisfiable

__all__ = ["Part", "part_wanted"]

_RANGE = re.compile(
    r"\s*bytes\s*=\s*([0-9]{0,18})-([0-9]{0,18})\s*", re.IGNORECASE
)


class Part(NamedTuple):
    """Some bytes of a whole, from the first to the last of them."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """How many they are."""
        return self.last - self.first + 1


def part_wanted(
    wanted: str | None, condition: str | None, etag: str, size: int
) -> Part | None:
    """Return the part that a request asks for, None if it is the whole.

    Args:
        wanted: ``Range``.
        condition: ``If-Range``: the part is wanted only of this entity.
        etag: The entity tag of the content; a strong one.
        size: Its length in bytes.

    Raises:
        RangeNotSatisfiable: The content ends before the part begins.
    """
    found = _RANGE.fullmatch(wanted or "")
    # A date never matches: content here has none.
    if found is None or condition not in {None, etag} or size == 0:
        return None
    first, last = found.groups()
    if not first and not last:
        return None
    if not first:
        return _last(int(last), size)
    start = int(first)
    end = min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return None
    if start >= size:
        raise RangeNotSatisfiable(size)
    return Part(start, end)


def _last(count: int, size: int) -> Part:
    """Return the part that ends with the whole."""
    if count == 0:
        raise RangeNotSatisfiable(size)
    return Part(max(0, size - count), size - 1)
