"""The syntax tree of a filter."""

from dataclasses import dataclass
from datetime import datetime

__all__ = [
    "AnyOf",
    "Compare",
    "Logic",
    "Node",
    "Not",
    "Test",
    "Value",
    "paths",
]

Value = str | bool | int | datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare:
    """``path op value``."""

    path: str
    operator: str
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """``function(path, 'text')``."""

    path: str
    function: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """``path/any(variable: inner)``; inner paths lack the variable.

    A comparison with the variable itself has an empty path.
    """

    path: str
    inner: "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """``not inner``."""

    inner: "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Logic:
    """``left and right``, ``left or right``."""

    operator: str
    left: "Node"
    right: "Node"


Node = Compare | Test | AnyOf | Not | Logic


def paths(node: Node) -> list[str]:
    """Return the properties of a filter in the order they appear."""
    match node:
        case Logic():
            return [*paths(node.left), *paths(node.right)]
        case Not():
            return paths(node.inner)
        case _:
            return [node.path]
