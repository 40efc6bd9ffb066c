"""What a batch makes of the answers to its parts."""

from dataclasses import replace

import pytest

from app.gateway.batches import Batch, Part
from app.gateway.operations.mail import UPDATE_MESSAGE
from app.problems.errors import ExchangeError, Outcome
from app.problems.failures import DeadlineExceeded
from app.problems.graph_failures import GraphThrottled, GraphTimeout

PART = Part(name="1", operation=replace(UPDATE_MESSAGE), target="/x")
LOST = GraphTimeout(outcome=Outcome.UNKNOWN)


def outcome_of(batch: Batch) -> Outcome:
    with pytest.raises(ExchangeError) as raised:
        batch.result("1")
    return raised.value.outcome


@pytest.mark.parametrize("given_up", [True, False])
def test_a_part_stays_in_doubt(*, given_up: bool) -> None:
    """That it is refused later does not say what became of it before."""
    batch = Batch(PART)
    batch.load()
    batch.take({"1": LOST}, lambda _part, _error: True)
    batch.load()
    if given_up:
        batch.give_up(DeadlineExceeded())
    else:
        batch.take({"1": GraphThrottled()})

    assert outcome_of(batch) is Outcome.UNKNOWN


def test_a_refusal_alone_leaves_no_doubt() -> None:
    """What was only ever refused was not performed."""
    batch = Batch(PART)
    batch.load()
    batch.take({"1": GraphThrottled()}, lambda _part, _error: True)
    batch.give_up(DeadlineExceeded())

    assert outcome_of(batch) is Outcome.NOT_PERFORMED
