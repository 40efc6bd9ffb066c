"""Cases F, for all that may happen: the breaker under any interleaving.

Hypothesis plays callers that are let in, succeed, fail, are refused, leave
or never come back, at any time, and an operator. After each step it is asked
what must always hold.
"""

from copy import deepcopy

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.gateway.policies.circuit import (
    Circuit,
    CircuitLimits,
    Refused,
    State,
    Ticket,
)

_LEASE = 10.0
_LONGEST = 60.0
_UNITS = st.floats(min_value=0.0, max_value=1.0)
_SOURCES = st.sampled_from([f"m{number}" for number in range(6)])


class Breaker(RuleBasedStateMachine):
    """A circuit, and the tickets that are out."""

    tickets = Bundle("tickets")

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.chance = 0.5
        self.circuit = Circuit(
            CircuitLimits(
                window=30.0,
                ratio=0.5,
                minimum_calls=4,
                open_for=5.0,
                max_open_for=_LONGEST,
                lease=_LEASE,
                uniform=lambda low, high: low + (high - low) * self.chance,
            )
        )
        self.probes: list[tuple[Ticket, float]] = []

    @rule(seconds=st.floats(min_value=0.0, max_value=100.0))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(breaks=st.integers(min_value=1, max_value=8), chance=_UNITS)
    def graph_is_down(self, breaks: int, chance: float) -> None:
        """All fail; then one probe after the other does."""
        self.chance = chance
        for number in range(4 + breaks):
            leave = self.circuit.admit(self.now)
            if isinstance(leave, Ticket):
                self.circuit.failed(leave, self.now, f"m{number}")
            self.now += self.circuit.report(self.now).opens_in
            self.breaks_end()

    @rule(target=tickets, chance=_UNITS)
    def somebody_asks(self, chance: float) -> object:
        self.chance = chance
        leave = self.circuit.admit(self.now)
        if isinstance(leave, Refused):
            assert self.circuit.state is not State.CLOSED
            assert 0 < leave.retry_after <= _LONGEST * 1.2 + 1e-6
            return multiple()
        if leave.is_probe:
            assert not self.live_probes(), "two probes at once"
            assert leave not in [old for old, _ in self.probes], "heard twice"
            self.probes.append((leave, self.now))
        return leave

    @rule(ticket=consumes(tickets))
    def it_succeeds(self, ticket: Ticket) -> None:
        before = self.known()
        self.circuit.succeeded(ticket, self.now)
        self.settled(ticket, before)

    @rule(ticket=consumes(tickets), source=_SOURCES, chance=_UNITS)
    def it_fails(self, ticket: Ticket, source: str, chance: float) -> None:
        self.chance = chance
        before = self.known()
        self.circuit.failed(ticket, self.now, source)
        self.settled(ticket, before)

    @rule(ticket=consumes(tickets))
    def it_is_refused(self, ticket: Ticket) -> None:
        before = self.known()
        self.circuit.answered(ticket)
        self.settled(ticket, before)

    @rule(ticket=consumes(tickets))
    def the_caller_leaves(self, ticket: Ticket) -> None:
        before = self.known()
        self.circuit.abandoned(ticket)
        if self.is_current(ticket, before) and ticket.is_probe:
            probe = deepcopy(self.circuit).admit(self.now)
            assert isinstance(probe, Ticket), "the way is not free"
        self.settled(ticket, before)

    @rule(ticket=consumes(tickets))
    def it_never_comes_back(self, ticket: Ticket) -> None:
        """Nobody tells the circuit anything."""

    @rule()
    def an_operator_resets_it(self) -> None:
        self.circuit.reset()

    @rule()
    def an_operator_isolates_it(self) -> None:
        self.circuit.isolate()

    @precondition(lambda self: self.circuit.is_isolated)
    @rule()
    def an_operator_releases_it(self) -> None:
        self.circuit.release()
        assert self.circuit.state is State.CLOSED

    @invariant()
    def breaks_end(self) -> None:
        assert self.circuit.report(self.now).opens_in <= _LONGEST * 1.2 + 1e-6

    @invariant()
    def isolation_is_absolute(self) -> None:
        if self.circuit.is_isolated:
            later = deepcopy(self.circuit).admit(self.now + 1e9)
            assert isinstance(later, Refused)

    @invariant()
    def it_is_never_stuck(self) -> None:
        """Whoever waits as long as any break or lease may probe then."""
        if not self.circuit.is_isolated:
            latest = self.now + max(_LONGEST * 1.2, _LEASE) + 1e-6
            leave = deepcopy(self.circuit).admit(latest)
            assert isinstance(leave, Ticket)

    def live_probes(self) -> list[Ticket]:
        """Return the probes whose word would still count."""
        return [
            ticket
            for ticket, since in self.probes
            if ticket.generation == self.circuit._generation
            and self.now < since + _LEASE
        ]

    def known(self) -> tuple[object, ...]:
        """Return all that can be seen of the circuit."""
        report = self.circuit.report(self.now)
        return (self.circuit._generation, self.circuit._probe_until, report)

    def is_current(self, ticket: Ticket, before: tuple[object, ...]) -> bool:
        return ticket.generation == before[0]

    def settled(self, ticket: Ticket, before: tuple[object, ...]) -> None:
        """Forget a ticket; if it was stale, nothing may have changed."""
        self.probes = [seen for seen in self.probes if seen[0] != ticket]
        if not self.is_current(ticket, before):
            assert self.known() == before, "a stale ticket was heard"


def test_t082_t085_t087_under_any_interleaving() -> None:
    """One probe at a time, never stuck, and stale results change nothing."""
    run_state_machine_as_test(
        Breaker,
        settings=settings(
            max_examples=100, stateful_step_count=50, deadline=None
        ),
    )
