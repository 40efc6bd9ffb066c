"""Sends of one mailbox, handed in at the same time to several processes."""

import asyncio
from datetime import timedelta

import pytest

from app.clock import Clock, SystemClock
from app.ledger.database import Database
from app.ledger.send_rows import NewSend
from app.ledger.sends import SendLedger
from app.problems.resources import Conflict
from tests.support.clocks import JumpingClock
from tests.support.ledger import Place

pytestmark = pytest.mark.anyio


def _new(number: int, message: str | None = None) -> NewSend:
    return NewSend(
        id=f"{number:032}",
        tenant="contoso",
        lane=bytes([number]) * 32 if message else bytes(32),
        named=number.to_bytes(32, "big"),
        submission=b"",
        message_id=message,
        send_at=None,
        before=None,
    )


def _ledger(
    database: Database, owner: str, clock: Clock | None = None
) -> SendLedger:
    clock = clock or SystemClock()
    return SendLedger(
        database, owner, clock, capacity=100, tenants=["contoso"]
    )


async def test_only_one_is_the_first(place: Place) -> None:
    """Whoever else asks sees that one waits, and leaves the rest to it."""
    async with place.database() as one, place.database() as two:
        ledgers = _ledger(one, "one"), _ledger(two, "two")
        added = await asyncio.gather(
            *(
                ledgers[number % 2].add(_new(number), at_once=True)
                for number in range(12)
            )
        )
        due, _ = await ledgers[0].claim_due(12)

    claimed = [record for record, is_claimed in added if is_claimed]
    assert len(claimed) == 1
    assert claimed[0].seq == min(record.seq for record, _ in added)
    assert due == []


async def test_a_draft_is_taken_on_once(place: Place) -> None:
    """Many want it sent, by many names of its mailbox: all others are told."""
    async with place.database() as one, place.database() as two:
        answers = await asyncio.gather(
            *(
                _ledger(database, "one").add(
                    _new(number, "the draft"), at_once=True
                )
                for number, database in enumerate((one, two) * 5)
            ),
            return_exceptions=True,
        )

    refused = [answer for answer in answers if isinstance(answer, Conflict)]
    assert len(refused) == len(answers) - 1


@pytest.mark.parametrize(
    ("hours", "failures", "passed_by"),
    [(0, 119, 0), (0, 120, 1), (11, 10, 0), (13, 10, 2)],
)
async def test_how_long_the_first_one_holds_up_the_others(
    place: Place, hours: float, failures: int, passed_by: int
) -> None:
    """Through an outage of hours; but not what has failed so often."""
    clock = JumpingClock()
    # On the loop first: a thread cannot ask which loop it is.
    clock.now()
    async with place.database() as database:
        ledger = _ledger(database, "one", clock)
        first, _ = await ledger.add(_new(0), at_once=True)
        for number in (1, 2):
            await ledger.add(_new(number), at_once=False)
        clock.ahead = timedelta(hours=hours)
        later = ledger.now() + 60
        await ledger.release(first, retry_at=later, failures=failures)
        due, _ = await ledger.claim_due(3)

    assert len(due) == passed_by
