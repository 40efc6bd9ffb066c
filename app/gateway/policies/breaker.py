"""Policy: leave Graph alone while it fails for a tenant."""

from collections.abc import Iterator, Mapping

from app.clock import Clock
from app.gateway.calls import GraphCall, Reply, ScopeKey, Send
from app.gateway.policies.circuit import Circuit, Refused, State, Ticket
from app.problems.errors import ExchangeError, Verdict
from app.problems.graph_failures import GraphCircuitOpen
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.events import (
    BREAKER_CLOSED,
    BREAKER_HALF_OPENED,
    BREAKER_OPENED,
)
from app.telemetry.signals.metrics import BREAKER_TRANSITIONS

__all__ = ["Breaker"]

_EVENTS = {
    State.CLOSED: BREAKER_CLOSED,
    State.HALF_OPEN: BREAKER_HALF_OPENED,
    State.OPEN: BREAKER_OPENED,
}


class Breaker:
    """Refuses calls at once while their circuit is open.

    What a mailbox or a caller does wrong, throttling and cancellation say
    nothing about Graph's health and do not count.
    """

    def __init__(
        self,
        circuits: Mapping[ScopeKey, Circuit],
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self._circuits = circuits
        self._clock = clock
        self._telemetry = telemetry

    async def __call__(self, call: GraphCall, send: Send) -> Reply:
        """Send the call unless its circuit is open."""
        key = call.health
        circuit = self._circuits[key]
        before = circuit.state
        leave = circuit.admit(self._clock.now())
        self._tell(key, before, circuit.state)
        if isinstance(leave, Refused):
            raise GraphCircuitOpen(retry_after=leave.retry_after)
        try:
            reply = await send(call)
        except ExchangeError as error:
            self._note(call, leave, error.verdict)
            raise
        except BaseException:
            self._note(call, leave, Verdict.NEUTRAL)
            raise
        self._note(call, leave, None)
        return reply

    def states(self) -> Iterator[tuple[ScopeKey, State]]:
        """Yield each circuit's state."""
        for key, circuit in self._circuits.items():
            yield key, circuit.state

    def _note(
        self, call: GraphCall, ticket: Ticket, verdict: Verdict | None
    ) -> None:
        """Tell the circuit how a call ended; None is success."""
        circuit = self._circuits[call.health]
        before = circuit.state
        now = self._clock.now()
        match verdict:
            case None:
                circuit.succeeded(ticket, now)
            case Verdict.FAILURE:
                circuit.failed(ticket, now, call.scope.name)
            case Verdict.ALIVE:
                circuit.answered(ticket)
            case Verdict.NEUTRAL:
                circuit.abandoned(ticket)
        self._tell(call.health, before, circuit.state)

    def _tell(self, key: ScopeKey, before: State, after: State) -> None:
        if before is after:
            return
        labels = {"tenant": key.tenant, "workload": key.name}
        self._telemetry.add(
            BREAKER_TRANSITIONS, state=after.name.lower(), **labels
        )
        self._telemetry.log(_EVENTS[after], **labels)
