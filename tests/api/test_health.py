"""Health, over the whole service."""

import asyncio

import pytest

from app.sandbox import Fault
from tests.support.service import Service

pytestmark = pytest.mark.anyio

MESSAGES = "/v1/mailboxes/ada@contoso.example/messages"


async def test_all_is_well(service: Service) -> None:
    """Alive, ready, and Graph is well."""
    await service.client.get(MESSAGES)
    live = await service.client.get("/health/live")
    ready = await service.client.get("/health/ready")
    exchange = await service.client.get("/health/exchange")

    assert live.json()["status"] == ready.json()["status"] == "pass"
    assert live.json()["checks"]["uptime"][0]["observedUnit"] == "s"
    for key, told in exchange.json()["checks"].items():
        # The separator of component and measurement (draft §4).
        assert key.count(":") == 1
        assert all(check["time"].endswith("Z") for check in told)
    assert exchange.json()["status"] == "pass"
    assert exchange.headers["content-type"] == "application/health+json"
    assert "contoso:p95" in exchange.json()["checks"]
    assert exchange.json()["checks"]["contoso:token"][0]["observedValue"] > 0


async def test_health_answers_while_everything_hangs(
    service: Service,
) -> None:
    """Graph and Entra ID hang: health is told at once."""
    service.sandbox.faults.add(Fault(hang=True))
    waiting = [
        asyncio.create_task(service.client.get(MESSAGES, params={"limit": n}))
        for n in range(1, 30)
    ]
    await service.clock.sleep(1)
    began = service.clock.now()
    for path in ("live", "ready", "exchange"):
        answer = await service.client.get(f"/health/{path}")
        assert answer.status_code == 200
    took = service.clock.now() - began
    answers = await asyncio.gather(*waiting)

    assert took == 0
    assert {answer.status_code for answer in answers} == {503}


async def test_not_ready_when_nobody_can_be_served(service: Service) -> None:
    """No tenant gets a token: not ready, but alive."""
    service.sandbox.faults.add(
        Fault(
            route="token", status=401, error="invalid_client", aadsts=7000215
        )
    )
    await service.client.get(MESSAGES)
    half = await service.client.get("/health/ready")
    await service.client.get(
        "/v1/mailboxes", headers={"Exchange-Tenant": "fabrikam"}
    )
    none = await service.client.get("/health/ready")
    live = await service.client.get("/health/live")

    assert (half.status_code, half.json()["status"]) == (200, "warn")
    assert (none.status_code, none.json()["status"]) == (503, "fail")
    assert live.status_code == 200


async def test_trouble_is_told(service: Service) -> None:
    """Errors, an open breaker and a paused mailbox show in the body."""
    service.sandbox.faults.add(Fault(route="/users/*", status=500))
    for number in range(20):
        await service.client.get(
            f"/v1/mailboxes/m{number}@contoso.example/messages"
        )
    service.sandbox.faults.clear()
    service.sandbox.faults.add(
        Fault(route="/users/*", status=429, retry_after=60)
    )
    await service.client.get("/v1/mailboxes/grace@contoso.example")
    checks = (await service.client.get("/health/exchange")).json()["checks"]
    ready = await service.client.get("/health/ready")

    assert checks["contoso:error_rate"][0]["status"] == "warn"
    breakers = {c["componentId"]: c for c in checks["contoso:breaker"]}
    assert breakers["mail-read"]["observedValue"] == "open"
    assert checks["contoso:paused_mailboxes"][0]["observedValue"] == 1
    assert checks["fabrikam:paused_mailboxes"][0]["observedValue"] == 0
    assert ready.status_code == 200
    assert ready.json()["status"] == "warn"


async def test_a_process_that_stops_is_not_ready(service: Service) -> None:
    """Told to stop: no traffic should come, though all tenants are well."""
    before = await service.client.get("/health/ready")
    service.stopping.begin()
    ready = await service.client.get("/health/ready")
    live = await service.client.get("/health/live")

    assert (before.status_code, live.status_code) == (200, 200)
    assert ready.status_code == 503
    assert ready.json()["checks"]["process"][0]["output"] == "service-stopping"
