"""Where a path of Graph leads: walks sets, navigations, casts, operations.

Graph takes the names in any case of letters.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from tests.support.schema_types import (
    NAMESPACE,
    Breach,
    Operation,
    Type,
    Types,
)

__all__ = ["Target", "resolve"]

# calendarView and instances take their window in the query, and cannot be
# indexed or written (user-list-calendarview, event-list-instances).
VIEWS = frozenset({"calendarView", "instances"})
# What a method may be used for; see `_Walk.kind`.
METHODS: Mapping[str, frozenset[str]] = {
    "GET": frozenset(
        {"set", "view", "item", "property", "count", "value", "function"}
    ),
    "POST": frozenset({"set", "action"}),
    "PATCH": frozenset({"item", "property"}),
    "PUT": frozenset({"value"}),
    "DELETE": frozenset({"item"}),
}


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a request is about.

    ``type`` is that of the resource: of what an operation returns, None if
    nothing; of the collection, if something is added to it.
    """

    kind: str
    type: Type | None
    operation: Operation | None = None


@dataclass(kw_only=True)
class _Walk:
    types: Types
    type: Type | None
    kind: str
    operation: Operation | None = None

    def step(self, segment: str) -> None:
        if self.type is None or self.kind in ("count", "value", "action"):
            raise Breach(f"nothing is below {self.kind}: {segment}")
        if segment in ("$count", "$value"):
            self._leave(segment)
        elif segment.startswith(NAMESPACE) and "(" not in segment:
            self._cast(segment.removeprefix(NAMESPACE))
        elif not self._operate(segment.partition("(")[0]):
            self._descend(segment)

    def _leave(self, segment: str) -> None:
        if self.type is None or self.type.many != (segment == "$count"):
            raise Breach(f"{segment} does not go with {self.kind}")
        self.kind = segment[1:]

    def _cast(self, name: str) -> None:
        if self.type is not None and self._operate(name):
            return
        known = self.types.names.get(name.lower(), name)
        if self.type is None or not self.types.is_a(known, self.type.name):
            raise Breach(f"there is no cast to {name}")
        self.type = self.type._replace(name=known)

    def _operate(self, name: str) -> bool:
        if self.type is None or self.type.name not in self.types.structures:
            return False
        found = self.types.operation(self.type, name)
        if found is None:
            return False
        self.kind, self.operation = found.kind, found
        self.type = found.returns
        return True

    def _descend(self, segment: str) -> None:
        if self.type is None:
            raise Breach(f"there is nothing below {self.kind}")
        if self.type.many:
            if self.kind != "set":
                raise Breach(f"a {self.kind} is not indexed by key")
            self.kind, self.type = "item", self.type.one
            return
        structure = self.types.structures.get(self.type.name)
        if structure is None:
            raise Breach(f"{self.type.name} has no members")
        name = structure.segments.get(segment.lower(), "")
        if name in structure.properties:
            self.kind, self.type = "property", structure.properties[name]
        elif name in structure.navigation:
            self.type = structure.navigation[name]
            self.kind = "set" if self.type.many else "item"
            if name in VIEWS:
                self.kind = "view"
        else:
            raise Breach(f"{structure.name} has no '{segment}'")


def resolve(types: Types, method: str, path: str) -> Target:
    """Return where a path below the version leads.

    Raises:
        Breach: It leads nowhere, or the method does not go with it.
    """
    first, *others = map(unquote, path.strip("/").split("/"))
    if first == "$batch" and not others:
        return Target(kind="batch", type=None)
    start = types.sets.get(first.lower())
    if start is None:
        raise Breach(f"there is no set '{first}'")
    kind = "set" if start.many else "item"
    walk = _Walk(types=types, type=start, kind=kind)
    for segment in others:
        walk.step(segment)
    allowed = METHODS.get(method, frozenset())
    if walk.kind not in allowed:
        raise Breach(f"{method} does not go with a {walk.kind}")
    return Target(kind=walk.kind, type=walk.type, operation=walk.operation)
