"""Filters and orders checked against a type, and applied."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from app.sandbox.clock import parse_utc
from app.sandbox.odata.fields import Entity, Kind
from app.sandbox.odata.nodes import (
    AnyOf,
    Compare,
    Logic,
    Node,
    Not,
    Test,
    Value,
)
from app.sandbox.wire import GraphError, bad_query

__all__ = ["Matcher", "compile_filter", "look_up"]

Matcher = Callable[[Any], bool]
Fields = Mapping[str, Kind]

TYPES: dict[Kind, type | tuple[type, ...]] = {
    "text": str,
    "id": str,
    "flag": bool,
    "time": datetime,
    "number": int,
}
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: bool(a == b),
    "ne": lambda a, b: bool(a != b),
    "gt": lambda a, b: bool(a > b),
    "ge": lambda a, b: bool(a >= b),
    "lt": lambda a, b: bool(a < b),
    "le": lambda a, b: bool(a <= b),
}
TESTS: dict[str, Callable[[str, str], bool]] = {
    "contains": str.__contains__,
    "startswith": str.startswith,
    "endswith": str.endswith,
}


def compile_filter(node: Node, entity: Entity) -> Matcher:
    """Return a test of entities (dicts of Graph's properties).

    Raises:
        GraphError: 400, for a property that does not exist, cannot be
            filtered by, or is compared with a value of another type.
    """
    match node:
        case Logic():
            return _logic(node, entity)
        case Not():
            inner = compile_filter(node.inner, entity)
            return lambda entry: not inner(entry)
        case AnyOf():
            return _any(node, entity)
        case _:
            return _leaf(node, entity.filterable, entity)


def look_up(entry: Any, path: str) -> Any:
    """Return the value at a path such as ``from/emailAddress/address``."""
    for name in path.split("/") if path else ():
        entry = entry.get(name) if isinstance(entry, Mapping) else None
    return entry


def _logic(node: Logic, entity: Entity) -> Matcher:
    left = compile_filter(node.left, entity)
    right = compile_filter(node.right, entity)
    if node.operator == "and":
        return lambda entry: left(entry) and right(entry)
    return lambda entry: left(entry) or right(entry)


def _any(node: AnyOf, entity: Entity) -> Matcher:
    if node.path not in entity.lists:
        raise _refusal(node.path, entity)
    inner = _inner(node.inner, entity.lists[node.path], entity)
    path = node.path
    return lambda entry: any(inner(one) for one in look_up(entry, path) or ())


def _inner(node: Node, fields: Fields, entity: Entity) -> Matcher:
    """Compile the inside of an ``any``, over the members of a list."""
    match node:
        case Logic():
            parts = [
                _inner(node.left, fields, entity),
                _inner(node.right, fields, entity),
            ]
            whole = all if node.operator == "and" else any
            return lambda entry: whole(part(entry) for part in parts)
        case Not() | AnyOf():
            raise _invalid_nodes()
        case _:
            return _leaf(node, fields, entity)


def _leaf(node: Compare | Test, fields: Fields, entity: Entity) -> Matcher:
    kind = fields.get(node.path)
    if kind is None:
        raise _refusal(node.path, entity)
    _check_type(node, kind)
    wanted = _comparable(node.value, kind)
    if isinstance(node, Test):
        return _test(node, wanted, kind)
    return _compare(node, wanted, kind)


def _test(node: Test, wanted: Any, kind: Kind) -> Matcher:
    test, path = TESTS[node.function], node.path

    def matches(entry: Any) -> bool:
        value = _comparable(look_up(entry, path), kind)
        return value is not None and test(value, wanted)

    return matches


def _compare(node: Compare, wanted: Any, kind: Kind) -> Matcher:
    compare, path, operator = (
        COMPARISONS[node.operator],
        node.path,
        node.operator,
    )

    def matches(entry: Any) -> bool:
        value = _comparable(look_up(entry, path), kind)
        if value is None or wanted is None:
            return operator in ("eq", "ne") and compare(value, wanted)
        return compare(value, wanted)

    return matches


def _comparable(value: Any, kind: Kind) -> Any:
    """Bring a value into the form in which Exchange compares it."""
    if isinstance(value, str):
        if kind == "text":
            return value.casefold()
        if kind == "time":
            return parse_utc(value)
    return value


def _check_type(node: Compare | Test, kind: Kind) -> None:
    value: Value = node.value
    fits = value is None or (
        isinstance(value, TYPES[kind])
        and isinstance(value, bool) == (kind == "flag")
    )
    if not fits or (isinstance(node, Test) and kind not in ("text", "id")):
        raise bad_query(
            "A binary operator with incompatible types was detected: "
            f"'{node.path}' is not compared with such a value."
        )


def _refusal(path: str, entity: Entity) -> Exception:
    known = path in entity.filterable or path in entity.lists
    head = path.split("/", maxsplit=1)[0]
    if known or path in entity.refused or head in entity.refused:
        return _invalid_nodes()
    return entity.unknown(path)


def _invalid_nodes() -> GraphError:
    return GraphError(
        400,
        "ErrorInvalidUrlQueryFilter",
        "The query filter contains one or more invalid nodes.",
    )
