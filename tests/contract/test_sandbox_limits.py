"""What one app may do to one mailbox."""

import asyncio

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.contract.conftest import (
    ADA,
    ADA_ADDRESS,
    GRACE,
    GRACE_ADDRESS,
    refusal,
    wait,
)

pytestmark = pytest.mark.anyio

MESSAGES = f"{ADA}/messages?$top=1"
THROTTLED = {
    "error": {
        "code": "ApplicationThrottled",
        "message": "Application is over its MailboxConcurrency limit.",
    }
}


async def at_once(graph: httpx.AsyncClient, *urls: str) -> list[int]:
    """Ask for all URLs at the same time and return the statuses."""
    answers = await asyncio.gather(*(graph.get(url) for url in urls))
    return [answer.status_code for answer in answers]


async def test_the_fifth_at_once_is_refused(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """Four requests may be in flight for one mailbox, not five."""
    sandbox.settings.latency = 1.0

    four = await at_once(graph, *[MESSAGES] * 4)
    five = await at_once(graph, *[MESSAGES] * 5)

    assert four == [200] * 4
    assert sorted(five) == [200] * 4 + [429]
    assert sandbox.peak(ADA_ADDRESS) == 5
    assert sandbox.throttled == 1


async def test_the_refusal_is_outlooks(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A refusal has Outlook's bare envelope and whole seconds to wait."""
    sandbox.limits.concurrency = 0
    sandbox.limits.retry_after = 3

    answer = await graph.get(MESSAGES)

    assert answer.status_code == 429
    assert answer.json() == THROTTLED
    assert answer.headers["retry-after"] == "3"


async def test_mailboxes_have_limits_of_their_own(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """Other mailboxes and the directory are not affected."""
    sandbox.settings.latency = 1.0

    statuses = await at_once(
        graph, *[MESSAGES] * 4, *[f"{GRACE}/messages"] * 4, *[ADA] * 6
    )

    assert set(statuses) == {200}
    assert sandbox.peak(ADA_ADDRESS) == sandbox.peak(GRACE_ADDRESS) == 4


async def test_aliases_share_the_limit(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A mailbox is the same by whichever name it is called."""
    sandbox.settings.latency = 1.0
    alias = "/users/ada.marlow@contoso.example/messages"

    statuses = await at_once(graph, *[MESSAGES] * 3, *[alias] * 2)

    assert sorted(statuses) == [200] * 4 + [429]
    assert sandbox.peak("ada.marlow@contoso.example") == 5


async def test_asking_early_starts_the_wait_anew(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A call before Retry-After has elapsed extends it."""
    sandbox.settings.latency = 1.0
    await at_once(graph, *[MESSAGES] * 5)
    sandbox.settings.latency = 0.0
    await wait(3)

    early = await graph.get(MESSAGES)
    await wait(4.9)
    still = await graph.get(MESSAGES)
    await wait(5)
    later = await graph.get(MESSAGES)

    assert [early.status_code, still.status_code] == [429, 429]
    assert still.headers["retry-after"] == "5"
    assert later.status_code == 200


async def test_the_window_slides(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """So many requests fit into any window, wherever it begins."""
    sandbox.limits.requests = 10
    sandbox.limits.window = 60.0
    for _ in range(5):
        assert (await graph.get(MESSAGES)).status_code == 200
    await wait(50)
    for _ in range(5):
        assert (await graph.get(MESSAGES)).status_code == 200

    refused = await graph.get(MESSAGES)
    wait_for = int(refused.headers["retry-after"])
    await wait(wait_for)
    after = [(await graph.get(MESSAGES)).status_code for _ in range(5)]

    assert refusal(refused) == (429, "ApplicationThrottled")
    assert "MailboxRequests" in refused.json()["error"]["message"]
    assert wait_for == 10
    # The refused request has used up one of the five that became free.
    assert after == [200, 200, 200, 200, 429]


async def test_a_hanging_request_keeps_its_place(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A place is free again when its caller gives up, not before."""
    sandbox.faults.add(Fault(hang=True, times=4))
    hanging = [asyncio.create_task(graph.get(MESSAGES)) for _ in range(4)]
    await wait(100)

    fifth = await graph.get(MESSAGES)
    for task in hanging:
        task.cancel()
    await asyncio.wait(hanging)
    await wait(5)
    later = await graph.get(MESSAGES)

    assert (fifth.status_code, later.status_code) == (429, 200)
    assert [call.status for call in sandbox.calls[-6:]] == [
        *[None] * 4,
        429,
        200,
    ]


@pytest.mark.parametrize(
    ("retry_after", "closed_for"),
    [
        pytest.param(7, 7, id="whole"),
        pytest.param(2.128, 2.128, id="decimal"),
        pytest.param("12", 12, id="text"),
        pytest.param("Wed, 18 Nov 2026 10:30:30 GMT", 30, id="date"),
        pytest.param("Wed Nov 18 10:30:30 2026", 30, id="old-date"),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
async def test_faults_close_the_mailbox_too(
    sandbox: Sandbox,
    graph: httpx.AsyncClient,
    retry_after: float | str,
    closed_for: float,
    status: int,
) -> None:
    """Who comes before a fault's Retry-After has elapsed is refused."""
    fault = Fault(
        mailbox=ADA_ADDRESS, status=status, retry_after=retry_after, times=1
    )
    sandbox.faults.add(fault)
    first = await graph.get(MESSAGES)
    await wait(closed_for - 0.5)

    early = await graph.get(MESSAGES)
    other = await graph.get(f"{GRACE}/messages")
    await wait(closed_for)
    later = await graph.get(MESSAGES)

    assert first.status_code == status
    assert first.headers["retry-after"] == str(retry_after)
    assert early.json() == THROTTLED
    assert [other.status_code, later.status_code] == [200, 200]


@pytest.mark.parametrize(
    "retry_after",
    [None, 0, -5, "soon", "1e999", "nan", "Wed, 01 Jan 2020 10:00:00 GMT"],
)
async def test_what_is_no_wait_closes_nothing(
    sandbox: Sandbox, graph: httpx.AsyncClient, retry_after: float | str | None
) -> None:
    """Unreadable and past times keep nobody away."""
    sandbox.faults.add(Fault(status=429, retry_after=retry_after, times=1))

    statuses = [(await graph.get(MESSAGES)).status_code for _ in range(2)]

    assert statuses == [429, 200]


async def test_other_answers_close_nothing(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A Retry-After beside another status is only a header."""
    sandbox.faults.add(Fault(retry_after=30, times=1))

    first = await graph.get(MESSAGES)
    second = await graph.get(MESSAGES)

    assert first.headers["retry-after"] == "30"
    assert [first.status_code, second.status_code] == [200, 200]


async def test_a_shorter_wait_does_not_end_a_longer_one(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """The mailbox stays closed for as long as anybody was told."""
    route = "/users/{mailbox}/messages"
    sandbox.faults.add(Fault(route=route, status=429, retry_after=30))
    sandbox.faults.add(Fault(delay=1, status=503, retry_after=5))
    await asyncio.gather(
        graph.get(MESSAGES), graph.get(f"{ADA}/mailFolders/inbox")
    )
    sandbox.faults.clear()
    await wait(10)

    early = await graph.get(MESSAGES)

    assert early.status_code == 429
    assert early.headers["retry-after"] == "30"
