"""A ledger that is put back from a copy, by what docs/operations.md says."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.sandbox import Sandbox
from tests.support.service import Service, settings_for, started

pytestmark = pytest.mark.anyio

ADDRESS = "ada@contoso.example"
SENDS = f"/v1/mailboxes/{ADDRESS}/sends"
LETTER = {"to": [{"address": "grace@contoso.example"}], "subject": "Quartz"}
PAGE = Path(__file__).parents[2] / "docs/operations.md"


def copied(source: Path, target: Path) -> None:
    """Copy a ledger that may be in use."""
    with (
        closing(sqlite3.connect(source)) as one,
        closing(sqlite3.connect(target)) as other,
    ):
        one.backup(other)


def sent(sandbox: Sandbox) -> list[str]:
    subjects = [m["subject"] for m in sandbox.mailbox(ADDRESS).sent()]
    return [subject for subject in subjects if subject == "Quartz"]


async def ended(service: Service, place: str) -> str:
    """Follow a send to its end; return it."""
    for _ in range(200):
        answer = await service.client.get(place)
        status: str = answer.json()["status"]
        if status in {"sent", "failed", "unknown"}:
            return status
        await service.clock.sleep(2)
    raise AssertionError(f"it never ends: {status}")


async def test_what_went_out_since_the_copy_is_not_sent_again(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """It waits in the copy; the statement lets it be looked for first."""
    settings = settings_for(tmp_path)
    ledger, copy = tmp_path / "ledger.db", tmp_path / "copy.db"
    [statement] = re.findall(r"```sql\n(.*?)```", PAGE.read_text(), re.DOTALL)
    async with started(settings, sandbox) as before:
        before.network.down = True
        answer = await before.client.post(
            SENDS, json=LETTER, headers={"Prefer": "respond-async"}
        )
        place = answer.headers["location"]
        copied(ledger, copy)
        before.network.down = False
        first = await ended(before, place)

    copied(copy, ledger)
    with closing(sqlite3.connect(ledger)) as database, database:
        changed = database.execute(statement).rowcount
    async with started(settings, sandbox) as after:
        again = await ended(after, place)

    assert changed == 1
    assert (first, again) == ("sent", "sent")
    assert sent(sandbox) == ["Quartz"]
