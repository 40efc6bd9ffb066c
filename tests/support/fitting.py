"""Tell quickly that a value is as a JSON Schema wants it.

A validator that walks through a schema anew for each value takes longer than
the service does to answer. This one makes functions of the schema, once, and
knows the few keywords that the API document is written with. It says yes only
if it is sure: whoever hears no asks a real validator, which also says why.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["Fits", "Fitting"]

Fits = Callable[[Any], bool]
Schema = Mapping[str, Any]

# What says nothing about which values are right (JSON Schema 2020-12,
# Validation §7 to §9; there, formats are annotations too).
_NOTES = frozenset(
    {
        *("contentEncoding", "default", "description", "example"),
        *("examples", "format", "title"),
    }
)


class Fitting:
    """Makes such functions of the schemas of a document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._referred: dict[str, Fits] = {}

    def of(self, schema: Schema) -> Fits:
        """Return what says whether a value surely fits."""
        said = {k: v for k, v in schema.items() if k not in _NOTES}
        if set(said) == {"$ref"}:
            return self._ref(said["$ref"])
        if set(said) == {"anyOf"}:
            return _any([self.of(one) for one in said["anyOf"]])
        make = self._makers().get(said.pop("type", ""))
        return make(said) if make is not None else _unsure

    def _makers(self) -> dict[str, Callable[[dict[str, Any]], Fits]]:
        return {
            "array": self._array,
            "boolean": lambda said: _unsure if said else _is(bool),
            "integer": lambda said: _number(said, int),
            "null": lambda said: _unsure if said else _is(type(None)),
            "number": lambda said: _number(said, int, float),
            "object": self._object,
            "string": _string,
        }

    def _ref(self, pointer: str) -> Fits:
        """Return a function that is made when first used: models nest."""

        def fits(value: Any) -> bool:
            found = self._referred.get(pointer)
            if found is None:
                found = self.of(self._at(pointer))
                self._referred[pointer] = found
            return found(value)

        return fits

    def _at(self, pointer: str) -> Schema:
        found: Any = self._document
        for name in pointer.removeprefix("#/").split("/"):
            found = found[name]
        schema: Schema = found
        return schema

    def _array(self, said: dict[str, Any]) -> Fits:
        least, most = said.pop("minItems", 0), said.pop("maxItems", None)
        each = self.of(said.pop("items", {}))
        if said:
            return _unsure

        def fits(value: Any) -> bool:
            return (
                type(value) is list
                and len(value) >= least
                and (most is None or len(value) <= most)
                and all(map(each, value))
            )

        return fits

    def _object(self, said: dict[str, Any]) -> Fits:
        members = {
            name: self.of(schema)
            for name, schema in said.pop("properties", {}).items()
        }
        needed = frozenset(said.pop("required", ()))
        if said.pop("additionalProperties", True) is not False or said:
            return _unsure

        def fits(value: Any) -> bool:
            if type(value) is not dict or not needed <= value.keys():
                return False
            for name, held in value.items():
                member = members.get(name)
                if member is None or not member(held):
                    return False
            return True

        return fits


def _unsure(_value: Any) -> bool:
    return False


def _is(*kinds: type) -> Fits:
    """Compare types, of which none is a kind of another in JSON."""
    return lambda value: type(value) in kinds


def _any(choices: list[Fits]) -> Fits:
    return lambda value: any(fits(value) for fits in choices)


def _number(said: dict[str, Any], *kinds: type) -> Fits:
    least = said.pop("minimum", float("-inf"))
    most = said.pop("maximum", float("inf"))
    if said:
        return _unsure
    return lambda value: type(value) in kinds and least <= value <= most


def _string(said: dict[str, Any]) -> Fits:
    least, most = said.pop("minLength", 0), said.pop("maxLength", None)
    pattern = re.compile(said.pop("pattern", ""))
    known = said.pop("enum", None)
    if "const" in said:
        known = [said.pop("const")]
    if said:
        return _unsure

    def fits(value: Any) -> bool:
        return (
            type(value) is str
            and len(value) >= least
            and (most is None or len(value) <= most)
            and (known is None or value in known)
            and pattern.search(value) is not None
        )

    return fits
