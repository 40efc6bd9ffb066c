"""Requests that are carried out once, by processes that share a ledger."""

import asyncio
from datetime import timedelta

import pytest

from app.ledger.leases import LEASE
from app.models.answers import Answer
from app.problems.errors import ExchangeError, Outcome
from app.problems.failures import ServiceOverloaded
from app.problems.graph_failures import GraphRejected, GraphTimeout
from app.problems.ledger import LedgerUnavailable
from app.problems.refusals import IdempotencyKeyInUse, IdempotencyKeyReused
from app.problems.resources import Conflict, MailboxFull
from tests.support.clocks import JumpingClock
from tests.support.ledger import Place, count
from tests.support.requests_once import Work, asked, process

pytestmark = pytest.mark.anyio

DONE, UNKNOWN = Outcome.PERFORMED, Outcome.UNKNOWN
DEAD_FOR_SURE = LEASE + 8


@pytest.fixture
def clock() -> JumpingClock:
    """What the time is, for all processes."""
    return JumpingClock()


@pytest.mark.long
async def test_a_thousand_keys_lead_to_a_thousand_effects(
    place: Place, clock: JumpingClock
) -> None:
    """All at once, each with an answer of its own that is remembered."""
    work = Work.quick()
    keys = [asked(f"key {number}") for number in range(1000)]
    async with process(place, "one", clock) as one:
        answers = await asyncio.gather(
            *(one.once(key, work, within=600) for key in keys)
        )
        known = await count(one.database)

    assert len(work.begun) == known == 1000
    assert len({answer.body for answer in answers}) == 1000


async def test_a_hundred_at_once_have_one_effect(
    place: Place, clock: JumpingClock
) -> None:
    """50 in each of two processes: one works, all are told the same."""
    work = Work()
    async with (
        process(place, "one", clock) as one,
        process(place, "two", clock) as two,
    ):
        asking = [p.begin(asked(), work) for p in (one, two) * 50]
        await clock.sleep(3)
        work.may_end.set()
        answers = await asyncio.gather(*asking)

    assert len(work.begun) == 1
    assert len({answer.body for answer in answers}) == 1
    assert sum(answer.replayed for answer in answers) == 99


@pytest.mark.parametrize(
    ("error", "is_kept", "is_freed"),
    [
        pytest.param(Conflict(), True, False, id="final refusal"),
        pytest.param(ServiceOverloaded(), False, True, id="passing"),
        pytest.param(MailboxFull(), False, True, id="refusal by a failure"),
        pytest.param(GraphRejected(), False, True, id="failure for good"),
        pytest.param(GraphTimeout(), False, False, id="in doubt"),
        pytest.param(Conflict(outcome=UNKNOWN), False, False, id="refused"),
        pytest.param(GraphRejected(outcome=DONE), False, False, id="done"),
    ],
)
async def test_t69_what_is_kept(
    place: Place,
    clock: JumpingClock,
    error: ExchangeError,
    *,
    is_kept: bool,
    is_freed: bool,
) -> None:
    """Final refusals are told again; what may be done is gone on with."""
    first, second = Work.quick(error), Work.quick()
    async with process(place, "one", clock) as one:
        with pytest.raises(type(error)):
            await one.once(asked(), first)
        [again] = await asyncio.gather(
            one.once(asked(), second), return_exceptions=True
        )
        other = asked(body=b"other")
        [reused] = await asyncio.gather(
            one.once(other, second), return_exceptions=True
        )

    assert isinstance(reused, IdempotencyKeyReused)
    if is_kept:
        assert isinstance(again, type(error))
        assert second.begun == []
    else:
        [claim], [before] = second.begun, first.begun
        assert isinstance(again, Answer)
        assert claim.before is error.outcome
        assert claim.marker == before.marker
    async with process(place, "two", clock) as two:
        key = asked("another key")
        with pytest.raises(type(error)):
            await two.once(key, Work.quick(error))
        [new] = await asyncio.gather(
            two.once(asked("another key", body=b"other"), second),
            return_exceptions=True,
        )

    assert isinstance(new, Answer) is is_freed


