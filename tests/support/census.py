"""Count what a process keeps: every container that an object of ours has."""

import functools
import sys
from collections import deque
from collections.abc import Iterator
from types import FunctionType, MappingProxyType, MethodType, ModuleType
from typing import Any

from cachetools import Cache

from app.keyed import Keyed

__all__ = ["Census", "grown", "is_bounded"]

_COUNTED = (dict, set, list, deque, Cache, Keyed)
_SEQUENCES = (list, tuple, set, frozenset, deque)
_MAPPINGS = (dict, MappingProxyType)
_THROUGH = ("app", "fastapi", "starlette")


class Census:
    """How many things each container had, at one moment.

    Found is what can be reached from an object, and from the modules of the
    service, through attributes, closures and other containers. A container
    is known by its owner and the name that it has there: so one that was
    replaced by a larger one has grown, too.
    """

    def __init__(self, root: object) -> None:
        self.sizes: dict[tuple[int, str], int] = {}
        self.found: dict[tuple[int, str], tuple[str, object]] = {}
        # All of them, so that no id is another's at the next census.
        self._seen: dict[int, object] = {}
        modules = [m for name, m in sys.modules.items() if _is_app(name)]
        waiting: list[object] = [root, *modules]
        while waiting:
            one = waiting.pop()
            if id(one) not in self._seen:
                self._seen[id(one)] = one
                waiting += self._look_into(one)

    def _look_into(self, one: object) -> Iterator[object]:
        yield from _inside(one)
        if _is_app(_module_of(one)):
            for name, value in _attributes(one):
                self._note(one, name, value)
                yield value

    def _note(self, owner: object, name: str, value: object) -> None:
        if isinstance(value, _COUNTED):
            place = id(owner), name
            self.sizes[place] = len(value)
            self.found[place] = f"{_called(owner)}.{name}", value


def grown(before: Census, after: Census, by: int) -> dict[str, object]:
    """Return the containers that have so many things more, by name."""
    return {
        name: container
        for place, (name, container) in after.found.items()
        if after.sizes[place] - before.sizes.get(place, 0) >= by
    }


def is_bounded(container: object) -> bool:
    """Tell whether a container is of a kind that has a bound."""
    if isinstance(container, deque):
        return container.maxlen is not None
    return isinstance(container, Cache | Keyed)


def _inside(one: object) -> Iterator[object]:
    """Yield what something holds that is no object of ours."""
    if isinstance(one, _SEQUENCES):
        yield from one
    elif isinstance(one, _MAPPINGS):
        yield from one.values()
    elif isinstance(one, FunctionType):
        yield from (cell.cell_contents for cell in one.__closure__ or ())
    elif isinstance(one, MethodType):
        yield one.__self__
    elif isinstance(one, functools.partial):
        yield from (one.func, *one.args, *one.keywords.values())
    elif isinstance(one, Cache):
        yield from list(one.values())
    elif isinstance(one, Keyed):
        yield from (state for _, state in one.items())


def _attributes(one: object) -> Iterator[tuple[str, Any]]:
    if isinstance(one, Cache | Keyed):
        # How they do it is their business.
        return
    yield from list(getattr(one, "__dict__", {}).items())
    for kind in type(one).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if hasattr(one, name):
                yield name, getattr(one, name)


def _called(owner: object) -> str:
    if isinstance(owner, ModuleType):
        return owner.__name__
    return type(owner).__name__


def _module_of(one: object) -> str:
    if isinstance(one, ModuleType):
        return one.__name__
    return "" if isinstance(one, type) else type(one).__module__


def _is_app(module: str) -> bool:
    package, _, rest = module.partition(".")
    return package in _THROUGH and not rest.startswith("sandbox")
