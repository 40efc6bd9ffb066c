"""What follows when a send could not be carried on."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ledger.send_records import SendRecord, Stage
from app.problems.errors import ExchangeError, Outcome
from app.problems.failures import DeadlineExceeded, InternalError
from app.problems.graph_failures import (
    GraphRejected,
    GraphThrottled,
    GraphTimeout,
    GraphUnavailable,
    TenantCredentialsRejected,
)
from app.problems.resources import MailboxNotFound, RecipientsRejected
from app.services.sending.prospects import Prospects, next_look

DAY = 86_400.0
NOW = 1_800_000_000.0


def record(stage: Stage, *, failures: int = 0, due: float = NOW) -> SendRecord:
    return SendRecord(
        seq=1,
        id="0" * 32,
        tenant="contoso",
        lane=b"lane",
        named=b"name",
        stage=stage,
        message_id=None if stage is Stage.QUEUED else "m1",
        before=None,
        attempts=0,
        failures=failures,
        created_at=due,
        updated_at=due,
        send_at=None,
        due_at=due,
        retry_at=due,
        claim=1,
        lease_until=0.0,
        submission=b"",
        problem=None,
        away=None,
    )


def after(
    stage: Stage,
    error: ExchangeError,
    *,
    in_doubt: bool = False,
    promised: bool = False,
    late: float = 1.0,
) -> Stage:
    prospects = Prospects(DAY, lambda low, _: low)
    return prospects.stage(
        record(stage),
        error,
        NOW + late,
        is_in_doubt=in_doubt,
        is_promised=promised,
    )


@pytest.mark.parametrize(
    ("error", "promised", "stage"),
    [
        (GraphThrottled(), False, Stage.QUEUED),
        (GraphUnavailable(), False, Stage.QUEUED),
        (GraphTimeout(outcome=Outcome.UNKNOWN), False, Stage.QUEUED),
        (GraphRejected(), False, Stage.FAILED),
        (RecipientsRejected(), True, Stage.FAILED),
        (MailboxNotFound(), True, Stage.FAILED),
        # Who still waits is told; who was promised is not let down for it.
        (TenantCredentialsRejected(), False, Stage.FAILED),
        (TenantCredentialsRejected(), True, Stage.QUEUED),
    ],
)
def test_before_it_is_sent(
    error: ExchangeError, stage: Stage, *, promised: bool
) -> None:
    """What passes is outlasted, what does not is given up."""
    assert after(Stage.QUEUED, error, promised=promised) is stage


def test_a_draft_stays_one() -> None:
    """A draft that is there is not written anew."""
    assert after(Stage.DRAFTED, GraphThrottled()) is Stage.DRAFTED
    assert after(Stage.SENDING, GraphThrottled()) is Stage.DRAFTED


@pytest.mark.parametrize(
    "error", [RecipientsRejected(), InternalError(), GraphTimeout()]
)
def test_a_doubt_is_never_a_failure(error: ExchangeError) -> None:
    """What may have been sent is not told as unsent, nor drafted again."""
    assert after(Stage.SENDING, error, in_doubt=True) is Stage.SENDING
    assert (
        after(Stage.SENDING, error, in_doubt=True, late=DAY) is Stage.UNKNOWN
    )


@pytest.mark.parametrize("error", [InternalError(), DeadlineExceeded()])
def test_what_was_taken_stays_so(error: ExchangeError) -> None:
    """What Exchange has taken is neither failed nor sent again."""
    assert after(Stage.VERIFYING, error) is Stage.VERIFYING
    assert after(Stage.VERIFYING, error, late=DAY) is Stage.UNKNOWN


def test_what_was_taken_is_looked_for_long_enough() -> None:
    """Also if it was taken only just before it would have been given up."""
    prospects = Prospects(DAY, lambda low, _: low)
    taken = replace(record(Stage.VERIFYING, due=NOW - DAY), updated_at=NOW)

    assert not prospects.is_over(taken, NOW + DAY - 1)
    assert prospects.is_over(taken, NOW + DAY)


def test_it_is_given_up_some_day() -> None:
    """What could not be sent for as long as was set has failed."""
    assert after(Stage.QUEUED, GraphThrottled(), late=DAY) is Stage.FAILED


@given(
    st.integers(0, 10_000),
    st.none() | st.floats(0, 3600),
    st.floats(0, 1),
)
def test_nothing_is_tried_too_early_or_too_late(
    failures: int, told: float | None, share: float
) -> None:
    """Never before Retry-After, and a minute or a tenth later at most."""
    prospects = Prospects(DAY, lambda low, high: low + share * (high - low))
    error = GraphUnavailable(retry_after=told)
    pause = prospects.pause(record(Stage.QUEUED, failures=failures), error)
    floor = told or 0.0

    assert max(floor, 1.0) <= pause <= max(60.0, 1.1 * floor + 1.0)


def test_an_outage_is_not_its_own_fault() -> None:
    """Its own failures are counted on; those of all only for the pauses."""
    prospects = Prospects(DAY, lambda low, _: low)
    often = record(Stage.QUEUED, failures=50)

    assert prospects.failures(often, DeadlineExceeded()) == 51
    assert prospects.failures(often, GraphUnavailable()) == 50
    assert prospects.failures(record(Stage.QUEUED), GraphThrottled()) == 1


def test_looks_become_rarer() -> None:
    """Ten seconds at first, five minutes at last."""
    pauses = [next_look(number) for number in range(20)]

    assert pauses[0] == 10.0
    assert pauses == sorted(pauses)
    assert pauses[-1] == 300.0
