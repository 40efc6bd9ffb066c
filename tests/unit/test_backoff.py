"""How long to wait before a repeat, and whether there is one."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gateway.operations.entry import Idempotency
from app.gateway.policies.backoff import Backoff
from app.gateway.policies.budget import RetryBudget
from app.gateway.policies.eligibility import may_repeat
from app.problems.errors import Outcome
from app.problems.graph_failures import (
    GraphCircuitOpen,
    GraphRejected,
    GraphThrottled,
    GraphUnavailable,
)

BACKOFF = Backoff(base=0.5, cap=20.0, uniform=random.Random(1).uniform)


@given(st.integers(min_value=1, max_value=100_000))
def test_waits_stay_within_the_cap(attempt: int) -> None:
    """However often it failed: between nothing and the cap."""
    assert 0 <= BACKOFF.wait_after(attempt, GraphUnavailable()) <= 20


@pytest.mark.parametrize(("attempt", "most"), [(1, 0.5), (2, 1), (3, 2)])
def test_waits_double(attempt: int, most: float) -> None:
    """The longest wait doubles, from the base on."""
    waits = [
        BACKOFF.wait_after(attempt, GraphUnavailable()) for _ in range(500)
    ]

    assert most * 0.9 < max(waits) <= most


def test_jitter_survives_the_cap() -> None:
    """At the cap waits still differ, over the whole range."""
    waits = sorted(
        BACKOFF.wait_after(40, GraphUnavailable()) for _ in range(10_000)
    )
    distance = max(
        abs(wait / 20 - rank / 10_000) for rank, wait in enumerate(waits)
    )

    # Kolmogorov-Smirnov: 1.95 / sqrt(n) is exceeded once in a thousand.
    assert distance < 0.0195


@given(st.floats(min_value=0, max_value=100_000))
def test_retry_after_is_a_floor(seconds: float) -> None:
    """Never early, and at most a tenth or a second late."""
    error = GraphThrottled(retry_after=seconds)
    wait = BACKOFF.wait_after(3, error)

    assert seconds <= wait <= seconds + min(1.0, seconds * 0.1)


@pytest.mark.parametrize("idempotency", list(Idempotency))
def test_what_was_not_done_may_be_repeated(idempotency: Idempotency) -> None:
    """A refusal in passing may be repeated, whatever the operation."""
    assert may_repeat(idempotency, GraphThrottled())


@pytest.mark.parametrize(
    ("idempotency", "allowed"),
    [
        (Idempotency.SAFE, True),
        (Idempotency.IDEMPOTENT, True),
        (Idempotency.KEYED, True),
        (Idempotency.VERIFY, False),
        (Idempotency.UNSAFE, False),
    ],
)
def test_what_may_be_done_is_repeated_if_harmless(
    idempotency: Idempotency, *, allowed: bool
) -> None:
    """In doubt, only what does the same twice as once is repeated."""
    error = GraphUnavailable(outcome=Outcome.UNKNOWN)

    assert may_repeat(idempotency, error) is allowed


@pytest.mark.parametrize("error", [GraphRejected(), GraphCircuitOpen()])
def test_what_does_not_pass_is_not_repeated(
    error: GraphRejected | GraphCircuitOpen,
) -> None:
    """A final error, or an open circuit, ends it at once."""
    assert not may_repeat(Idempotency.SAFE, error)


def test_a_quiet_minute_restores_the_reserve() -> None:
    """After an idle time a few retries are affordable again."""
    budget = RetryBudget(ratio=0.1, reserve=3)
    spent = [budget.take(now=0.0) for _ in range(4)]
    soon = budget.take(now=30.0)
    later = budget.take(now=120.0)

    assert spent == [True, True, True, False]
    assert soon is False
    assert later is True


@given(
    st.floats(min_value=0, max_value=1),
    st.integers(min_value=0, max_value=20),
    st.lists(st.booleans(), max_size=400),
)
def test_the_budget_is_kept(
    ratio: float, reserve: int, steps: list[bool]
) -> None:
    """In no order of events are there more retries than were earned."""
    budget = RetryBudget(ratio, reserve)
    earned, taken = 0, 0
    for is_first in steps:
        if is_first:
            budget.earn(now=1.0)
            earned += 1
        else:
            taken += budget.take(now=1.0)

        assert taken <= reserve + ratio * earned + 1e-6
