"""Cases A, first half: what Retry-After says is done."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from math import ceil
from pathlib import Path
from typing import Any

import pytest

from app.clock import SystemClock
from app.gateway.operations.entry import Operation
from app.problems.graph_failures import GraphThrottled
from app.sandbox import Fault
from tests.support.gateway import READ, SEND_MAIL, Gateway, events, gateway
from tests.support.scripted import Answer, Heard, ScriptedGraph
from tests.support.service import Service

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
AMPLE: dict[str, Any] = {
    "budget": {"reserve": 1000},
    "breaker": {"minimum_calls": 10_000_000},
}
PATIENT: dict[str, Any] = {"retry": {"max_retry_after": 200}}
ZONES = ["Asia/Tokyo", "America/New_York"]


class FixedWallClock(SystemClock):
    """Virtual time, on a certain date."""

    def wall(self) -> datetime:
        return NOW


@pytest.fixture(params=ZONES)
def zone(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The zone in which the process runs."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def throttled(retry_after: str) -> Answer:
    return Answer(status=429, headers={"Retry-After": retry_after})


def date_in(seconds: float) -> str:
    return format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)


def each_mailbox_gets(*answers: Answer) -> Callable[[Heard], Answer]:
    """Answer by the same script for each mailbox, and well after it."""
    seen: Counter[str] = Counter()

    def answer(heard: Heard) -> Answer:
        step = seen[heard.url]
        seen[heard.url] += 1
        return answers[step] if step < len(answers) else Answer()

    return answer


async def waits_before_the_last(built: Gateway, count: int) -> list[float]:
    """Call for so many mailboxes; return the last wait of each."""
    waits = []
    for number in range(count):
        before = len(built.graph.heard)
        await built.send(mailbox=f"m{number}@contoso.example", seconds=120)
        at = [heard.at for heard in built.graph.heard[before:]]
        waits.append(at[-1] - at[-2])
    return waits


@pytest.mark.parametrize("status", [429, 503, 509])
async def test_t001_t002_t021_retry_after_is_obeyed(
    tmp_path: Path, status: int
) -> None:
    """Refused with Retry-After 7, then 200: the second in [7, 8)."""
    graph = ScriptedGraph(Answer(status=status, headers={"Retry-After": "7"}))
    async with gateway(tmp_path, graph) as built:
        await built.send()

    assert len(graph.heard) == 2
    assert 7 <= graph.times[1] < 8
    assert graph.early == 0


async def test_t002_without_retry_after_it_backs_off(tmp_path: Path) -> None:
    """503 without the header: full jitter between nothing and the base."""
    graph = ScriptedGraph(
        otherwise=each_mailbox_gets(Answer(status=503, body=b""))
    )
    async with gateway(tmp_path, graph, **AMPLE) as built:
        waits = await waits_before_the_last(built, 60)

    assert all(0 <= wait <= 0.5 for wait in waits)
    # Of sixty draws some are in either half: once in 10^17 this is wrong.
    assert min(waits) < 0.25 < max(waits)


async def test_t003_decimal_seconds_are_understood(tmp_path: Path) -> None:
    """A Retry-After of 2.128 is waited for, and not the backoff."""
    graph = ScriptedGraph(throttled("2.128"))
    async with gateway(tmp_path, graph) as built:
        await built.send()

    assert 2.128 <= graph.times[1] < 2.128 * 1.1 + 0.001
    assert graph.early == 0


async def test_t004_nought_means_at_once(tmp_path: Path) -> None:
    """Retry-After 0: repeated at once, which counts like any retry."""
    graph = ScriptedGraph(otherwise=throttled("0"))
    async with gateway(tmp_path, graph) as built:
        with pytest.raises(GraphThrottled) as caught:
            await built.send()
        left = built.parts.budgets[built.call().health].remaining

    assert graph.times == [0, 0, 0]
    assert caught.value.attempts == 3
    assert left == pytest.approx(3 - 2, abs=0.2)


@pytest.mark.usefixtures("zone")
async def test_t005_http_dates_are_in_gmt(tmp_path: Path) -> None:
    """A date 30 seconds ahead means 30 seconds, wherever the process runs."""
    graph = ScriptedGraph(throttled(date_in(30)))
    async with gateway(
        tmp_path, graph, clock=FixedWallClock(), **PATIENT
    ) as built:
        await built.send(seconds=300)

    assert 30 <= graph.times[1] <= 31


@pytest.mark.usefixtures("zone")
async def test_t006_minutes_are_not_lost(tmp_path: Path) -> None:
    """A date 120 seconds ahead means 120 seconds, not the odd ones of it."""
    graph = ScriptedGraph(throttled(date_in(120)))
    async with gateway(
        tmp_path, graph, clock=FixedWallClock(), **PATIENT
    ) as built:
        await built.send(seconds=300)

    assert 120 <= graph.times[1] <= 121


async def test_t007_a_date_in_the_past_means_now(tmp_path: Path) -> None:
    """A minute ago: no wait, and no negative one."""
    graph = ScriptedGraph(throttled(date_in(-60)))
    async with gateway(tmp_path, graph, clock=FixedWallClock()) as built:
        await built.send()

    assert graph.times == [0, 0]


@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize(
    "date", ["Sunday, 22-Nov-26 09:30:30 GMT", "Sun Nov 22 09:30:30 2026"]
)
async def test_t008_obsolete_dates_are_read(tmp_path: Path, date: str) -> None:
    """RFC 850's form and that of asctime: 30 seconds ahead."""
    graph = ScriptedGraph(throttled(date))
    async with gateway(
        tmp_path, graph, clock=FixedWallClock(), **PATIENT
    ) as built:
        await built.send(seconds=300)

    assert 30 <= graph.times[1] <= 31


