"""Sorting, with the rule that ties it to the filter."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.sandbox.odata.evaluate import look_up
from app.sandbox.odata.fields import Entity
from app.sandbox.odata.nodes import Node, paths
from app.sandbox.wire import GraphError, bad_query

__all__ = ["Term", "check_against_filter", "parse_order", "sort"]

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One property to sort by."""

    path: str
    descending: bool


def parse_order(text: str | None, entity: Entity) -> list[Term]:
    """Read an ``$orderby``.

    Raises:
        GraphError: 400, when it is malformed or names what cannot be
            sorted by.
    """
    if text is None:
        return []
    return [_term(part.split(), text, entity) for part in text.split(",")]


def check_against_filter(order: list[Term], node: Node | None) -> None:
    """Refuse an order that Exchange cannot combine with the filter.

    Every property of the order must be in the filter, in the same order
    and before any other.

    Raises:
        GraphError: 400 InefficientFilter.
    """
    if node is None or not order:
        return
    filtered = list(dict.fromkeys(paths(node)))
    wanted = [term.path for term in order]
    if filtered[: len(wanted)] != wanted:
        raise GraphError(
            400,
            "InefficientFilter",
            "The restriction or sort order is too complex for this operation.",
        )


def sort(
    entries: list[Any], order: list[Term], of: Callable[[Any], Entry]
) -> list[Any]:
    """Return entries sorted; ``of`` gives the properties of one."""
    for term in reversed(order):
        path = term.path
        entries = sorted(
            entries,
            key=lambda entry: _sortable(look_up(of(entry), path)),
            reverse=term.descending,
        )
    return entries


def _term(words: list[str], text: str, entity: Entity) -> Term:
    match words:
        case [path]:
            descending = False
        case [path, ("asc" | "desc") as direction]:
            descending = direction == "desc"
        case _:
            raise bad_query(f"Syntax error in '$orderby={text}'.")
    if path not in entity.filterable:
        raise entity.unknown(path)
    return Term(path=path, descending=descending)


def _sortable(value: Any) -> tuple[bool, Any]:
    """Return a key under which what is missing comes first."""
    if isinstance(value, str):
        value = value.casefold()
    return (value is not None, value if value is not None else 0)
