"""Cases M: what callers are told of it."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.problems.documents import problem_response
from app.problems.graph_failures import GraphThrottled, GraphUnreachable
from app.sandbox import Fault, Sandbox
from tests.support.gateway import SEND_MAIL, events, gateway
from tests.support.scripted import Answer, ScriptedGraph
from tests.support.service import CONTOSO, Service, settings_for, started

pytestmark = pytest.mark.anyio

MESSAGES = "/v1/mailboxes/{}/messages"
ADA = MESSAGES.format("ada@contoso.example")
CANARY = "canary-7f3a"
# Tokens of the sandbox begin like real ones.
SECRETS = ("EwB", "Bearer", CONTOSO["client_secret"], "ada@")


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


async def test_t160_of_two_pauses_the_longer_is_told(tmp_path: Path) -> None:
    """Told 3 seconds while the mailbox is closed for 59 more: 59."""
    graph = ScriptedGraph(
        Answer(status=429, headers={"Retry-After": "60"}, after=0.5),
        Answer(status=429, headers={"Retry-After": "3"}, after=1.5),
        Answer(status=500, body=b"", after=2.0),
        Answer(status=404, body=b"", after=2.5),
    )
    async with gateway(tmp_path, graph) as built:
        errors = await asyncio.gather(
            *(built.send() for _ in range(4)), return_exceptions=True
        )

    told = [getattr(error, "retry_after", None) for error in errors]
    assert told == [60, 59, 58.5, None]


async def test_t160_what_is_left_of_a_wait_outlasts_its_caller(
    service: Service, sandbox: Sandbox
) -> None:
    """Told 40 when sending: promised at once, asked again after that."""
    route = "/users/{mailbox}/messages/{id}/send"
    sandbox.faults.add(Fault(route=route, status=429, retry_after=40, times=1))
    answer = await service.client.post(
        "/v1/mailboxes/ada@contoso.example/sends",
        json={"to": [{"address": "grace@contoso.example"}]},
        headers={"Prefer": "wait=60"},
    )
    answered = service.clock.now()
    await service.clock.sleep(60)
    first, second = [call for call in sandbox.calls if call.route == route]

    assert answer.status_code == 202
    assert answer.json()["problem"]["code"] == "graph-throttled"
    assert answered - first.at < 5
    assert 40 <= second.at - first.at <= 60


@pytest.mark.parametrize(
    ("told", "seconds", "expected"),
    [(7.0, 3.0, 4.0), (7.0, 7.0, 0.0), (7.0, 9.0, 0.0), (None, 3.0, None)],
)
def test_t160_an_error_ages(
    told: float | None, seconds: float, expected: float | None
) -> None:
    """Aging takes off what has passed, once, and never goes below nought."""
    error = GraphThrottled(retry_after=told)
    error.age(50.0)
    error.told_at = 100.0
    error.age(100.0 + seconds)
    error.age(100.0 + seconds)

    assert error.retry_after == expected


@given(st.floats(min_value=0, max_value=31_536_000))
def test_t159_retry_after_is_rounded_up(seconds: float) -> None:
    """Whole seconds, never fewer than are meant, in header and document."""
    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    error = GraphThrottled(retry_after=seconds)
    answer = problem_response(scope, error, {"request_id": "test"})
    told = json.loads(bytes(answer.body))["retry_after"]

    assert answer.headers["retry-after"] == str(told)
    assert told - 1 < seconds <= told


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=400, code="BadRequest", message=CANARY),
        Fault(status=400, code=f"Bad {CANARY}", message=CANARY),
        Fault(status=403, message=CANARY, headers={"X-Hint": CANARY}),
        Fault(status=500, message=CANARY),
        Fault(status=429, message=CANARY, retry_after=CANARY),
        Fault(status=200, body="error-200", code="x", message=CANARY),
        Fault(status=401, claims=f'{{"c": "{CANARY}"}}'),
        Fault(route="token", status=400, error=f"bad {CANARY}"),
    ],
)
async def test_t163_errors_keep_secrets(
    service: Service, fault: Fault
) -> None:
    """What Graph says in words is neither logged nor passed on."""
    if fault.route is None:
        fault = on_messages(fault)
    service.sandbox.faults.add(fault)
    await service.client.get("/v1/mailboxes")
    answer = await service.client.get(
        ADA, params={"query": CANARY}, headers={"Prefer": "wait=5"}
    )
    log = service.log.getvalue()

    assert answer.is_error
    assert CANARY not in answer.text
    assert CANARY not in log
    assert "graph.call" in log
    assert not [secret for secret in SECRETS if secret in log]


async def test_t163_broken_connections_keep_secrets(tmp_path: Path) -> None:
    """An exception of the HTTP client may quote what went over the wire."""
    graph = ScriptedGraph(otherwise=httpx.ReadError(CANARY))
    async with gateway(tmp_path, graph) as built:
        with pytest.raises(GraphUnreachable) as caught:
            await built.ask(SEND_MAIL, body=CANARY.encode())

    assert CANARY not in built.log.getvalue()
    assert CANARY not in str(caught.value)
    assert events(built.log, "graph.call.failed")


async def test_t163_a_refused_write_keeps_its_body(
    service: Service,
) -> None:
    """What a caller sends is not to be found in the log, nor its address."""
    service.sandbox.faults.add(Fault(method="POST", status=500))
    answer = await service.client.post(
        ADA, json={"subject": CANARY, "to": [{"address": "x@y.example"}]}
    )
    log = service.log.getvalue()

    assert answer.is_error
    assert service.events("graph.call.failed")
    assert not [s for s in (CANARY, "x@y.example", "ada@") if s in log]
