"""The order of many changes, and what is said of them."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.models.bulk import BulkChange
from app.problems.errors import ExchangeError, Outcome
from app.problems.failures import DeadlineExceeded
from app.problems.graph_failures import GraphThrottled
from app.problems.resources import ItemNotFound, MailboxNotFound
from app.services.mail.bulk_plan import general, told, waves

LATE = DeadlineExceeded()
THROTTLED = GraphThrottled(retry_after=9.0)
IN_DOUBT = GraphThrottled(outcome=Outcome.UNKNOWN)


def delete(message: str) -> BulkChange:
    return BulkChange(id=message, action="delete")


@given(ids=st.lists(st.sampled_from("ABCDEFG"), max_size=40))
@settings(max_examples=100)
def test_waves_keep_the_order_of_each_message(ids: list[str]) -> None:
    """Each place once, no message twice in a wave, its changes in order."""
    made = list(waves(delete(one) for one in ids))

    places = [place for wave in made for place, _ in wave]
    assert sorted(places) == list(range(len(ids)))
    for wave in made:
        assert len({change.id for _, change in wave}) == len(wave)
        assert [place for place, _ in wave] == sorted(p for p, _ in wave)
    for message in set(ids):
        own = [place for place in places if ids[place] == message]
        assert own == sorted(own)


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ({0: None, 1: THROTTLED}, None),
        ({0: GraphThrottled(), 1: THROTTLED}, THROTTLED),
        ({0: THROTTLED, 1: IN_DOUBT}, None),
        ({0: THROTTLED, 1: MailboxNotFound()}, None),
        ({0: ItemNotFound(), 1: ItemNotFound()}, None),
        ({0: LATE}, None),
    ],
)
def test_a_problem_of_all_is_one(
    ends: Mapping[int, ExchangeError | None], expected: ExchangeError | None
) -> None:
    """If nothing was done, for a reason that is no single message's."""
    assert general(ends) is expected


def test_doubts_are_not_to_be_repeated() -> None:
    """What may have been done is not called retryable."""
    first = told(delete("A"), THROTTLED)["problem"]
    second = told(delete("A"), IN_DOUBT)["problem"]

    assert first is not None
    assert second is not None
    assert (first["retryable"], second["retryable"]) == (True, False)
    assert first["retry_after"] == 9
