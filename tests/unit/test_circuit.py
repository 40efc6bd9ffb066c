"""The state machine of the breaker."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gateway.policies.circuit import (
    Circuit,
    CircuitLimits,
    Refused,
    State,
    Ticket,
)


def circuit(**changes: Any) -> Circuit:
    limits: dict[str, Any] = {
        "window": 30.0,
        "ratio": 0.5,
        "minimum_calls": 10,
        "open_for": 5.0,
        "max_open_for": 300.0,
        "lease": 10.0,
        "uniform": lambda low, high: (low + high) / 2,
    }
    return Circuit(CircuitLimits(**(limits | changes)))


def let_in(state: Circuit, now: float) -> Ticket:
    leave = state.admit(now)
    assert isinstance(leave, Ticket)
    return leave


def refused(state: Circuit, now: float) -> float:
    leave = state.admit(now)
    assert isinstance(leave, Refused)
    return leave.retry_after


def fail(state: Circuit, now: float, times: int = 1) -> None:
    for number in range(times):
        state.failed(let_in(state, now), now, f"mailbox-{number}")


def test_t079_it_opens_at_its_minimum() -> None:
    """Nine failures of ten: closed; the tenth opens it."""
    state = circuit()
    fail(state, 0.0, 9)
    before = state.state
    state.failed(let_in(state, 0.0), 0.0, "another")

    assert before is State.CLOSED
    assert state.state is State.OPEN


def test_t079_it_opens_at_exactly_the_ratio() -> None:
    """Half of the calls failed: that is enough."""
    state = circuit()
    for _ in range(5):
        state.succeeded(let_in(state, 0.0), 0.0)
    fail(state, 0.0, 5)

    assert state.state is State.OPEN


def test_t080_old_failures_are_forgotten() -> None:
    """What left the window does not count."""
    state = circuit()
    fail(state, 0.0, 9)
    state.failed(let_in(state, 31.0), 31.0, "another")

    assert state.state is State.CLOSED


def test_t081_open_it_tells_when_to_come_back() -> None:
    """While open nobody is let in, and each is told the rest."""
    state = circuit()
    fail(state, 100.0, 10)

    assert refused(state, 102.0) == pytest.approx(3.0)


def test_t083_t084_breaks_grow_and_are_reset() -> None:
    """5, 10, 20 ... 300 seconds; a success starts over."""
    state = circuit()
    fail(state, 0.0, 10)
    now = 0.0
    breaks: list[float] = []
    for _ in range(8):
        breaks.append(refused(state, now))
        now += breaks[-1]
        state.failed(let_in(state, now), now, "x")
    now += refused(state, now)
    state.succeeded(let_in(state, now), now)
    fail(state, now, 10)
    again = refused(state, now)

    assert breaks == pytest.approx([5, 10, 20, 40, 80, 160, 300, 300])
    assert again == pytest.approx(5.0)


def test_t087_an_overdue_probe_is_replaced() -> None:
    """After its lease another may probe, and the late one is ignored."""
    state = circuit()
    fail(state, 0.0, 10)
    first = let_in(state, 5.0)
    meanwhile = state.admit(14.9)
    second = let_in(state, 15.0)
    state.failed(first, 15.1, "late")
    after_the_late = state.state
    state.succeeded(second, 15.2)

    assert isinstance(meanwhile, Refused)
    assert after_the_late is State.HALF_OPEN
    assert state.state is State.CLOSED


def test_t086_a_refused_probe_shows_life() -> None:
    """A 404 to the probe closes it: Graph answers."""
    state = circuit()
    fail(state, 0.0, 10)
    state.answered(let_in(state, 5.0))

    assert state.state is State.CLOSED


def test_one_source_counts_a_few_times_only() -> None:
    """A single broken mailbox never opens it."""
    state = circuit()
    for _ in range(1000):
        state.failed(let_in(state, 0.0), 0.0, "broken")

    assert state.state is State.CLOSED


def test_results_of_before_the_break_are_ignored() -> None:
    """What was begun earlier neither closes nor prolongs a break."""
    state = circuit()
    early = [let_in(state, 0.0) for _ in range(3)]
    fail(state, 0.0, 10)
    state.succeeded(early[0], 1.0)
    state.failed(early[1], 1.0, "x")
    state.abandoned(early[2])

    assert refused(state, 4.0) == pytest.approx(1.0)


def test_it_can_be_reset() -> None:
    """An operator can close it."""
    state = circuit()
    fail(state, 0.0, 10)
    state.reset()

    assert isinstance(state.admit(0.1), Ticket)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["admit", "ok", "fail", "alive", "leave", "wait"]),
            st.floats(min_value=0, max_value=20),
        ),
        max_size=200,
    )
)
def test_never_two_probes(steps: list[tuple[str, float]]) -> None:
    """In no order of events are there two probes whose results count."""
    state = circuit(minimum_calls=2)
    now = 0.0
    out: list[tuple[Ticket, float]] = []
    for action, amount in steps:
        now += amount if action == "wait" else 0.0
        if action == "admit":
            leave = state.admit(now)
            if isinstance(leave, Ticket):
                out.append((leave, now))
        elif action != "wait" and out:
            ticket, _ = out.pop(0)
            if action == "ok":
                state.succeeded(ticket, now)
            elif action == "fail":
                state.failed(ticket, now, f"m{amount}")
            elif action == "alive":
                state.answered(ticket)
            else:
                state.abandoned(ticket)
        live = [
            ticket
            for ticket, since in out
            if ticket.is_probe
            and ticket.generation == state._generation
            and now - since < 10
        ]

        assert len(live) <= 1
