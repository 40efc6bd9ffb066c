"""Refuse before anything is begun what is bound to be refused."""

from app.gateway.calls import GraphCall
from app.gateway.policies.breaker import Breaker
from app.gateway.policies.gate import Gate

__all__ = ["Foresight"]


class Foresight:
    """Looks how the gate and the circuit of a call stand.

    Both refuse it on its way to Graph as well. To look first spares a call
    that comes to nothing all that is before them: the flight that others
    share, the retries, the queue.
    """

    def __init__(self, gate: Gate, breaker: Breaker) -> None:
        self._gate = gate
        self._breaker = breaker

    async def __call__(self, call: GraphCall) -> None:
        """Raise what a call would be refused with, if it would be.

        Raises:
            GraphThrottled: Its gate is closed for longer than it can wait.
            GraphCircuitOpen: Graph fails, and is left alone.
        """
        if await self._gate.look(call) <= 0:
            self._breaker.look(call)
