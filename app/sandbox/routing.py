"""Which route a path is, and what Graph says when it is none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from app.sandbox.wire import GraphError, bad_query

__all__ = ["Found", "Router"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Generic[T]):
    """A route: its template, what it leads to, what is in its path."""

    template: str
    target: T
    params: Mapping[str, str]


@dataclass(slots=True)
class _Node(Generic[T]):
    static: dict[str, "_Node[T]"] = field(default_factory=dict)
    param: "tuple[str, _Node[T]] | None" = None
    template: str = ""
    targets: dict[str, T] = field(default_factory=dict)

    def below(self, part: str) -> "_Node[T]":
        """Return the node for a part of a template, made if need be."""
        if not part.startswith("{"):
            return self.static.setdefault(part.lower(), _Node())
        if self.param is None:
            self.param = (part.strip("{}"), _Node())
        return self.param[1]


class Router(Generic[T]):
    """A tree of path segments; fixed ones win, in any case of letters."""

    def __init__(self, routes: Iterable[tuple[str, str, T]]) -> None:
        self._root: _Node[T] = _Node()
        self._names: list[tuple[str, str]] = []
        for method, template, target in routes:
            self._names.append((method, template))
            node = self._root
            for part in template.strip("/").split("/"):
                node = node.below(part)
            node.template = template
            node.targets[method] = target

    @property
    def names(self) -> tuple[tuple[str, str], ...]:
        """Every route's method and template."""
        return tuple(self._names)

    def find(self, method: str, segments: tuple[str, ...]) -> Found[T]:
        """Return the route of a request.

        Raises:
            GraphError: 400 for a path that there is not, 405 for a method
                that it does not take.
        """
        node, params = self._root, dict[str, str]()
        for segment in segments:
            below = node.static.get(segment.lower())
            if below is None:
                if node.param is None or not segment:
                    raise _unknown(segment)
                name, below = node.param
                params[name] = segment
            node = below
        if not node.targets:
            raise _unknown("".join(segments[-1:]))
        if method not in node.targets:
            raise GraphError(
                405,
                "Request_BadRequest",
                "Specified HTTP method is not allowed for the request target.",
            )
        return Found(
            template=node.template,
            target=node.targets[method],
            params=params,
        )


def _unknown(segment: str) -> GraphError:
    return bad_query(f"Resource not found for the segment '{segment}'.")
