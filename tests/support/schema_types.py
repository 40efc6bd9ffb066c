"""Graph's types, and whether a JSON value is one of theirs.

How a value of a type is written stands in OData JSON Format 4.01, part 7.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

__all__ = [
    "BARE",
    "Breach",
    "Operation",
    "Structure",
    "Type",
    "Types",
    "View",
    "type_of",
]

NAMESPACE = "microsoft.graph."
CONTROL = frozenset(
    {
        *("@odata.context", "@odata.count", "@odata.deltaLink"),
        *("@odata.editLink", "@odata.etag", "@odata.id", "@odata.nextLink"),
        *("@odata.mediaContentType", "@odata.mediaEditLink"),
        *("@odata.mediaReadLink", "@odata.readLink", "@odata.type"),
        "@removed",
    }
)
MEMBER_CONTROL = frozenset(
    {
        *("associationLink", "bind", "context", "count", "mediaContentType"),
        *("mediaReadLink", "navigationLink", "nextLink", "type"),
    }
)
Check = Callable[[Any], None]


class Breach(AssertionError):
    """What is not as Microsoft's schema says, and where."""

    def __init__(self, why: str, where: str = "") -> None:
        super().__init__(f"{where or '.'}: {why}")
        self.why = why
        self.where = where

    def under(self, where: str) -> "Breach":
        """Return this, seen from one level higher."""
        return Breach(self.why, where + self.where)


class Type(NamedTuple):
    """A type as the facts write it."""

    name: str
    many: bool = False
    nullable: bool = True

    @property
    def one(self) -> "Type":
        """The type of a member of the collection."""
        return Type(self.name, many=False, nullable=False)


@dataclass(frozen=True, kw_only=True)
class View:
    """What an answer may contain: selected properties, expansions.

    ``select`` None stands for all properties; ``deep`` lets all navigations
    in, as requests may carry what belongs to a new item.
    """

    select: frozenset[str] | None = None
    expand: Mapping[str, "View"] = field(default_factory=dict)
    deep: bool = False


BARE = View()


@dataclass(frozen=True, kw_only=True)
class Operation:
    """An action or a function; parameters by their names in lower case."""

    kind: str
    parameters: Mapping[str, Type]
    returns: Type | None


@dataclass(frozen=True, kw_only=True)
class Structure:
    """An entity or complex type, with all that it inherits."""

    name: str
    ancestors: frozenset[str]
    abstract: bool
    has_any_member: bool
    properties: Mapping[str, Type]
    navigation: Mapping[str, Type]
    segments: Mapping[str, str]
    checks: dict[str, Check]


def type_of(written: str) -> Type:
    """Return a type from the way the facts write it."""
    text = written.removesuffix("!")
    name = text.strip("[]")
    return Type(name, many=name != text, nullable=text == written)


