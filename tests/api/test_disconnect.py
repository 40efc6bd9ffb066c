"""Callers that leave before they have their answer."""

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from app.callers.caller import Quota
from app.sandbox import Fault, Sandbox
from app.telemetry.providers import Providers
from tests.support.callers import called
from tests.support.metrics import readings
from tests.support.service import Service, settings_for, started
from tests.support.visitor import Visitor

pytestmark = pytest.mark.anyio

ADA = "ada@contoso.example"
MAILBOX = f"/v1/mailboxes/{ADA}"
MESSAGES = f"{MAILBOX}/messages"
GRAPH_MESSAGES = "/users/{mailbox}/messages"
MAIL: dict[str, Any] = {
    "to": [{"address": "grace@contoso.example"}],
    "subject": "Nobody waits for this",
}


def asked(sandbox: Sandbox) -> int:
    return sum(call.route == GRAPH_MESSAGES for call in sandbox.calls)


def told(service: Service) -> list[tuple[int | None, str | None]]:
    return [
        (line.get("status"), line.get("code"))
        for line in service.events("http.access")
    ]


async def took_a_permit(service: Service) -> float:
    """Return how long a read of the mailbox takes, its permit included."""
    began = service.clock.now()
    answer = await service.client.get(MESSAGES, params={"limit": 99})
    assert answer.status_code == 200
    return service.clock.now() - began


async def test_while_graph_works(service: Service, sandbox: Sandbox) -> None:
    """The read ends at once, and its permits are there for others."""
    await took_a_permit(service)
    sandbox.faults.add(Fault(route=GRAPH_MESSAGES, hang=True, times=4))
    leaving = [
        Visitor(service=service, path=f"{MESSAGES}?limit={number}")
        for number in range(1, 5)
    ]
    visits = [visitor.visit() for visitor in leaving]
    await service.clock.sleep(1)
    began = service.clock.now()
    for visitor in leaving:
        visitor.leave()
    await asyncio.gather(*visits)
    ended = service.clock.now() - began

    assert ended == 0
    assert {visitor.status for visitor in leaving} == {None}
    assert told(service)[-4:] == [(499, "cancelled")] * 4
    sandbox.faults.clear()
    assert await took_a_permit(service) == 0


async def test_while_waiting_for_a_permit(
    service: Service, sandbox: Sandbox
) -> None:
    """Who leaves the queue is never asked for at Graph (T141)."""
    sandbox.settings.latency = 1.0
    staying = [
        asyncio.create_task(
            service.client.get(MESSAGES, params={"limit": number})
        )
        for number in range(1, 5)
    ]
    await service.clock.sleep(0.5)
    before = asked(sandbox)
    leaving = [
        Visitor(service=service, path=f"{MESSAGES}?limit={number}")
        for number in range(11, 31)
    ]
    visits = [visitor.visit() for visitor in leaving]
    await service.clock.sleep(0.1)
    for visitor in leaving:
        visitor.leave()
    await asyncio.gather(*visits, *staying)
    await service.clock.sleep(10)

    assert asked(sandbox) == before == 4
    assert {task.result().status_code for task in staying} == {200}


async def test_others_who_want_the_same_stay(
    service: Service, sandbox: Sandbox
) -> None:
    """One call for two callers: the one who began it leaves, no matter."""
    sandbox.settings.latency = 1.0
    leaving = Visitor(service=service, path=MESSAGES)
    visit = leaving.visit()
    await service.clock.sleep(0.3)
    staying = asyncio.create_task(service.client.get(MESSAGES))
    await service.clock.sleep(0.3)
    leaving.leave()
    await visit
    answer = await staying

    assert answer.status_code == 200
    assert "collapsed" in answer.headers["cache-status"]
    assert asked(sandbox) == 1


async def test_while_content_is_sent(service: Service) -> None:
    """A download that stalls and breaks off gives its permit back."""
    page = await service.client.get(MESSAGES)
    place = f"{MESSAGES}/{page.json()['items'][0]['id']}/mime"
    leaving = [Visitor(service=service, path=place, takes=1) for _ in range(4)]
    visits = [visitor.visit() for visitor in leaving]
    await service.clock.sleep(1)
    waiting = asyncio.create_task(took_a_permit(service))
    await service.clock.sleep(5)
    held = not waiting.done()
    for visitor in leaving:
        visitor.leave()
    await asyncio.gather(*visits)

    assert held
    assert await waiting == pytest.approx(5)
    assert {visitor.status for visitor in leaving} == {200}
    assert (200, "cancelled") in told(service)


async def test_after_the_last_byte(service: Service) -> None:
    """Who has its answer and hangs up is no matter to anybody."""
    visitor = Visitor(service=service, path=MESSAGES)
    await visitor.visit()
    visitor.leave()
    await service.clock.sleep(1)

    assert visitor.status == 200
    assert told(service) == [(200, None)]