async def test_t75_who_starts_again_goes_on_at_once(
    place: Place, clock: JumpingClock
) -> None:
    """What was noted is known, and nobody waits for the lease to end."""
    work = Work(notes={"there": ["a", "b"]})
    async with process(place, "one", clock) as one:
        left = one.begin(asked(), work)
        await clock.sleep(2)
        await one.die()
    began = clock.now()
    async with process(place, "one", clock) as one:
        work.may_end.set()
        answer = await one.once(asked(), work)
        replayed = await one.once(asked(), work)

    first, second = work.begun
    assert (first.before, second.before) == (None, UNKNOWN)
    assert second.notes == {"there": ["a", "b"]}
    assert second.marker == first.marker
    assert left.cancelled()
    assert clock.now() == began
    assert replayed.body == answer.body


@pytest.mark.parametrize("hours", [-1, 0, 1])
async def test_t75_others_go_on_when_the_lease_has_ended(
    place: Place, clock: JumpingClock, hours: int
) -> None:
    """Even if the date was set meanwhile, and not before they are sure."""
    work = Work()
    async with (
        process(place, "one", clock) as one,
        process(place, "two", clock) as two,
    ):
        left = one.begin(asked(), work)
        await clock.sleep(2)
        await one.die()
        clock.ahead = timedelta(hours=hours)
        began = clock.now()
        work.may_end.set()
        await two.once(asked(), work)

    assert [claim.before for claim in work.begun] == [None, UNKNOWN]
    assert left.cancelled()
    assert 6 < clock.now() - began < DEAD_FOR_SURE


@pytest.mark.parametrize("hours", [-1, 1])
async def test_who_is_alive_keeps_its_work(
    place: Place, clock: JumpingClock, hours: int
) -> None:
    """Long work, and a date that is set again and again: done once."""
    work = Work()
    async with (
        process(place, "one", clock) as one,
        process(place, "two", clock) as two,
    ):
        first = one.begin(asked(), work)
        await clock.sleep(0.1)
        second = two.begin(asked(), work)
        for number in range(50):
            await clock.sleep(1.1)
            clock.ahead = timedelta(hours=hours * (number % 2))
        work.may_end.set()
        answers = await asyncio.gather(first, second)

    assert len(work.begun) == 1
    assert answers[0].body == answers[1].body


async def test_who_was_asleep_is_told_what_the_other_did(
    place: Place, clock: JumpingClock
) -> None:
    """Its own result comes too late, and is not written over the other's."""
    slow, quick = Work(), Work.quick()
    async with (
        process(place, "one", clock) as one,
        process(place, "two", clock) as two,
    ):
        asleep = one.begin(asked(), slow)
        await clock.sleep(1)
        # As a process does that is stopped and goes on later.
        await one.ledger._heartbeat.aclose()
        taken = await two.once(asked(), quick)
        slow.may_end.set()
        told = await asleep

    assert len(slow.begun) == len(quick.begun) == 1
    assert told.body == taken.body
    assert told.replayed


async def test_who_cannot_wait_is_told_to_come_back(
    place: Place, clock: JumpingClock
) -> None:
    """In both processes: 409, and nothing is said of the work."""
    work = Work()
    async with (
        process(place, "one", clock) as one,
        process(place, "two", clock) as two,
    ):
        first = one.begin(asked(), work)
        await clock.sleep(0.1)
        for another in (one, two):
            with pytest.raises(IdempotencyKeyInUse) as refused:
                await another.once(asked(), work, within=2)

            assert refused.value.outcome is UNKNOWN
            assert refused.value.retry_after == 1
        work.may_end.set()
        await first

    assert len(work.begun) == 1


