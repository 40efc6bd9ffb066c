"""The overview of a mailbox, part by part."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from app.sandbox import Fault, Sandbox
from app.sandbox.calls import Call
from tests.support.service import Service

pytestmark = pytest.mark.anyio

ADA = "/v1/mailboxes/ada@contoso.example"
OVERVIEW = f"{ADA}/overview"
FOLDER = "/users/{mailbox}/mailFolders/{folder}"
PARTS = {
    *("mailbox", "inbox", "drafts", "junk", "recent_messages"),
    *("calendar", "automatic_replies"),
}


def graph_calls(sandbox: Sandbox) -> list[Call]:
    """Return what Graph was asked, the parts of batches included."""
    return [c for c in sandbox.calls if c.path.startswith("/v1.0/")]


def statuses(overview: dict[str, Any]) -> dict[str, str]:
    """Return the status of each part."""
    return {name: part["status"] for name, part in overview.items()}


async def test_all_parts_come_in_one_request(
    service: Service, sandbox: Sandbox
) -> None:
    """One batch of seven, and each part is what the single routes give."""
    answer = await service.client.get(OVERVIEW)
    overview = answer.json()
    mailbox = await service.client.get(ADA)
    inbox = await service.client.get(f"{ADA}/folders/inbox")
    messages = await service.client.get(
        f"{ADA}/messages", params={"folder": "inbox", "limit": 10}
    )

    assert answer.status_code == 200
    assert answer.headers["exchange-freshness"] == "fresh"
    assert answer.headers["exchange-graph-calls"] == "1"
    assert statuses(overview) == dict.fromkeys(PARTS, "ok")
    assert {part["problem"] for part in overview.values()} == {None}
    assert overview["mailbox"]["data"] == mailbox.json()
    for name in ("unread_count", "total_count"):
        assert overview["inbox"]["data"][name] == inbox.json()[name]
    assert overview["recent_messages"]["data"] == messages.json()["items"]
    assert len(overview["recent_messages"]["data"]) == 10
    assert mailbox.headers["exchange-graph-calls"] == "0"
    assert messages.headers["exchange-graph-calls"] == "0"
    assert sum(c.batched for c in graph_calls(sandbox)[:8]) == 7
    assert sandbox.throttled == 0


async def test_what_is_fresh_is_not_asked_for(
    service: Service, sandbox: Sandbox
) -> None:
    """Parts that single requests have brought are taken from the cache."""
    await service.client.get(ADA)
    await service.client.get(f"{ADA}/folders/drafts")
    before = len(graph_calls(sandbox))
    await service.client.get(OVERVIEW)
    parts = [c.path for c in graph_calls(sandbox)[before:] if c.batched]
    again = await service.client.get(OVERVIEW)

    assert sorted(path.rpartition("/")[2] for path in parts) == [
        "automaticRepliesSetting",
        "calendarView",
        "inbox",
        "junkemail",
        "messages",
    ]
    assert again.headers["exchange-graph-calls"] == "0"
    assert again.headers["exchange-freshness"] == "fresh"


async def test_it_has_an_entity_tag(service: Service) -> None:
    """Who has it already is told so."""
    first = await service.client.get(OVERVIEW)
    second = await service.client.get(
        OVERVIEW, headers={"If-None-Match": first.headers["etag"]}
    )

    assert second.status_code == 304


async def test_one_part_fails_and_the_others_do_not(
    service: Service, sandbox: Sandbox
) -> None:
    """A part that Graph cannot give has a problem; the whole is 200."""
    sandbox.faults.add(Fault(route=FOLDER, status=503))
    answer = await service.client.get(OVERVIEW)
    overview = answer.json()

    assert answer.status_code == 200
    assert answer.headers["exchange-freshness"] == "fresh"
    assert statuses(overview) == {
        "mailbox": "ok",
        "inbox": "unavailable",
        "drafts": "unavailable",
        "junk": "unavailable",
        "recent_messages": "ok",
        "calendar": "ok",
        "automatic_replies": "ok",
    }
    problem = overview["inbox"]["problem"]
    assert problem["code"] == "graph-unavailable"
    assert problem["type"] == "/problems/graph-unavailable"
    assert problem["retryable"] is True
    assert overview["inbox"]["data"] is None
    sent = [c for c in graph_calls(sandbox) if c.batched]
    assert len(sent) == 7 + 3 + 3


async def test_a_failed_part_is_sent_again_alone(
    service: Service, sandbox: Sandbox
) -> None:
    """One throttled part: waited for and sent again, and nothing else."""
    sandbox.faults.add(
        Fault(
            route="/users/{mailbox}",
            status=429,
            retry_after=3,
            times=1,
        )
    )
    began = service.clock.now()
    answer = await service.client.get(OVERVIEW)
    took = service.clock.now() - began

    assert statuses(answer.json()) == dict.fromkeys(PARTS, "ok")
    assert 3 <= took < 4
    assert answer.headers["exchange-graph-calls"] == "2"


async def test_each_part_may_be_stale(
    service: Service, sandbox: Sandbox
) -> None:
    """An hour later one part fails: that one is stale, and the whole."""
    await service.client.get(OVERVIEW)
    await service.clock.sleep(3600)
    sandbox.deliver("ada@contoso.example", subject="New")
    sandbox.faults.add(Fault(route=FOLDER, status=503))
    answer = await service.client.get(OVERVIEW)
    overview = answer.json()

    assert answer.headers["exchange-freshness"] == "stale"
    assert int(answer.headers["age"]) >= 3600
    assert statuses(overview) == {
        "mailbox": "ok",
        "inbox": "stale",
        "drafts": "stale",
        "junk": "stale",
        "recent_messages": "ok",
        "calendar": "ok",
        "automatic_replies": "ok",
    }
    assert overview["recent_messages"]["data"][0]["subject"] == "New"
    assert overview["inbox"]["problem"] is None


@pytest.mark.long
async def test_with_graph_gone_all_is_stale_for_a_day(
    service: Service,
) -> None:
    """After 24 hours nothing is left but the reasons; replies last one."""
    await service.client.get(OVERVIEW)
    service.network.down = True
    await service.clock.sleep(86_400)
    stale = await service.client.get(OVERVIEW)
    await service.clock.sleep(600)
    gone = await service.client.get(OVERVIEW)

    assert statuses(stale.json()) == {
        **dict.fromkeys(PARTS, "stale"),
        "automatic_replies": "unavailable",
    }
    assert gone.status_code == 200
    assert statuses(gone.json()) == dict.fromkeys(PARTS, "unavailable")


@pytest.mark.parametrize(
    ("mailbox", "code"),
    [
        ("nobody@contoso.example", "mailbox-not-found"),
        ("tomasz.wilk@northwind.example", "mailbox-not-found"),
    ],
)
async def test_no_mailbox_no_overview(
    service: Service, mailbox: str, code: str
) -> None:
    """If every part says so, the whole says so."""
    answer = await service.client.get(f"/v1/mailboxes/{mailbox}/overview")

    assert answer.status_code == 404
    assert answer.json()["code"] == code


async def test_a_forbidden_mailbox_is_forbidden(
    service: Service, sandbox: Sandbox
) -> None:
    """403 for every part is 403 for the whole."""
    sandbox.faults.add(
        Fault(status=403, code="ErrorAccessDenied", route="/users/*")
    )
    answer = await service.client.get(OVERVIEW)

    assert answer.status_code == 403
    assert answer.json()["code"] == "mailbox-access-denied"


async def test_only_what_is_cached(service: Service, sandbox: Sandbox) -> None:
    """``only-if-cached`` asks Graph nothing."""
    await service.client.get(ADA)
    before = len(graph_calls(sandbox))
    answer = await service.client.get(
        OVERVIEW, headers={"Cache-Control": "only-if-cached"}
    )
    overview = answer.json()

    assert len(graph_calls(sandbox)) == before
    assert overview["mailbox"]["status"] == "ok"
    assert overview["inbox"]["problem"]["code"] == "not-in-cache"


async def test_many_ask_and_few_requests_are_made(
    service: Service, sandbox: Sandbox
) -> None:
    """Fifty overviews at once: one batch, and never more than four steps."""
    sandbox.settings.latency = 0.05
    answers = await asyncio.gather(
        *(service.client.get(OVERVIEW) for _ in range(50))
    )

    assert {answer.status_code for answer in answers} == {200}
    assert sum(c.batched for c in graph_calls(sandbox)) == 7
    assert sandbox.peak("ada@contoso.example") <= 4
    assert sandbox.throttled == 0


async def test_the_calendar_tells_what_is_to_come(service: Service) -> None:
    """The next events as the list has them, and none that is over."""
    overview = (await service.client.get(OVERVIEW)).json()
    replies = await service.client.get(f"{ADA}/automatic-replies")
    now = service.clock.wall()
    listed = await service.client.get(
        f"{ADA}/events",
        params={
            "start": now.date().isoformat(),
            "end": (now + timedelta(days=8)).date().isoformat(),
            "limit": 100,
        },
    )
    told = now.isoformat()[:19]
    coming = [
        {**event, "calendar_id": None}
        for event in listed.json()["items"]
        if (event["ends_at"] or f"{event['end'].get('date')}") > told
    ]

    assert overview["automatic_replies"]["data"] == replies.json()
    assert overview["calendar"]["data"] == coming[:10]
    assert len(coming) >= 3


async def test_calendar_and_replies_fail_by_themselves(
    service: Service, sandbox: Sandbox
) -> None:
    """Neither takes the rest with it; replies are stale for an hour."""
    await service.client.get(OVERVIEW)
    await service.clock.sleep(1800)
    sandbox.faults.add(
        Fault(route="/users/{mailbox}/mailboxSettings/*", status=503)
    )
    sandbox.faults.add(Fault(route="*/calendar*", status=403))
    half = (await service.client.get(OVERVIEW)).json()
    await service.clock.sleep(3600)
    later = (await service.client.get(OVERVIEW)).json()

    assert half["automatic_replies"]["status"] == "stale"
    assert half["calendar"]["status"] == "unavailable"
    assert half["calendar"]["problem"]["code"] == "mailbox-access-denied"
    assert half["inbox"]["status"] == "ok"
    assert later["automatic_replies"]["status"] == "unavailable"
    assert later["automatic_replies"]["data"] is None