@pytest.mark.parametrize("key", [None, "left-behind"])
async def test_a_send_is_carried_out(
    service: Service, sandbox: Sandbox, key: str | None
) -> None:
    """Whoever leaves in the middle: it is in Sent Items, once."""
    sandbox.settings.latency = 1.0
    headers = {"idempotency-key": key} if key else {}
    leaving = Visitor(
        service=service,
        path=f"{MAILBOX}/sends",
        method="POST",
        body=MAIL,
        headers=headers,
    )
    visit = leaving.visit()
    await service.clock.sleep(1.5)
    leaving.leave()
    await visit
    sent = [m["subject"] for m in sandbox.mailbox(ADA).sent()]

    assert sent.count(MAIL["subject"]) == 1
    assert told(service)[-1] == (201, None)
    if key:
        again = await service.client.post(
            f"{MAILBOX}/sends", json=MAIL, headers={"Idempotency-Key": key}
        )
        sent = [m["subject"] for m in sandbox.mailbox(ADA).sent()]
        assert again.status_code == 201
        assert again.headers["idempotent-replayed"] == "true"
        assert sent.count(MAIL["subject"]) == 1


async def test_half_a_request_is_none(
    service: Service, sandbox: Sandbox
) -> None:
    """Whoever leaves while it still sends: nothing is done, nothing fails."""
    leaving = Visitor(
        service=service,
        path=f"{MAILBOX}/sends",
        method="POST",
        body=MAIL,
        is_whole=False,
    )
    visit = leaving.visit()
    await service.clock.sleep(1)
    leaving.leave()
    await visit
    await service.clock.sleep(60)

    assert sandbox.calls == []
    assert service.events("http.failed") == []
    assert told(service) == [(499, "cancelled")]


async def test_a_storm_of_leavers_leaves_nothing_behind(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """300 reads of which 70 % are left at random: all places are free."""
    chance = random.Random(300)
    sandbox.settings.latency = 0.2
    quota = Quota(requests=10_000, window=600, concurrency=40)
    settings = settings_for(tmp_path, limits={"requests_in_flight": 50})
    peak = 0

    async def one(running: Service, number: int) -> None:
        nonlocal peak
        await running.clock.sleep(chance.uniform(0, 10))
        visitor = Visitor(
            service=running, path=f"{MESSAGES}?limit={number % 97 + 1}"
        )
        visit = visitor.visit()
        await running.clock.sleep(chance.uniform(0, 0.5))
        [found] = running.state.quotas.statistics()
        peak = max(peak, found.in_flight)
        if chance.random() < 0.7:
            visitor.leave()
        await visit

    async with started(
        settings, sandbox, authenticate=called(quota=quota)
    ) as running:
        await asyncio.gather(*(one(running, n) for n in range(300)))
        [after] = running.state.quotas.statistics()
        answers = await asyncio.gather(
            *(
                running.client.get(MESSAGES, params={"limit": number})
                for number in range(1, 41)
            )
        )

    assert told(running).count((499, "cancelled")) > 50
    assert 4 < peak <= 40
    assert after.in_flight == 0
    assert {answer.status_code for answer in answers} == {200}


async def test_an_end_from_outside_is_not_mistaken_for_it(
    service: Service, sandbox: Sandbox
) -> None:
    """The server ends the request: that is heard, also with its caller."""
    sandbox.faults.add(Fault(route=GRAPH_MESSAGES, hang=True))
    for also_leaves in (False, True):
        visitor = Visitor(service=service, path=MESSAGES)
        visit = visitor.visit()
        await service.clock.sleep(1)
        if also_leaves:
            visitor.leave()
        visit.cancel()
        with pytest.raises(asyncio.CancelledError):
            await visit


async def test_it_is_told_to_operators(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """The call's outcome is cancelled, and its flight is gone."""
    reader = InMemoryMetricReader()
    meters = Providers(meters=MeterProvider([reader]))
    async with started(
        settings_for(tmp_path), sandbox, providers=meters
    ) as running:
        sandbox.faults.add(Fault(route=GRAPH_MESSAGES, hang=True, times=1))
        leaving = Visitor(service=running, path=MESSAGES)
        visit = leaving.visit()
        await running.clock.sleep(1)
        leaving.leave()
        await visit
        answer = await running.client.get(MESSAGES)
        calls = readings(reader, "exchange.calls")
        in_flight = readings(reader, "exchange.graph.in_flight")

    assert answer.status_code == 200
    assert "collapsed" not in answer.headers["cache-status"]
    call = ("contoso", "mail-read", "messages.list")
    assert calls[*call, "cancelled"] == calls[*call, "ok"] == 1
    assert set(in_flight.values()) == {0}
