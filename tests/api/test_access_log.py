"""The line that each request leaves in the log."""

import pytest

from app.sandbox import Fault, Sandbox
from tests.support.service import Service

pytestmark = pytest.mark.anyio

MESSAGES = "/v1/mailboxes/ada@contoso.example/messages"
ROUTE = "/v1/mailboxes/{mailbox}/messages"


async def test_a_request_tells_what_it_was_and_took(
    service: Service, sandbox: Sandbox
) -> None:
    """By template, tenant and cost; of what was asked, nothing else."""
    sandbox.faults.add(Fault(route="/users/*", status=503, times=1))
    await service.client.get(
        MESSAGES,
        params={"query": "canary"},
        headers={"X-Request-ID": "one", "Exchange-Tenant": "contoso"},
    )
    await service.client.get("/v1/canary", headers={"X-Request-ID": "two"})
    found, lost = service.events("http.access")

    assert found.pop("duration_ms") > 0
    assert found.pop("timestamp")
    assert found == {
        "level": "info",
        "event": "http.access",
        "request_id": "one",
        "method": "GET",
        "route": ROUTE,
        "status": 200,
        "freshness": "fresh",
        "tenant": "contoso",
        "caller": "anybody",
        "attempts": 2,
    }
    assert lost["request_id"] == "two"
    assert lost["status"] == 404
    assert "route" not in lost
    assert "canary" not in service.log.getvalue()


async def test_recovery_and_exhaustion_are_told_apart(
    service: Service, sandbox: Sandbox
) -> None:
    """After how many attempts, and why it was given up."""
    sandbox.faults.add(Fault(route="/users/*", status=503, times=1))
    await service.client.get(MESSAGES)
    sandbox.faults.add(Fault(route="/users/*", status=503))
    await service.client.get(MESSAGES, params={"limit": 7})
    [recovered] = service.events("graph.call.recovered")
    [exhausted] = service.events("graph.call.exhausted")

    assert recovered["operation"] == "messages.list"
    assert recovered["attempts"] == 2
    assert exhausted["outcome"] == "graph-unavailable"
    assert exhausted["attempts"] == 3
    assert exhausted["upstream_status"] == 503
    assert exhausted["tenant"] == "contoso"
