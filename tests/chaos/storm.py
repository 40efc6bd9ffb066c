"""The faults of case T151, by chance and the same for each seed."""

from collections.abc import Iterator
from typing import Any

__all__ = ["storm"]

_GRAPH = "/users/*"
# What happens, and to which share of the requests: two in a hundred are
# faults of all kinds, five are slow, one is refused for being too many, one
# finds the service away, one in a thousand loses its answer on the way.
_FAULTS: tuple[tuple[float, dict[str, Any]], ...] = (
    (0.010, {"status": 500}),
    (0.005, {"status": 504, "after_work": True}),
    (0.005, {"reset": "before"}),
    (0.050, {"delay": 0.25}),
    (0.010, {"status": 503}),
    (0.010, {"status": 429, "retry_after": 0.5}),
    (0.0005, {"reset": "midway"}),
    (0.0005, {"reset": "after"}),
)


def storm(seed: int, times: float = 1.0) -> Iterator[dict[str, Any]]:
    """Yield the faults, each as the sandbox takes it.

    Args:
        seed: Makes all of it happen the same way again.
        times: How much more often than in T151.
    """
    for number, (share, fault) in enumerate(_FAULTS):
        yield {
            "route": _GRAPH,
            "probability": share * times,
            "seed": seed * 100 + number,
            **fault,
        }
