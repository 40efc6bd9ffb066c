"""What goes wrong at Graph while services die, the same for each seed."""

from collections.abc import Iterator
from typing import Any

__all__ = ["FAULTS", "TRANSITS", "faults"]

# Each by a name for the table: to which share of the requests it happens,
# and what.
FAULTS: dict[str, tuple[float, dict[str, Any]]] = {
    "504 after work": (0.04, {"status": 504, "after_work": True}),
    "reset after work": (0.03, {"reset": "after"}),
    "reset before work": (0.02, {"reset": "before"}),
    "hang": (0.01, {"hang": True}),
    "429 with Retry-After": (0.02, {"status": 429, "retry_after": 1}),
    "503 with Retry-After": (0.02, {"status": 503, "retry_after": 1}),
    "503": (0.03, {"status": 503}),
    "slow": (0.05, {"delay": 0.4}),
}
# How mail gets to Sent Items, in turn: at once; nowhere to be seen for a
# while; a draft to look at for a while.
TRANSITS: tuple[dict[str, Any], ...] = (
    {"transit": 0.0, "transit_as_draft": False},
    {"transit": 0.8, "transit_as_draft": False},
    {"transit": 0.8, "transit_as_draft": True},
)


def faults(seed: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the faults by name, each as the sandbox takes it."""
    for number, (name, (share, fault)) in enumerate(FAULTS.items()):
        yield (
            name,
            {
                "route": "/users/*",
                "probability": share,
                "seed": seed * 100 + number,
                **fault,
            },
        )
