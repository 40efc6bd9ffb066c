"""Policy: leave Graph alone while it fails for a tenant."""

from collections.abc import Iterator
from functools import lru_cache

from app.clock import Clock
from app.gateway.calls import GraphCall, Reply, ScopeKey, Send
from app.gateway.policies.circuit import (
    Circuit,
    CircuitReport,
    Refused,
    State,
    Ticket,
)
from app.keyed import Keyed
from app.problems.errors import ExchangeError, Verdict
from app.problems.graph_failures import GraphCircuitOpen
from app.telemetry.recorder import Telemetry
from app.telemetry.signals.events import (
    BREAKER_CLOSED,
    BREAKER_HALF_OPENED,
    BREAKER_ISOLATED,
    BREAKER_OPENED,
)
from app.telemetry.signals.metrics import (
    BREAKER_REFUSALS,
    BREAKER_TRANSITIONS,
)

__all__ = ["Breaker"]

# Of which the counts are at hand; others are looked up.
_MOST_CIRCUITS = 1024


class Breaker:
    """Refuses calls at once while their circuit is open.

    What a mailbox or a caller does wrong, throttling and cancellation say
    nothing about Graph's health and do not count. If it only observes, it
    counts and tells as ever and refuses nothing, unless an operator has
    isolated a circuit by hand.
    """

    def __init__(
        self,
        circuits: Keyed[ScopeKey, Circuit],
        clock: Clock,
        telemetry: Telemetry,
        *,
        observes_only: bool = False,
    ) -> None:
        self._circuits = circuits
        self._clock = clock
        self._telemetry = telemetry
        self._observes_only = observes_only
        self._refusals = lru_cache(maxsize=_MOST_CIRCUITS)(
            lambda key: telemetry.count(BREAKER_REFUSALS, **_labels(key))
        )

    async def __call__(self, call: GraphCall, send: Send) -> Reply:
        """Send the call unless its circuit is open."""
        key = call.health
        circuit = self._circuits[key]
        before = circuit.state
        leave = circuit.admit(self._clock.now())
        self._tell(key, before, circuit)
        if isinstance(leave, Refused):
            self._refuse(key, circuit, leave)
            return await send(call)
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

    def look(self, call: GraphCall) -> None:
        """Raise what a call would be refused with, if it would be."""
        circuit = self._circuits.peek(call.health)
        refused = circuit and circuit.refusal(self._clock.now())
        if circuit and refused and not self._lets_pass(circuit):
            self._refuse(call.health, circuit, refused)

    def states(self) -> Iterator[tuple[ScopeKey, State]]:
        """Yield each circuit's state at this moment."""
        now = self._clock.now()
        for key, circuit in self._circuits.items():
            yield key, _state(circuit, now)

    def reports(self) -> Iterator[tuple[ScopeKey, CircuitReport]]:
        """Yield what each circuit knows."""
        now = self._clock.now()
        for key, circuit in self._circuits.items():
            yield key, circuit.report(now)

    def reset(self, key: ScopeKey) -> None:
        """Close a circuit and forget what it counted, unless isolated."""
        circuit = self._circuits[key]
        before = circuit.state
        circuit.reset()
        self._tell(key, before, circuit)

    def isolate(self, key: ScopeKey) -> None:
        """Refuse all calls of a circuit until it is released."""
        circuit = self._circuits[key]
        before = circuit.state
        circuit.isolate()
        self._telemetry.log(BREAKER_ISOLATED, **_labels(key))
        self._count(key, before, circuit.state)

    def release(self, key: ScopeKey) -> None:
        """End an isolation; the circuit is closed then."""
        circuit = self._circuits[key]
        before = circuit.state
        circuit.release()
        self._tell(key, before, circuit)

    def _lets_pass(self, circuit: Circuit) -> bool:
        """Tell whether calls are sent that the circuit refuses."""
        return self._observes_only and not circuit.is_isolated

    def _refuse(
        self, key: ScopeKey, circuit: Circuit, refused: Refused
    ) -> None:
        self._refusals(key)(1)
        if not self._lets_pass(circuit):
            raise GraphCircuitOpen(retry_after=refused.retry_after)

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
                circuit.failed(ticket, now, _source(call))
            case Verdict.ALIVE:
                circuit.answered(ticket)
            case Verdict.NEUTRAL:
                circuit.abandoned(ticket)
        self._tell(call.health, before, circuit)

    def _tell(self, key: ScopeKey, before: State, circuit: Circuit) -> None:
        """Tell of a change of state, if there is one."""
        if before is circuit.state:
            return
        self._count(key, before, circuit.state)
        if circuit.state is State.OPEN:
            report = circuit.report(self._clock.now())
            self._telemetry.log(
                BREAKER_OPENED,
                **_labels(key),
                open_for_s=round(report.opens_in, 1),
                observes_only=self._observes_only,
            )
        elif circuit.state is State.HALF_OPEN:
            self._telemetry.log(BREAKER_HALF_OPENED, **_labels(key))
        else:
            self._telemetry.log(BREAKER_CLOSED, **_labels(key))

    def _count(self, key: ScopeKey, before: State, after: State) -> None:
        if before is not after:
            self._telemetry.add(
                BREAKER_TRANSITIONS, **_labels(key), state=after.name.lower()
            )


def _state(circuit: Circuit, now: float) -> State:
    """Return whether calls are refused; any thread may ask.

    Whose time to be open is over is half-open, though nobody has called yet.
    """
    is_over = now >= circuit.opens_at and not circuit.is_isolated
    if circuit.state is State.OPEN and is_over:
        return State.HALF_OPEN
    return circuit.state


def _labels(key: ScopeKey) -> dict[str, str]:
    return {"tenant": key.tenant, "workload": key.name}


def _source(call: GraphCall) -> str | None:
    """Return what failures are to be capped by: a mailbox, if any."""
    return call.mailbox and call.scope.name