@pytest.mark.parametrize(
    "garbage",
    [
        *("", "soon", "-5", "+5", "1e3", "inf", "-inf", "nan", "0x10"),
        *("1_000", "7 seconds", "9" * 400, ",", "30;120", "Sun, 99 Nov"),
        "Sun, 22 Nov 99999999999999 09:30:30 GMT",
    ],
)
async def test_t009_garbage_is_as_if_it_were_missing(
    tmp_path: Path, garbage: str
) -> None:
    """What cannot be read makes for the usual backoff."""
    graph = ScriptedGraph(throttled(garbage))
    async with gateway(tmp_path, graph) as built:
        await built.send()

    assert len(graph.heard) == 2
    assert 0 <= graph.times[1] <= 0.5


async def test_t009_of_a_list_the_first_counts(tmp_path: Path) -> None:
    """``30, 120`` means 30."""
    graph = ScriptedGraph(throttled("30, 120"))
    async with gateway(tmp_path, graph, **PATIENT) as built:
        await built.send(seconds=300)

    assert 30 <= graph.times[1] <= 31


async def test_t010_no_sleep_of_centuries(tmp_path: Path) -> None:
    """A number beyond all bounds: nothing overflows, nobody sleeps."""
    graph = ScriptedGraph(throttled("99999999999"))
    async with gateway(tmp_path, graph) as built:
        began = built.parts.clock.now()
        with pytest.raises(GraphThrottled) as caught:
            await built.send()
        took = built.parts.clock.now() - began

    assert len(graph.heard) == 1
    assert took == 0
    assert caught.value.retry_after == 31_536_000


async def test_t011_a_wait_past_the_deadline_is_not_begun(
    service: Service,
) -> None:
    """Retry-After 60 with 5 seconds left: one request, no wait, 60 told."""
    service.sandbox.faults.add(
        Fault(route="/users/*", status=429, retry_after=60)
    )
    await service.client.get("/v1/mailboxes")
    began = service.clock.now()
    answer = await service.client.get(
        "/v1/mailboxes/ada@contoso.example/messages",
        headers={"Prefer": "wait=5"},
    )

    assert service.clock.now() == began
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "60"
    assert answer.headers["exchange-graph-calls"] == "1"


