"""Checks of the values in request bodies: what each may be.

Each returns the value as it is stored, or raises an AttributeError, KeyError,
TypeError or ValueError for one of another type.
"""

from collections.abc import Callable
from typing import Any

__all__ = [
    "Check",
    "boolean",
    "members",
    "one_of",
    "optional_text",
    "people",
    "person",
    "person_or_none",
    "text",
    "texts",
    "whole_number",
]

Check = Callable[[Any], Any]
# The sign is one of the 32 bits of an Edm.Int32.
INT32 = 32


def text(value: Any) -> str:
    """Take text."""
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def optional_text(value: Any) -> str | None:
    """Take text or null."""
    return None if value is None else text(value)


def boolean(value: Any) -> bool:
    """Take true or false; as text too, as Microsoft's OData library does.

    python-o365 writes events like that.
    """
    if isinstance(value, str):
        return {"true": True, "false": False}[value.strip().lower()]
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def whole_number(value: Any) -> int:
    """Take a number of 32 bits."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(value)
    if value.bit_length() >= INT32:
        raise ValueError(value)
    return value


def texts(value: Any) -> list[str]:
    """Take a list of texts."""
    if not isinstance(value, list):
        raise TypeError(value)
    return [text(one) for one in value]


def one_of(*allowed: str) -> Check:
    """Return a check that takes one of some words, in any case."""
    names = {name.lower(): name for name in allowed}
    return lambda value: names[text(value).lower()]


def members(value: Any, *allowed: str) -> dict[str, Any]:
    """Take an object with no members but these."""
    if not isinstance(value, dict) or set(value) - set(allowed):
        raise ValueError(value)
    return value


def person(value: Any) -> dict[str, Any]:
    """Take a recipient."""
    inner = members(value, "emailAddress")["emailAddress"]
    address = text(members(inner, "address", "name")["address"])
    name = optional_text(inner.get("name")) or address
    return {"emailAddress": {"name": name, "address": address}}


def person_or_none(value: Any) -> dict[str, Any] | None:
    """Take a recipient or null."""
    return None if value is None else person(value)


def people(value: Any) -> list[dict[str, Any]]:
    """Take a list of recipients."""
    if not isinstance(value, list):
        raise TypeError(value)
    return [person(one) for one in value]
