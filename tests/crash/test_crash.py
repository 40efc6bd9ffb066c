"""Case T75 with real processes: a short run of what `make crash` does."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.crash.databases import Ledger
from tests.crash.mails import Mail, Promise, mail
from tests.crash.run import Wish, run
from tests.crash.table import Evidence
from tests.crash.verdict import Verdict, judged
from tests.crash.watching import Copy
from tests.support.postgres import PostgreSQL

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
KILLS = 6
# Its points lie where every message passes: nothing is waited for in vain.
SEED = 2904


@pytest.mark.long
def test_nothing_is_lost_and_nothing_comes_twice(
    tmp_path: Path, postgres: PostgreSQL
) -> None:
    """Two services die again and again, on each database: all is kept."""

    async def played(name: str, url: str | None) -> Evidence:
        data_dir = tmp_path / name
        data_dir.mkdir()
        ledger = Ledger(file=data_dir / "ledger.db", url=url)
        wish = Wish(kills=KILLS, seed=SEED, seconds=60, ledger=ledger)
        return await run(wish, data_dir)

    async def both(url: str) -> tuple[Evidence, Evidence]:
        # At once: they wait for most of the time.
        return await asyncio.gather(
            played("sqlite", None), played("postgresql", url)
        )

    with postgres.new_database() as url:
        found = asyncio.run(both(url))

    for evidence in found:
        assert evidence.broken == []
        assert evidence.complaints == []
        assert evidence.killed == KILLS
        assert Verdict.ONCE in [one.verdict for one in evidence.messages]


def a_mail(**members: object) -> Mail:
    made = mail(1, 1)
    for name, value in members.items():
        setattr(made, name, value)
    return made


def copies(*seconds: float) -> list[Copy]:
    return [
        Copy(
            message="1",
            subject=mail(1, 1).subject,
            sent_at=NOON + timedelta(seconds=second),
        )
        for second in seconds
    ]


SENT = {"promise": Promise.SENT, "status": "sent", "place": "/sends/1"}
NOT_SENT = {"promise": Promise.NOT_SENT}


@pytest.mark.parametrize(
    ("members", "found", "verdict"),
    [
        (SENT, copies(0), Verdict.ONCE),
        (SENT, copies(), Verdict.LOST),
        (SENT, copies(0, 1), Verdict.TWICE),
        ({**SENT, "status": "failed"}, copies(0), Verdict.DIFFERS),
        ({**SENT, "due": NOON}, copies(-2), Verdict.ONCE),
        ({**SENT, "due": NOON}, copies(-3), Verdict.DIFFERS),
        (
            {**SENT, "status": "cancelled", "kind": "cancelled"},
            copies(0),
            Verdict.DIFFERS,
        ),
        (
            {**SENT, "status": "failed", "kind": "refused"},
            copies(),
            Verdict.KEPT,
        ),
        (NOT_SENT, copies(), Verdict.KEPT),
        (NOT_SENT, copies(0), Verdict.DIFFERS),
        ({}, copies(), Verdict.OPEN),
        ({}, copies(0), Verdict.OPEN),
        ({}, copies(0, 1), Verdict.TWICE),
    ],
)
def test_what_was_not_kept_is_seen(
    members: dict[str, object], found: list[Copy], verdict: Verdict
) -> None:
    """Lost, twice, or other than was told: nothing of it passes."""
    [one] = judged([a_mail(**members)], found)

    assert one.verdict is verdict
