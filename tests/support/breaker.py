"""How tests open a breaker, and look at it."""

import asyncio

from app.gateway.policies.circuit import CircuitLimits, State
from tests.support.gateway import Gateway
from tests.support.scripted import Answer

__all__ = ["DOWN", "LIMITS", "ONCE", "circuit_state", "knock"]

DOWN = Answer(status=503, body=b"")
ONCE = {"attempts": 1}
LIMITS = CircuitLimits(
    window=30.0,
    ratio=0.5,
    minimum_calls=20,
    open_for=5.0,
    max_open_for=300.0,
    lease=10.0,
    uniform=lambda low, high: (low + high) / 2,
)
"""The defaults, without chance."""


async def knock(
    built: Gateway, calls: int, tenant: str = "contoso"
) -> list[object]:
    """Make calls for as many mailboxes, one after the other."""
    return [
        (
            await asyncio.gather(
                built.send(mailbox=f"m{n}@{tenant}.example", tenant=tenant),
                return_exceptions=True,
            )
        )[0]
        for n in range(calls)
    ]


def circuit_state(built: Gateway, tenant: str = "contoso") -> State:
    """Return the state of a tenant's circuit for reads."""
    return built.parts.circuits[built.call(tenant=tenant).health].state
