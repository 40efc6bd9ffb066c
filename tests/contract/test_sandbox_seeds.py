"""The mail that a new sandbox holds."""

from collections import Counter
from datetime import datetime, timedelta
from operator import itemgetter

import httpx
import pytest

from app.sandbox import Sandbox
from tests.contract.conftest import (
    ADA,
    ADA_ADDRESS,
    GRACE_ADDRESS,
    NOW,
    Entity,
)

LINUS_ADDRESS = "linus@fabrikam.example"
SUPPORT_ADDRESS = "support@contoso.example"


@pytest.fixture
def mail(sandbox: Sandbox) -> list[Entity]:
    """Give all of Ada's mail."""
    return sandbox.mailbox(ADA_ADDRESS).messages


@pytest.mark.parametrize(
    ("address", "least", "most"),
    [
        (ADA_ADDRESS, 380, 420),
        (GRACE_ADDRESS, 230, 270),
        (SUPPORT_ADDRESS, 140, 160),
        (LINUS_ADDRESS, 25, 35),
    ],
)
def test_mailboxes_have_their_size(
    sandbox: Sandbox, address: str, least: int, most: int
) -> None:
    """One mailbox is large, one small."""
    assert least <= len(sandbox.mailbox(address).messages) <= most


@pytest.mark.parametrize("hours", [*range(0, 24 * 8, 7), 24 * 365])
def test_seeds_are_the_same_each_time(mail: list[Entity], hours: int) -> None:
    """Whenever a sandbox starts, its mail has the same order and weekdays."""
    now = NOW + timedelta(hours=hours)
    again = Sandbox(now=now).mailbox(ADA_ADDRESS).messages
    shifts = {
        datetime.fromisoformat(one["receivedDateTime"])
        - datetime.fromisoformat(other["receivedDateTime"])
        for one, other in zip(again, mail, strict=True)
    }

    assert [one["subject"] for one in again] == [
        one["subject"] for one in mail
    ]
    assert len(shifts) == 1
    assert not shifts.pop() % timedelta(weeks=1)
    newest = max(again, key=itemgetter("receivedDateTime"))
    assert newest["receivedDateTime"] <= now.isoformat()


def test_sandboxes_do_not_share_what_changes(mail: list[Entity]) -> None:
    """What happens in one sandbox stays in it."""
    other = Sandbox(now=NOW)
    other.deliver(ADA_ADDRESS)

    assert len(other.mailbox(ADA_ADDRESS).messages) == len(mail) + 1
    assert len(Sandbox(now=NOW).mailbox(ADA_ADDRESS).messages) == len(mail)


def test_times_are_those_of_people(mail: list[Entity]) -> None:
    """Mail of about 120 days, in the past, mostly in office hours."""
    times = sorted(message["receivedDateTime"] for message in mail)
    hours = Counter(int(time[11:13]) for time in times)

    assert times[0] > f"{NOW - timedelta(days=125):%Y-%m-%d}"
    assert times[-1] < f"{NOW:%Y-%m-%dT%H:%M:%SZ}"
    assert sum(hours[hour] for hour in range(7, 19)) > 0.8 * len(times)


def test_some_times_are_the_same(sandbox: Sandbox) -> None:
    """More messages than fit on a page arrived in one second."""
    times = Counter(
        message["receivedDateTime"]
        for message in sandbox.mailbox(SUPPORT_ADDRESS).messages
    )

    assert times.most_common(1)[0][1] > 10


@pytest.mark.parametrize(
    "odd",
    [
        {"subject": ""},
        {"subject": None},
        {"from": None},
        {"bodyPreview": ""},
        {"toRecipients": []},
        {"importance": "unknownFutureValue"},
        {"inferenceClassification": "priority"},
        {"@odata.type": "#microsoft.graph.eventMessageRequest"},
        {"@odata.type": "#microsoft.graph.reactionMessage"},
        {"subject": "Undeliverable: The original"},
        {"subject": "פגישה ביום שלישי"},
        {"isDraft": True, "from": None, "subject": ""},
    ],
)
def test_oddities_are_there(mail: list[Entity], odd: Entity) -> None:
    """Careless programs have something to stumble over."""
    absent = object()

    assert any(
        all(message.get(name, absent) == odd[name] for name in odd)
        for message in mail
    )


def test_threads_are_long(mail: list[Entity]) -> None:
    """Two conversations have more than thirty messages each."""
    threads = Counter(message["conversationId"] for message in mail)

    assert [count > 30 for _, count in threads.most_common(3)] == [
        True,
        True,
        False,
    ]


def test_mail_is_marked_as_people_mark_it(mail: list[Entity]) -> None:
    """There are flags, categories, importance and unread mail."""
    flags = Counter(message["flag"]["flagStatus"] for message in mail)
    due = [m for m in mail if "dueDateTime" in m["flag"]]
    long = max(len(message["subject"] or "") for message in mail)

    assert flags["flagged"] > 5
    assert flags["complete"] > 5
    assert due
    assert sum(bool(message["categories"]) for message in mail) > 20
    assert sum(not message["isRead"] for message in mail) > 50
    assert long > 1000


@pytest.mark.anyio
async def test_newsletters_try_everything(graph: httpx.AsyncClient) -> None:
    """Remote pictures, trackers, styles, scripts and inline pictures."""
    answer = await graph.get(
        f"{ADA}/messages",
        params={
            "$filter": "startswith(subject,'Harbour Weekly')",
            "$top": "50",
        },
    )

    pages = [m["body"]["content"] for m in answer.json()["value"]]
    for mark in ("<script>", "<style>", 'width="1"', "cid:", "https://img."):
        assert any(mark in page for page in pages), mark
