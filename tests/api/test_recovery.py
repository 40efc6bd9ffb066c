"""What the service mends by itself, over the whole service."""

import asyncio

import pytest

from app.sandbox import Fault, Sandbox
from tests.support.service import Service

pytestmark = pytest.mark.anyio

MESSAGES = "/v1/mailboxes/ada@contoso.example/messages"
CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}'


def tokens_asked(sandbox: Sandbox) -> int:
    return sum(call.route == "token" for call in sandbox.calls)


async def test_a_claims_challenge_is_answered(
    service: Service, sandbox: Sandbox
) -> None:
    """401 with claims: one new token with them, and the caller is served."""
    await service.client.get("/v1/mailboxes")
    sandbox.faults.add(
        Fault(route="/users/*", status=401, claims=CLAIMS, times=1)
    )
    answer = await service.client.get(MESSAGES)
    asked = [call for call in sandbox.calls if call.route == "token"]

    assert answer.status_code == 200
    assert answer.headers["exchange-graph-calls"] == "2"
    assert "1700000000" in asked[-1].form["claims"]


async def test_revoked_tokens_are_replaced_once_for_all(
    service: Service, sandbox: Sandbox
) -> None:
    """All tokens revoked under load: one new one, nobody notices."""
    await service.client.get("/v1/mailboxes")
    await service.clock.sleep(60)
    sandbox.revoke_tokens()
    before = tokens_asked(sandbox)
    answers = await asyncio.gather(
        *(
            service.client.get(MESSAGES, params={"limit": number})
            for number in range(1, 31)
        )
    )

    assert {answer.status_code for answer in answers} == {200}
    assert tokens_asked(sandbox) == before + 1


async def test_the_breaker_closes_by_itself(
    service: Service, sandbox: Sandbox
) -> None:
    """Graph down, then back: after the break calls go through again."""
    fault = sandbox.faults.add(Fault(route="/users/*", status=500))
    for number in range(20):
        await service.client.get(
            f"/v1/mailboxes/m{number}@contoso.example/messages"
        )
    refused = await service.client.get(MESSAGES)
    sandbox.faults.remove(fault)
    await service.clock.sleep(6.1)
    answer = await service.client.get(MESSAGES)

    assert refused.json()["code"] == "graph-circuit-open"
    assert answer.status_code == 200
    names = ("opened", "half_opened", "closed")
    assert all(service.events(f"breaker.{name}") for name in names)


async def test_the_gate_opens_when_graph_said(
    service: Service, sandbox: Sandbox
) -> None:
    """Paused for 30 seconds: refused before, served after, none early."""
    sandbox.faults.add(
        Fault(route="/users/*", status=429, retry_after=30, times=1)
    )
    first = await service.client.get(MESSAGES)
    await service.clock.sleep(29)
    # One second is left: worth waiting for.
    second = await service.client.get(MESSAGES)

    assert first.status_code == 503
    assert second.status_code == 200
    assert sandbox.throttled == 0


async def test_recovery_is_told(service: Service, sandbox: Sandbox) -> None:
    """Two failures and a success leave a line about it."""
    sandbox.faults.add(Fault(route="/users/*", status=502, times=2))
    answer = await service.client.get(MESSAGES)
    told = service.events("graph.call.recovered")

    assert answer.status_code == 200
    assert told[0]["attempts"] == 3
    assert told[0]["request_id"] == answer.headers["x-request-id"]


async def test_one_tenant_down_and_the_other_well(
    service: Service, sandbox: Sandbox
) -> None:
    """Neither outage nor bad credentials of one tenant reach the other."""
    contoso = "11111111-1111-4111-8111-111111111111"
    sandbox.faults.add(Fault(tenant=contoso, status=503))
    for number in range(30):
        await service.client.get(
            f"/v1/mailboxes/m{number}@contoso.example/messages",
            headers={"Prefer": "wait=2"},
        )
    other = await service.client.get(
        "/v1/mailboxes/linus@fabrikam.example/messages",
        headers={"Exchange-Tenant": "fabrikam"},
    )

    assert other.status_code == 200