async def test_who_has_more_time_waits_longer(
    place: Place, clock: JumpingClock
) -> None:
    """Than those of the same process who asked before it."""
    work = Work()
    async with (
        process(place, "one", clock) as one,
        process(place, "two", clock) as two,
    ):
        first = one.begin(asked(), work)
        await clock.sleep(0.1)
        waiting = [two.begin(asked(), work, within=t) for t in (2, 3, 60, 60)]
        await clock.sleep(10)
        work.may_end.set()
        *few, one_more, another = await asyncio.gather(
            *waiting, return_exceptions=True
        )
        answer = await first

    assert {type(error) for error in few} == {IdempotencyKeyInUse}
    assert len(work.begun) == 1
    for told in (one_more, another):
        assert isinstance(told, Answer)
        assert told.body == answer.body


async def test_a_claim_in_doubt_is_no_reason_to_begin(
    place: Place, clock: JumpingClock
) -> None:
    """COMMIT without an answer: not begun, and gone on with by the same."""
    work = Work.quick()
    async with process(place, "one", clock) as one:
        await one.once(asked("other"), Work.quick())
        one.hide_commits()
        with pytest.raises(LedgerUnavailable) as refused:
            await one.once(asked(), work)
        one.hide_commits(hidden=False)
        assert work.begun == []
        await one.once(asked(), work)

    assert refused.value.outcome is Outcome.NOT_PERFORMED
    assert [claim.before for claim in work.begun] == [UNKNOWN]


async def test_what_cannot_be_noted_is_not_begun(
    place: Place, clock: JumpingClock
) -> None:
    """The ledger goes between the claim and the note: refused, for now."""
    work = Work(notes={"there": []})
    async with process(place, "one", clock) as one:
        await one.once(asked("other"), Work.quick())
        work.may_note.clear()
        first = one.begin(asked(), work)
        await clock.sleep(1)
        with place.away():
            work.may_note.set()
            with pytest.raises(LedgerUnavailable) as refused:
                await first
        work.may_end.set()
        answer = await one.once(asked(), work)

    assert refused.value.outcome is Outcome.NOT_PERFORMED
    assert not answer.replayed
    assert [claim.notes for claim in work.begun] == [{}, {}]


async def test_a_result_that_cannot_be_written_is_told(
    place: Place, clock: JumpingClock
) -> None:
    """The truth is told now, and looked for when it is asked for again."""
    work = Work()
    async with process(place, "one", clock) as one:
        first = one.begin(asked(), work)
        await clock.sleep(1)
        with place.away():
            work.may_end.set()
            answer = await first
        again = await one.once(asked(), work)

    assert not answer.replayed
    assert [claim.before for claim in work.begun] == [None, UNKNOWN]
    assert not again.replayed
    lost = [e for e in place.events() if e["event"] == "ledger.result_lost"]
    assert [event["operation"] for event in lost] == ["copy"]


async def test_t76_nothing_is_begun_without_a_ledger(
    place: Place, clock: JumpingClock
) -> None:
    """Refused, truthfully; afterwards the key is as good as new."""
    work = Work.quick()
    async with process(place, "one", clock) as one:
        await one.once(asked("other"), work)
        with place.away(), pytest.raises(LedgerUnavailable) as refused:
            await one.once(asked(), work)
        await one.once(asked(), work)

    assert refused.value.outcome is Outcome.NOT_PERFORMED
    assert [claim.before for claim in work.begun] == [None, None]


async def test_t77_after_its_term_a_key_is_new(
    place: Place, clock: JumpingClock
) -> None:
    """Even for what is in doubt; what was made before bears another name."""
    work = Work.quick(GraphTimeout())
    async with process(place, "one", clock, keep=60) as one:
        with pytest.raises(GraphTimeout):
            await one.once(asked(), work)
        await clock.sleep(59)
        await one.once(asked("other"), Work.quick())
        assert await one.ledger.purge() == 0
        await clock.sleep(2)
        await one.once(asked(body=b"new"), work)
        assert await one.ledger.purge() == 0
        running = one.begin(asked("long"), slow := Work(), within=200)
        await clock.sleep(61)
        forgotten = await one.ledger.purge()
        left = await count(one.database)
        slow.may_end.set()
        await running

    first, second = work.begun
    assert second.before is None
    assert second.marker != first.marker
    assert (forgotten, left) == (2, 1)
