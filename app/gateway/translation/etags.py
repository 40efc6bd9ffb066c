"""Entity tags of items: Graph's change key and the representation.

Ours are strong and Graph's weak, since two representations of one state
differ in their bytes (RFC 9110 §8.8.3). The change key is what both share:
``"CQAAABYAAA==.html.2"`` here is ``W/"CQAAABYAAA=="`` there.
"""

import re

__all__ = [
    "change_key_of",
    "graph_tag",
    "is_same_state",
    "item_tag",
    "matches_weakly",
]

# Raised whenever the same state of an item is shown otherwise than before.
_FORM = "2"
_OURS = re.compile(
    r'"([A-Za-z0-9+/=_-]{1,512})\.[A-Za-z0-9@/_+-]{1,100}\.[0-9]{1,4}"'
)
_THEIRS = re.compile(r'W/"([^"]{1,512})"')


def item_tag(change_key: str, representation: str) -> str:
    """Return our entity tag, quotes included."""
    return f'"{change_key}.{representation}.{_FORM}"'


def change_key_of(tag: str) -> str | None:
    """Return the change key in an entity tag of ours or of Graph's."""
    found = _OURS.fullmatch(tag) or _THEIRS.fullmatch(tag)
    return found[1] if found else None


def graph_tag(tag: str) -> str | None:
    """Return Graph's entity tag for one of ours, None if it is not ours."""
    found = _OURS.fullmatch(tag)
    return f'W/"{found[1]}"' if found else None


def matches_weakly(one: str, other: str) -> bool:
    """Compare entity tags as ``If-None-Match`` does (RFC 9110 §8.8.3.2)."""
    return one.removeprefix("W/") == other.removeprefix("W/")


def is_same_state(one: str, other: str) -> bool:
    """Tell whether two entity tags are of the same state of an item."""
    key = change_key_of(one)
    return key is not None and key == change_key_of(other)
