"""Which properties exist, and what may be asked of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from app.sandbox.wire import bad_query

__all__ = ["Entity", "Kind"]

Kind = Literal["text", "id", "flag", "time", "number"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A type of Graph as far as queries know it.

    ``selectable`` are the properties for ``$select``, ``casts`` those of
    derived types, by their cast. ``filterable`` gives each path that a
    filter or an order may name its kind; ``refused`` are paths that exist
    and cannot be filtered by. ``lists`` are for ``any``.
    """

    name: str
    selectable: frozenset[str]
    defaults: frozenset[str]
    filterable: Mapping[str, Kind]
    refused: frozenset[str] = frozenset()
    lists: Mapping[str, Mapping[str, Kind]] = field(default_factory=dict)
    casts: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def select(self, text: str | None) -> frozenset[str]:
        """Return the properties that a ``$select`` asks for.

        Raises:
            GraphError: 400, for a property that the type lacks.
        """
        if text is None:
            return self.defaults
        names = [name.strip() for name in text.split(",")]
        if names == ["*"]:
            return self.defaults
        return frozenset(self._selected(name) for name in names) | {"id"}

    def unknown(self, name: str) -> Exception:
        """Return the refusal of a property that the type lacks."""
        return bad_query(
            f"Could not find a property named '{name}' on type '{self.name}'."
        )

    def _selected(self, name: str) -> str:
        cast, slash, prop = name.rpartition("/")
        known = self.casts.get(cast, ()) if slash else self.selectable
        if prop not in known:
            raise self.unknown(name)
        return prop
