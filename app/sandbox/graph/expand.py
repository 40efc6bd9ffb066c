"""``$expand``: navigations with options of their own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.sandbox.wire import bad_query

__all__ = ["Expansion", "read_expand"]

# Strings are skipped whole, so that what they contain is no syntax.
PIECE = re.compile(r"'(?:[^']|'')*'|[(),;]|[^'(),;]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """One navigation property and the options inside its parentheses."""

    name: str
    options: Mapping[str, str]


def read_expand(text: str | None, *known: str) -> list[Expansion]:
    """Read an ``$expand``.

    Raises:
        GraphError: 400, when it is malformed or names what is not there.
    """
    if text is None:
        return []
    expansions = [_expansion(part) for part in _split(text, ",")]
    for expansion in expansions:
        if expansion.name not in known:
            raise bad_query(
                f"Could not find a property named '{expansion.name}' to "
                "expand."
            )
    return expansions


def _expansion(text: str) -> Expansion:
    name, bracket, rest = text.strip().partition("(")
    if bracket and not rest.endswith(")"):
        raise bad_query(f"Syntax error in '$expand={text}'.")
    options = {}
    for part in _split(rest[:-1], ";") if bracket else ():
        option, equals, value = part.strip().partition("=")
        if not equals:
            raise bad_query(f"Syntax error in '$expand={text}'.")
        options[option.removeprefix("$").lower()] = value
    return Expansion(name=name, options=options)


def _split(text: str, mark: str) -> list[str]:
    """Split at a mark, but not inside parentheses or strings."""
    parts = [""]
    depth = 0
    for piece in PIECE.findall(text):
        depth += (piece == "(") - (piece == ")")
        if piece == mark and depth == 0:
            parts.append("")
        else:
            parts[-1] += piece
    if depth:
        raise bad_query(f"Unbalanced parentheses in '{text}'.")
    return parts
