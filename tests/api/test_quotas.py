"""Callers' quotas, over the whole service."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from app.callers.caller import Quota
from app.sandbox import Fault, Sandbox
from app.telemetry.providers import Providers
from tests.support.callers import api_key, called
from tests.support.metrics import readings
from tests.support.service import Service, settings_for, started

pytestmark = pytest.mark.anyio

MAILBOX = "/v1/mailboxes/ada@contoso.example"
MESSAGES = f"{MAILBOX}/messages"
QUOTA = Quota(requests=10, window=60, concurrency=3)
POLICY = '"default";q=10;w=60'


@pytest.fixture
async def limited(tmp_path: Path, sandbox: Sandbox) -> AsyncIterator[Service]:
    """The service with callers who each have a small quota."""
    async with started(
        settings_for(tmp_path), sandbox, authenticate=called(quota=QUOTA)
    ) as running:
        yield running


async def test_in_mode_none_there_is_no_quota(service: Service) -> None:
    """By default nobody is counted against anything, nor told of it."""
    answer = await service.client.get(MESSAGES)

    assert answer.status_code == 200
    assert "ratelimit" not in answer.headers
    assert "ratelimit-policy" not in answer.headers


async def test_in_other_modes_the_settings_apply(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """Whatever else a mode will do, it has the quota of the settings."""
    settings = settings_for(
        tmp_path,
        auth_mode="api_key",
        api_keys=[api_key("k", tenants=["contoso"])],
        quota={"requests": 77, "window": 30},
    )
    async with started(settings, sandbox) as running:
        answer = await running.client.get(
            "/v1/mailboxes", headers={"X-API-Key": "k"}
        )

    assert answer.headers["ratelimit-policy"] == '"default";q=77;w=30'


async def test_what_requests_cost(limited: Service) -> None:
    """1 each, and 1 for each request that Graph counts; none if cached."""
    costs = []
    left = 10
    for path in (MESSAGES, MESSAGES, f"{MESSAGES}?limit=0", "/v1/mailboxes"):
        answer = await limited.client.get(path)
        told = answer.headers["ratelimit"]
        name, remaining, seconds = told.split(";")
        costs.append(left - int(remaining.removeprefix("r=")))
        left -= costs[-1]

        assert answer.headers["ratelimit-policy"] == POLICY
        assert name == '"default"'
        assert 0 < int(seconds.removeprefix("t=")) <= 61

    assert costs == [2, 1, 1, 2]


async def test_a_batch_costs_what_graph_counts_it_for(
    limited: Service,
) -> None:
    """Folders are found by a batch of eight: one request, eight costs."""
    answer = await limited.client.get(f"{MAILBOX}/folders")

    assert answer.headers["exchange-graph-calls"] == "2"
    assert answer.headers["ratelimit"].startswith('"default";r=0;')


async def test_beyond_the_quota_callers_are_refused(
    limited: Service, sandbox: Sandbox
) -> None:
    """429 with all that a caller needs, and Graph is not asked."""
    for _ in range(9):
        await limited.client.get(MESSAGES)
    asked = len(sandbox.calls)
    refused = await limited.client.get(MESSAGES)
    asked_for_it = len(sandbox.calls) - asked
    other = await limited.client.get(MESSAGES, headers={"X-API-Key": "other"})
    wait = int(refused.headers["retry-after"])
    await limited.clock.sleep(wait)
    again = await limited.client.get(MESSAGES)

    assert refused.status_code == 429
    assert refused.json()["code"] == "quota-exceeded"
    assert refused.json()["retry_after"] == wait
    assert refused.headers["ratelimit"] == f'"default";r=0;t={wait}'
    assert refused.headers["ratelimit-policy"] == POLICY
    assert other.status_code == 200
    assert again.status_code == 200
    assert asked_for_it == 0


async def test_only_so_many_at_once(
    limited: Service, sandbox: Sandbox
) -> None:
    """The fourth of a caller's is refused, another caller's is not."""
    sandbox.settings.latency = 1.0
    tasks = [
        asyncio.create_task(
            limited.client.get(MESSAGES, params={"limit": number})
        )
        for number in (1, 2, 3)
    ]
    await limited.clock.sleep(0.5)
    fourth = await limited.client.get(MESSAGES)
    other = await limited.client.get(MAILBOX, headers={"X-API-Key": "other"})
    answers = await asyncio.gather(*tasks)
    after = await limited.client.get(MESSAGES, params={"limit": 1})

    assert fourth.status_code == 429
    assert fourth.headers["retry-after"] == "1"
    assert fourth.headers["ratelimit"].startswith('"default";r=7;')
    assert other.status_code == 200
    assert {answer.status_code for answer in answers} == {200}
    assert after.status_code == 200


async def test_what_must_answer_always_does(limited: Service) -> None:
    """Health and explanations are neither counted nor refused."""
    for _ in range(12):
        await limited.client.get(MESSAGES)
    health = await limited.client.get("/health/live")
    problems = await limited.client.get("/problems")
    document = await limited.client.get("/openapi.json")

    statuses = [a.status_code for a in (health, problems, document)]
    assert statuses == [200, 200, 200]
    assert "ratelimit" not in health.headers


async def test_pages_in_browsers_may_read_it(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """CORS exposes the headers, of a refusal too."""
    page = "https://mail.contoso.example"
    settings = settings_for(tmp_path, cors_origins=[page])
    async with started(
        settings, sandbox, authenticate=called(quota=QUOTA)
    ) as running:
        for _ in range(10):
            answer = await running.client.get(
                MESSAGES, headers={"Origin": page}
            )

    exposed = answer.headers["access-control-expose-headers"]
    assert answer.status_code == 429
    assert answer.headers["access-control-allow-origin"] == page
    assert "ratelimit" in answer.headers
    for header in ("RateLimit", "RateLimit-Policy", "Retry-After"):
        assert header in exposed.split(", ")


async def test_operators_see_who_uses_what(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """Statistics for each caller, and a gauge of the share used."""
    reader = InMemoryMetricReader()
    meters = Providers(meters=MeterProvider([reader]))
    async with started(
        settings_for(tmp_path),
        sandbox,
        authenticate=called(quota=QUOTA),
        providers=meters,
    ) as running:
        sandbox.faults.add(Fault(route="/users/*", status=404, times=1))
        await running.client.get(MESSAGES)
        for _ in range(4):
            await running.client.get(MESSAGES, headers={"X-API-Key": "b"})
        shares = readings(reader, "exchange.callers.quota")
        known = {f.caller.name: f for f in running.state.quotas.statistics()}

    assert shares == {
        ("somebody",): pytest.approx(0.2),
        ("b",): pytest.approx(0.5),
    }
    assert known["b"].requests == 4
    assert known["b"].graph_calls == 1
    assert known["b"].cost == 5
    assert known["b"].refused == known["b"].in_flight == 0
