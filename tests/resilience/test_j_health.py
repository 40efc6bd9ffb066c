"""Cases J: health, asked of the whole service."""

import asyncio

import pytest

from app.sandbox import Fault, Sandbox
from tests.support.service import Service
from tests.support.visitor import Visitor

pytestmark = pytest.mark.anyio

MESSAGES = "/v1/mailboxes/ada@contoso.example/messages"
PATHS = ("/health/live", "/health/ready", "/health/exchange")
NO_TOKEN = Fault(
    route="token", status=401, error="invalid_client", aadsts=7000215
)


async def test_t136_one_tenant_is_enough_to_be_ready(
    service: Service, sandbox: Sandbox
) -> None:
    """Not ready only when no tenant gets a token; before that degraded."""
    sandbox.faults.add(NO_TOKEN)
    await service.client.get(MESSAGES)
    one_down = await service.client.get("/health/ready")
    await service.client.get(
        "/v1/mailboxes", headers={"Exchange-Tenant": "fabrikam"}
    )
    both_down = await service.client.get("/health/ready")

    assert (one_down.status_code, one_down.json()["status"]) == (200, "warn")
    assert (both_down.status_code, both_down.json()["status"]) == (503, "fail")


async def test_t136_ready_again_by_itself(
    service: Service, sandbox: Sandbox
) -> None:
    """Entra ID gives tokens again: ready as soon as one was asked for.

    All is well when the other tenant, which nobody asks for, was probed.
    """
    sandbox.faults.add(NO_TOKEN)
    for tenant in ("contoso", "fabrikam"):
        await service.client.get(
            "/v1/mailboxes", headers={"Exchange-Tenant": tenant}
        )
    down = await service.client.get("/health/ready")
    sandbox.faults.clear()
    await service.clock.sleep(61)
    await service.client.get(MESSAGES)
    back = await service.client.get("/health/ready")
    await service.clock.sleep(1)
    well = await service.client.get("/health/ready")

    assert down.status_code == 503
    assert (back.status_code, back.json()["status"]) == (200, "warn")
    assert (well.status_code, well.json()["status"]) == (200, "pass")


async def test_t136_refused_for_good_until_it_is_not(
    service: Service, sandbox: Sandbox
) -> None:
    """It does not waver while nobody asks, nor need anybody's request."""
    sandbox.faults.add(NO_TOKEN)
    for tenant in ("contoso", "fabrikam"):
        await service.client.get(
            "/v1/mailboxes", headers={"Exchange-Tenant": tenant}
        )
    asked = []
    for _ in range(60):
        await service.clock.sleep(10)
        asked.append(await service.client.get("/health/ready"))
    sandbox.faults.clear()
    # What is refused for good is remembered for a minute.
    for _ in range(10):
        await service.clock.sleep(10)
        back = await service.client.get("/health/ready")

    assert {answer.status_code for answer in asked} == {503}
    assert (back.status_code, back.json()["status"]) == (200, "pass")


async def test_t136_ready_while_entra_id_is_down(
    service: Service, sandbox: Sandbox
) -> None:
    """What is kept is served and mail taken on, in all processes."""
    sandbox.faults.add(Fault(route="token", status=503))
    await service.client.get(MESSAGES)
    found = []
    for _ in range(60):
        await service.clock.sleep(1)
        found.append(await service.client.get("/health/ready"))

    assert {answer.status_code for answer in found} == {200}
    assert {answer.json()["status"] for answer in found} == {"warn"}


async def test_t136_an_open_breaker_is_no_reason_to_be_unready(
    service: Service, sandbox: Sandbox
) -> None:
    """Reads are still served, stale: ready, and degraded in the body."""
    sandbox.faults.add(Fault(route="/users/*", status=500))
    for number in range(20):
        await service.client.get(
            f"/v1/mailboxes/m{number}@contoso.example/messages"
        )
    ready = await service.client.get("/health/ready")
    exchange = await service.client.get("/health/exchange")
    checks = exchange.json()["checks"]

    breakers = {c["componentId"]: c for c in checks["contoso:breaker"]}
    assert breakers["mail-read"]["observedValue"] == "open"
    assert ready.status_code == 200
    assert ready.json()["status"] == "warn"


async def test_t137_health_asks_nobody(
    service: Service, sandbox: Sandbox
) -> None:
    """Graph and Entra ID are gone: alive, and neither was even tried."""
    service.network.down = True
    answers = [await service.client.get(path) for path in PATHS[:2]]
    await service.clock.sleep(1)

    assert [answer.status_code for answer in answers] == [200, 200]
    assert service.network.requests == []
    assert sandbox.calls == []


async def test_t138_health_is_told_while_the_service_is_full(
    service: Service, sandbox: Sandbox
) -> None:
    """A thousand requests hang, more are refused: health is told at once."""
    sandbox.faults.add(Fault(hang=True))
    waiting = [
        asyncio.create_task(
            service.client.get(f"/v1/mailboxes/m{number}@contoso.example")
        )
        for number in range(1000)
    ]
    await service.clock.sleep(1)
    began = service.clock.now()
    refused = await service.client.get(MESSAGES)
    answers = [await service.client.get(path) for path in PATHS]
    took = service.clock.now() - began
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)

    assert refused.json()["code"] == "service-overloaded"
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert took == 0


async def test_t138_health_does_not_queue_for_the_processor(
    service: Service,
) -> None:
    """500 are ready to be served: health is told before most of them."""
    await service.client.get(MESSAGES)
    told: list[str] = []

    async def ask(path: str) -> None:
        visitor = Visitor(service=service, path=path)
        await visitor.visit()
        assert visitor.status == 200
        told.append(path)

    await asyncio.gather(*(ask(MESSAGES) for _ in range(500)), ask(PATHS[0]))

    assert len(told) == 501
    assert told.index(PATHS[0]) < 20
