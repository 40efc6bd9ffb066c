"""What `make crash` goes by."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.crash.mails import Mail, Promise, mail
from tests.crash.verdict import Verdict, judged
from tests.crash.watching import Copy

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


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
        ({**SENT, "due": NOON}, copies(-1), Verdict.ONCE),
        ({**SENT, "due": NOON}, copies(-2), Verdict.DIFFERS),
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
