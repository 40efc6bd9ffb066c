"""Filters cut into words."""

import re
from dataclasses import dataclass

from app.sandbox.wire import GraphError, bad_query

__all__ = ["Word", "cut", "syntax_error"]

PATTERN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<text>'(?:[^']|'')*')
  | (?P<time>\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2})?)?)
  | (?P<number>-?\d+(?![\w-]))
  | (?P<mark>[(),:])
  | (?P<name>[A-Za-z_@][\w.]*(?:/[A-Za-z_@][\w.]*)*)
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a filter: its kind, its text, where it starts."""

    kind: str
    text: str
    at: int


def cut(source: str) -> list[Word]:
    """Cut a filter into words; the last one is of the kind ``end``.

    Raises:
        GraphError: at a character that starts no word.
    """
    words = []
    at = 0
    while at < len(source):
        found = PATTERN.match(source, at)
        if found is None:
            raise syntax_error(source, at)
        kind = str(found.lastgroup)
        if kind != "space":
            words.append(Word(kind, found.group(), at))
        at = found.end()
    return [*words, Word("end", "", at)]


def syntax_error(source: str, at: int) -> GraphError:
    """Return Graph's refusal of a malformed filter."""
    return bad_query(
        f"Invalid filter clause: Syntax error at position {at} in '{source}'."
    )
