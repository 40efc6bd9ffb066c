"""When an answer that could not be renewed is asked for again."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gateway.policies.refresh_backoff import (
    Pauses,
    RefreshBackoff,
    is_setback,
)
from app.problems.errors import ExchangeError
from app.problems.failures import DeadlineExceeded
from app.problems.graph_failures import (
    GraphCircuitOpen,
    GraphThrottled,
    GraphTimeout,
    GraphTimeoutCutShort,
    GraphUnavailable,
    IdentityUnavailable,
    TenantCredentialsRejected,
)
from app.problems.resources import ItemNotFound

PAUSES = Pauses(first=1, cap=30, uniform=Random(5).uniform)
LONGEST = Pauses(first=1, cap=30, uniform=lambda _low, high: high)


@given(st.integers(min_value=1, max_value=100_000))
def test_t120_pauses_stay_in_their_bounds(failures: int) -> None:
    """From three quarters of the step up to the step; 30 s at most."""
    step = 30 if failures > 5 else 2 ** (failures - 1)

    assert 0.75 * step <= PAUSES.after(failures) <= step


def test_t120_pauses_double() -> None:
    """1, 2, 4 … 30 seconds, and no more."""
    assert [LONGEST.after(n) for n in range(1, 8)] == [
        1, 2, 4, 8, 16, 30, 30,
    ]  # fmt: skip


def test_pauses_differ() -> None:
    """At the cap too, so that answers which failed together part."""
    assert len({PAUSES.after(50) for _ in range(1000)}) > 990


@given(
    st.lists(
        st.tuples(
            st.floats(min_value=0, max_value=100),
            st.sampled_from(["failed", "refused", "succeeded"]),
        ),
        max_size=60,
    )
)
def test_t120_no_history_leads_astray(
    history: list[tuple[float, str]],
) -> None:
    """Whatever happened: no pause above the cap, and none after success."""
    backoff, now, code = RefreshBackoff(PAUSES), 1000.0, None
    for passed, event in history:
        now += passed
        resting = backoff.resting(now)
        if event == "failed":
            backoff.failed(now, "graph-timeout")
            code = resting or backoff.resting(now)
            assert code == "graph-timeout"
            assert not backoff.was_refused or resting
        elif event == "refused":
            backoff.refused(now)
            assert backoff.was_refused
            assert backoff.resting(now) is None
        else:
            backoff.succeeded()
            assert not backoff.was_refused
            assert backoff.resting(now) is None
        assert backoff.resting(now + 30) is None
        assert backoff.is_idle(now + 60)


def test_t120_failures_during_a_pause_change_nothing() -> None:
    """Many who fail together count once."""
    backoff = RefreshBackoff(LONGEST)
    for _ in range(20):
        backoff.failed(100.0, "graph-timeout")

    assert backoff.resting(100.9) == "graph-timeout"
    assert backoff.resting(101.0) is None


def test_t120_an_old_outage_is_forgotten() -> None:
    """The first failure after a long while pauses for the first step."""
    backoff = RefreshBackoff(LONGEST)
    now = 100.0
    for _ in range(6):
        backoff.failed(now, "graph-timeout")
        now += 30
    backoff.failed(now + 100, "graph-unavailable")

    assert backoff.resting(now + 100.9) == "graph-unavailable"
    assert backoff.resting(now + 101) is None


@pytest.mark.parametrize(
    ("error", "requests", "expected"),
    [
        (GraphUnavailable(), 1, True),
        (GraphThrottled(), 1, True),
        (GraphTimeout(), 3, True),
        (GraphThrottled(), 0, False),
        (GraphCircuitOpen(), 0, False),
        (IdentityUnavailable(), 0, False),
        (DeadlineExceeded(), 1, False),
        (GraphTimeoutCutShort(), 1, False),
        (ItemNotFound(), 1, False),
        (TenantCredentialsRejected(), 1, False),
    ],
)
def test_what_counts(
    error: ExchangeError, requests: int, *, expected: bool
) -> None:
    """Only what Graph was asked, and failed at in passing."""
    assert is_setback(error, requests) is expected
