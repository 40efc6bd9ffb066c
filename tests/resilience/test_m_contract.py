"""Cases M: what callers are told of it."""

import asyncio
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.support.service import Service, settings_for, started

pytestmark = pytest.mark.anyio

MESSAGES = "/v1/mailboxes/{}/messages"
ADA = MESSAGES.format("ada@contoso.example")


def on_messages(fault: Fault) -> Fault:
    return replace(fault, route="/users/{mailbox}/messages")


async def test_t159_throttled(service: Service) -> None:
    """Throttled: 503, whole seconds rounded up, Graph's own error."""
    service.sandbox.faults.add(
        on_messages(
            Fault(status=429, code="ApplicationThrottled", retry_after=42.3)
        )
    )

    answer = await service.client.get(ADA)
    problem = answer.json()

    assert answer.status_code == 503
    assert problem["code"] == "graph-throttled"
    assert answer.headers["retry-after"] == "43"
    assert problem["retry_after"] == 43
    assert problem["attempts"] == 1
    assert problem["retryable"] is True
    assert problem["upstream"]["status"] == 429
    assert problem["upstream"]["code"] == "ApplicationThrottled"
    assert problem["upstream"]["request_id"]
    assert problem["upstream"]["client_request_id"]


async def test_t159_paused(service: Service) -> None:
    """Asking during the pause: refused here, with what is left of it."""
    service.sandbox.faults.add(
        on_messages(Fault(status=429, retry_after=42, times=1))
    )
    await service.client.get(ADA)
    calls = len(service.sandbox.calls)

    answer = await service.client.get(ADA, params={"limit": 2})

    assert answer.json()["code"] == "graph-throttled"
    assert answer.headers["retry-after"] == "42"
    assert answer.json()["attempts"] == 0
    assert "upstream" not in answer.json()
    assert len(service.sandbox.calls) == calls


async def test_t159_breaker_open(service: Service) -> None:
    """Circuit open: 503 with the rest of the break, Graph not asked."""
    service.sandbox.faults.add(Fault(status=500, route="/users/*"))
    for number in range(20):
        await service.client.get(
            MESSAGES.format(f"m{number}@contoso.example"),
            headers={"Prefer": "wait=3"},
        )
    calls = len(service.sandbox.calls)

    answer = await service.client.get(ADA)

    assert answer.json()["code"] == "graph-circuit-open"
    assert 1 <= int(answer.headers["retry-after"]) <= 6
    assert len(service.sandbox.calls) == calls
    assert service.events("breaker.opened")


async def test_t159_deadline(service: Service) -> None:
    """Out of time: 504, and nothing more is sent."""
    service.sandbox.faults.add(on_messages(Fault(hang=True)))

    answer = await service.client.get(ADA, headers={"Prefer": "wait=3"})

    assert answer.status_code == 504
    assert answer.json()["code"] == "graph-timeout"
    assert answer.headers["preference-applied"] == "wait=3"


async def test_t159_no_time_at_all(service: Service) -> None:
    """A caller with no time is told so, and Graph is not asked."""
    answer = await service.client.get(ADA, headers={"Prefer": "wait=0"})

    assert answer.status_code == 504
    assert answer.json()["code"] == "deadline-exceeded"
    assert answer.headers["exchange-graph-calls"] == "0"


async def test_t159_overload(tmp_path: Path, sandbox: Sandbox) -> None:
    """Too many wait for one mailbox: the next is refused at once."""
    sandbox.settings.latency = 1.0
    settings = settings_for(tmp_path, limits={"queue": 1})
    async with started(settings, sandbox) as service:
        answers = await asyncio.gather(
            *(
                service.client.get(ADA, params={"limit": number + 1})
                for number in range(6)
            )
        )

    refused = [a for a in answers if a.status_code == 503]
    assert [a.json()["code"] for a in refused] == ["service-overloaded"]
    assert refused[0].headers["retry-after"] == "1"


async def test_t159_service_full(tmp_path: Path, sandbox: Sandbox) -> None:
    """Too many requests in the process: refused, but health answers."""
    sandbox.settings.latency = 1.0
    settings = settings_for(tmp_path, limits={"requests_in_flight": 3})
    async with started(settings, sandbox) as service:
        busy = [
            asyncio.create_task(
                service.client.get(ADA, params={"limit": number + 1})
            )
            for number in range(3)
        ]
        await asyncio.gather(*[_begun(task) for task in busy])
        refused = await service.client.get(ADA)
        health = await service.client.get("/health/live")
        answers = await asyncio.gather(*busy)

    assert refused.status_code == 503
    assert refused.json()["code"] == "service-overloaded"
    assert health.status_code == 200
    assert {answer.status_code for answer in answers} == {200}


async def test_t159_unavailable(service: Service) -> None:
    """Graph failing: 503, with the attempts that were made."""
    service.sandbox.faults.add(on_messages(Fault(status=503)))

    answer = await service.client.get(ADA)

    assert answer.json()["code"] == "graph-unavailable"
    assert answer.json()["attempts"] == 3
    assert service.events("graph.call.exhausted")


async def test_t159_unreachable(service: Service) -> None:
    """Graph gone: 503, and the token that is held is not blamed."""
    await service.client.get("/v1/mailboxes")
    service.network.down = True

    answer = await service.client.get(ADA)

    assert answer.json()["code"] == "graph-unreachable"
    assert answer.json()["category"] == "network"


@pytest.mark.parametrize("hangs", [False, True])
async def test_t159_identity_unavailable(
    service: Service, *, hangs: bool
) -> None:
    """Entra ID gone or hanging, and no token held: 503 in time."""
    if hangs:
        service.sandbox.faults.add(Fault(route="token", hang=True))
    else:
        service.network.down = True

    answer = await service.client.get(ADA)

    assert answer.status_code == 503
    assert answer.json()["code"] == "identity-unavailable"
    assert answer.json()["attempts"] == 0
    assert int(answer.headers["retry-after"]) <= 5


async def _begun(task: "asyncio.Task[httpx.Response]") -> None:
    """Let a request get under way."""
    assert not task.done()
    await asyncio.wait([task], timeout=0.1)