@pytest.mark.parametrize(("seconds", "sends"), [(5.0, 1), (5.6, 2)])
async def test_t012_just_in_time_is_too_late(
    tmp_path: Path, seconds: float, sends: int
) -> None:
    """A wait exactly as long as the time left is not begun either."""
    graph = ScriptedGraph(throttled("5"))
    async with gateway(tmp_path, graph) as built:
        began = built.parts.clock.now()
        if sends == 1:
            with pytest.raises(GraphThrottled):
                await built.send(seconds=seconds)
        else:
            await built.send(seconds=seconds)
        took = built.parts.clock.now() - began

    assert len(graph.heard) == sends
    assert (took == 0) is (sends == 1)


async def test_t014_being_told_starts_the_backoff_anew(
    tmp_path: Path,
) -> None:
    """429 with 7, then 503 without: the second wait is a first backoff."""
    graph = ScriptedGraph(
        otherwise=each_mailbox_gets(
            throttled("7"), Answer(status=503, body=b"")
        )
    )
    async with gateway(tmp_path, graph, **AMPLE) as built:
        waits = await waits_before_the_last(built, 60)

    assert max(waits) <= 0.5


@pytest.mark.parametrize("operation", [READ, SEND_MAIL])
async def test_t016_accepted_but_slow_down(
    tmp_path: Path, operation: Operation
) -> None:
    """202 with Retry-After: never sent again, and the mailbox is spared."""
    graph = ScriptedGraph(
        Answer(status=202, body=b"", headers={"Retry-After": "7"})
    )
    async with gateway(tmp_path, graph) as built:
        accepted = await built.send(operation)
        await built.send(mailbox="grace@contoso.example")
        await built.send()
        told = events(built.log, "gate.closed")

    assert accepted.status == 202
    assert accepted.retry_after == 7
    # Another mailbox is served at once, the same one seven seconds later.
    assert graph.times == [0, 0, 7]
    assert told[0]["retry_after_s"] == 7


async def test_t016_who_has_no_time_is_told(tmp_path: Path) -> None:
    """After a 202 with a long Retry-After the next call is refused."""
    graph = ScriptedGraph(
        Answer(status=202, body=b"", headers={"Retry-After": "40"})
    )
    async with gateway(tmp_path, graph) as built:
        await built.send(SEND_MAIL)
        await built.parts.clock.sleep(10)
        with pytest.raises(GraphThrottled) as caught:
            await built.send()

    assert len(graph.heard) == 1
    assert caught.value.retry_after == 30


@pytest.mark.parametrize(
    ("seconds", "status", "next_one"),
    [(2, "sent", 200), (40, "verifying", 503)],
)
async def test_t016_a_mail_is_sent_once_all_the_same(
    service: Service, seconds: int, status: str, next_one: int
) -> None:
    """Over the whole service: in Sent Items once, and then silence."""
    route = "/users/{mailbox}/messages/{id}/send"
    service.sandbox.faults.add(
        Fault(route=route, headers={"Retry-After": str(seconds)})
    )
    answer = await service.client.post(
        "/v1/mailboxes/ada@contoso.example/sends",
        json={
            "to": [{"address": "grace@contoso.example"}],
            "subject": "Once",
        },
    )
    sent = [call for call in service.sandbox.calls if call.route == route]
    calls = len(service.sandbox.calls)
    after = await service.client.get(
        "/v1/mailboxes/ada@contoso.example/messages"
    )
    mailbox = service.sandbox.mailbox("ada@contoso.example")

    assert answer.status_code == 201
    assert answer.json()["status"] == status
    assert len(sent) == 1
    assert [m["subject"] for m in mailbox.sent()].count("Once") == 1
    assert after.status_code == next_one
    if next_one == 503:
        assert after.headers["retry-after"] == str(
            ceil(sent[0].at + seconds - service.clock.now())
        )
        assert len(service.sandbox.calls) == calls