class Types:
    """All types of the facts, ready to check values."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self._written = facts["entities"] | facts["complex"]
        self.sets = {n: type_of(t) for n, t in facts["sets"].items()}
        self._enums = facts["enums"]
        self._operations = facts["operations"]
        self.structures: dict[str, Structure] = {}
        for name in self._written:
            self._build(name)
        self.names = {name.lower(): name for name in self.structures}

    def operation(self, target: Type, name: str) -> Operation | None:
        """Return what can be done to a type under a name."""
        for owner in (target.name, *self.structures[target.name].ancestors):
            key = f"[{owner}]" if target.many else owner
            written = self._operations.get(key, {}).get(name)
            if written is not None:
                return _operation(written)
        return None

    def members(self, name: str) -> frozenset[str] | None:
        """Return the members of an enumeration, None if it is none."""
        written = self._enums.get(name)
        return None if written is None else frozenset(written["members"])

    def is_a(self, name: str, base: str) -> bool:
        """Say whether a type is another or derives from it."""
        known = self.structures.get(name)
        return known is not None and (name == base or base in known.ancestors)

    def check(self, wanted: Type, value: Any, view: View = BARE) -> None:
        """Raise `Breach` unless a value is of a type."""
        if value is None and (wanted.many or not wanted.nullable):
            raise Breach(f"null is no {wanted.name}")
        if value is None:
            return
        if not wanted.many:
            self._single(wanted.name, value, view)
            return
        if not isinstance(value, list):
            raise Breach(f"{_short(value)} is no list")
        for at, one in enumerate(value):
            try:
                self._single(wanted.name, one, view)
            except Breach as breach:
                raise breach.under(f"[{at}]") from None

    def _single(self, name: str, value: Any, view: View) -> None:
        if name in self.structures:
            self._object(name, value, view)
        elif name in self._enums:
            self._enum(name, value)
        elif not PRIMITIVES[name](value):
            raise Breach(f"{_short(value)} is no {name}")

    def _enum(self, name: str, value: Any) -> None:
        written = self._enums[name]
        if not isinstance(value, str):
            raise Breach(f"{_short(value)} is no {name}")
        parts = value.split(",") if "flags" in written else [value]
        if unknown := set(parts) - set(written["members"]):
            raise Breach(f"{name} has no member {min(unknown)!r}")

    def _object(self, name: str, value: Any, view: View) -> None:
        if not isinstance(value, dict):
            raise Breach(f"{_short(value)} is no {name}")
        structure = self._actual(name, value)
        checks, select = structure.checks, view.select
        for key, inner in value.items():
            check = checks.get(key)
            if check is None:
                self._other(structure, key, inner, view)
                continue
            if select is not None and key not in select and key != "id":
                raise Breach("was not selected", f".{key}")
            try:
                check(inner)
            except Breach as breach:
                raise breach.under(f".{key}") from None

    def _actual(self, name: str, value: dict[str, Any]) -> Structure:
        written = value.get("@odata.type")
        if written is None:
            structure = self.structures[name]
            if structure.abstract:
                raise Breach(f"{name} is abstract: it needs an @odata.type")
            return structure
        actual = str(written).removeprefix("#").removeprefix(NAMESPACE)
        if not self.is_a(actual, name):
            raise Breach(f"{written} is no {name}", ".@odata.type")
        return self.structures[actual]

    def _other(
        self, structure: Structure, key: str, inner: Any, view: View
    ) -> None:
        """Check a member that is no property."""
        target = structure.navigation.get(key)
        if target is not None and (view.deep or key in view.expand):
            below = view if view.deep else view.expand[key]
            try:
                self.check(target, inner, below)
            except Breach as breach:
                raise breach.under(f".{key}") from None
        elif target is not None:
            raise Breach("was not asked for ($expand)", f".{key}")
        elif not _is_control(structure, key) and not structure.has_any_member:
            raise Breach(f"{structure.name} has no such property", f".{key}")

    def _build(self, name: str) -> Structure:
        if name in self.structures:
            return self.structures[name]
        written = self._written[name]
        base = self._build(written["base"]) if "base" in written else None
        own = {n: type_of(t) for n, t in written["properties"].items()}
        properties = (dict(base.properties) if base else {}) | own
        navigation = dict(base.navigation) if base else {}
        for member, target in written["navigation"].items():
            navigation[member] = type_of(target)
        self.structures[name] = Structure(
            name=name,
            ancestors=base.ancestors | {base.name} if base else frozenset(),
            abstract=written.get("abstract", False),
            # Exchange's own types are open too, but Exchange refuses what
            # it does not know.
            has_any_member=name == "openTypeExtension",
            properties=properties,
            navigation=navigation,
            segments={n.lower(): n for n in [*properties, *navigation]},
            checks={n: partial(self.check, t) for n, t in properties.items()},
        )
        return self.structures[name]


def _operation(written: Mapping[str, Any]) -> Operation:
    parameters = written["parameters"].items()
    return Operation(
        kind=written["kind"],
        parameters={name.lower(): type_of(one) for name, one in parameters},
        returns=type_of(written["returns"]) if "returns" in written else None,
    )


def _is_control(structure: Structure, key: str) -> bool:
    if key in CONTROL:
        return True
    name, _, control = key.partition("@odata.")
    known = name in structure.properties or name in structure.navigation
    return known and control in MEMBER_CONTROL


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _matches(pattern: str) -> Callable[[Any], bool]:
    compiled = re.compile(pattern)
    return lambda value: (
        isinstance(value, str) and compiled.fullmatch(value) is not None
    )


def _whole(bits: int) -> Callable[[Any], bool]:
    limit = 1 << (bits - 1)
    return lambda value: type(value) is int and -limit <= value < limit


def _number(value: Any) -> bool:
    return type(value) in (int, float) or value in ("INF", "-INF", "NaN")


def _binary(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        base64.b64decode(value, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        # The standard alphabet, which Graph writes.
        try:
            base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            return False
    return True


DATE = r"-?\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
CLOCK = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,12})?)?"
HEX = "[0-9a-fA-F]"
PRIMITIVES: dict[str, Callable[[Any], bool]] = {
    "Binary": _binary,
    "Boolean": lambda value: isinstance(value, bool),
    "Byte": lambda value: type(value) is int and 0 <= value <= 255,
    "Date": _matches(DATE),
    "DateTimeOffset": _matches(rf"{DATE}T{CLOCK}(Z|[+-]\d\d:\d\d)"),
    "Decimal": _number,
    "Double": _number,
    "Duration": _matches(
        r"-?P(?=[\dT])(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"
    ),
    "Guid": _matches(rf"{HEX}{{8}}-({HEX}{{4}}-){{3}}{HEX}{{12}}"),
    "Int16": _whole(16),
    "Int32": _whole(32),
    "Int64": _whole(64),
    "Single": _number,
    # Streams are read and written beside JSON.
    "Stream": lambda _: False,
    "String": lambda value: isinstance(value, str),
    "TimeOfDay": _matches(CLOCK),
    "Untyped": lambda _: True,
}
