"""Whose turn it is among those who wait for one mailbox."""

import itertools

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.gateway.policies.fair_queue import FairQueue
from app.models.context import Criticality

INTERACTIVE, SYNC, BACKFILL = Criticality
Item = tuple[Criticality, int]


def test_t104_the_urgent_go_first() -> None:
    """Whoever came first; and in a class, who came first goes first."""
    queue: FairQueue[str] = FairQueue()
    for name, criticality in (
        ("backfill", BACKFILL),
        ("sync", SYNC),
        ("first", INTERACTIVE),
        ("second", INTERACTIVE),
    ):
        queue.push(name, criticality)

    assert len(queue) == 4
    assert list(queue.ahead_of(SYNC)) == ["first", "second", "sync"]
    assert [queue.pop() for _ in range(4)] == [
        "first",
        "second",
        "sync",
        "backfill",
    ]
    assert queue.first() is None
    with pytest.raises(IndexError):
        queue.pop()


def test_t104_who_was_passed_over_eight_times_goes_next() -> None:
    """One of them; then the urgent are next again."""
    queue: FairQueue[Item] = FairQueue()
    for number in range(100):
        queue.push((INTERACTIVE, number), INTERACTIVE)
        queue.push((BACKFILL, number), BACKFILL)
    order = "".join("ib"[queue.pop()[0] == BACKFILL] for _ in range(28))

    assert order == "iiiiiiiibiiiiiiiibiiiiiiiibi"


def test_t104_two_jobs_cost_people_one_turn_at_a_time() -> None:
    """Though both have aged, they do not go one after the other."""
    queue: FairQueue[Item] = FairQueue()
    for number in range(100):
        for criticality in Criticality:
            queue.push((criticality, number), criticality)
    order = "".join(queue.pop()[0][0] for _ in range(33))

    assert order == "iiiiiiiisibiiiiiisibiiiiiisibiiii"


def test_t104_age_is_lost_with_who_had_it() -> None:
    """A job that begins later does not inherit it."""
    queue: FairQueue[Item] = FairQueue()
    queue.push((BACKFILL, 0), BACKFILL)
    for number in range(12):
        queue.push((INTERACTIVE, number), INTERACTIVE)
    for _ in range(8):
        queue.pop()
    gone = queue.discard((BACKFILL, 0), BACKFILL)
    again = queue.discard((BACKFILL, 0), BACKFILL)
    queue.push((BACKFILL, 1), BACKFILL)

    assert gone
    assert not again
    assert queue.first() == (INTERACTIVE, 8)


class Waiting(RuleBasedStateMachine):
    """Any who come, leave and are served, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.queue: FairQueue[Item] = FairQueue()
        self.model: dict[Criticality, list[Item]] = {
            criticality: [] for criticality in Criticality
        }
        self.passed = dict.fromkeys(Criticality, 0)
        self.others_in_a_row = 0
        self.numbers = itertools.count()

    @rule(
        criticality=st.sampled_from(Criticality),
        size=st.integers(min_value=1, max_value=15),
    )
    def push(self, criticality: Criticality, size: int) -> None:
        for number in itertools.islice(self.numbers, size):
            item = (criticality, number)
            self.model[criticality].append(item)
            self.queue.push(item, criticality)

    @rule(place=st.integers(min_value=0, max_value=1000))
    def leave(self, place: int) -> None:
        waiting = [item for items in self.model.values() for item in items]
        if not waiting:
            return
        item = waiting[place % len(waiting)]
        criticality = item[0]
        self.model[criticality].remove(item)
        if not self.model[criticality]:
            self.passed[criticality] = 0

        assert self.queue.discard(item, criticality)

    @precondition(lambda self: bool(self.queue))
    @rule(times=st.integers(min_value=1, max_value=20))
    def pop(self, times: int) -> None:
        for _ in range(min(times, len(self.queue))):
            expected = self.queue.first()
            item = self.queue.pop()

            assert item == expected == self.model[item[0]][0]
            self._served(item)

    def _served(self, item: Item) -> None:
        if item[0] is INTERACTIVE or not self.model[INTERACTIVE]:
            self.others_in_a_row = 0
        else:
            self.others_in_a_row += 1
        self.model[item[0]].remove(item)
        for criticality, items in self.model.items():
            self.passed[criticality] += bool(items)
        self.passed[item[0]] = 0

    @invariant()
    def nobody_is_forgotten(self) -> None:
        for criticality, items in self.model.items():
            assert self.queue.waiting(criticality) == len(items)

    @invariant()
    def nobody_starves(self) -> None:
        assert self.others_in_a_row <= 1
        assert max(self.passed.values()) <= 10


def test_t104_nobody_is_forgotten_and_nobody_starves() -> None:
    """Whoever comes, leaves and is served, in whatever order."""
    run_state_machine_as_test(
        Waiting,
        settings=settings(
            max_examples=100, stateful_step_count=60, deadline=None
        ),
    )
