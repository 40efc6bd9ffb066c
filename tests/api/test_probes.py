"""What is found out about Graph when nobody else asks it."""

from itertools import pairwise
from typing import Any

import pytest

from app.gateway.vitals import Vitals
from app.models.context import CallContext, Criticality
from app.sandbox import Fault
from app.sandbox.calls import Call
from app.services.probes import Probes
from tests.api.test_health import MESSAGES
from tests.support.metering import Metering
from tests.support.service import CONTOSO, FABRIKAM, Service

pytestmark = pytest.mark.anyio

EXCHANGE = "/health/exchange"
TENANTS = (CONTOSO["tenant_id"], FABRIKAM["tenant_id"])


async def asked(service: Service, *, again_after: float = 1) -> dict[str, Any]:
    """Ask how Graph is, and once more when a probe has had its time."""
    await service.client.get(EXCHANGE)
    await service.clock.sleep(again_after)
    answer = await service.client.get(EXCHANGE)
    checks: dict[str, Any] = answer.json()["checks"]
    return checks


def probes(service: Service) -> list[Call]:
    """Return the calls to Graph that nobody but health makes."""
    return [
        call
        for call in service.sandbox.calls
        if (call.route, call.query) == ("/users", "$select=id&$top=1")
    ]


async def test_a_quiet_tenant_is_probed(service: Service) -> None:
    """One cheap call for each tenant, and the next who asks knows."""
    first = (await service.client.get(EXCHANGE)).json()
    checks = await asked(service)

    assert sorted(c.tenant or "" for c in probes(service)) == sorted(TENANTS)
    assert "contoso:last_success" not in first["checks"]
    for tenant in ("contoso", "fabrikam"):
        assert checks[f"{tenant}:error_rate"][0]["observedValue"] == 0
        assert checks[f"{tenant}:last_success"][0]["status"] == "pass"
        assert checks[f"{tenant}:token"][0]["observedValue"] > 0


async def test_probes_are_sparing(service: Service) -> None:
    """Asked every second for five minutes: one probe in thirty seconds."""
    for _ in range(300):
        await service.client.get(EXCHANGE)
        await service.clock.sleep(1)
    times = [c.at for c in probes(service) if c.tenant == TENANTS[0]]
    pauses = [b - a for a, b in pairwise(times)]

    assert len(times) == 10
    assert min(pauses) >= 30


async def test_traffic_is_as_good_as_a_probe(service: Service) -> None:
    """What was asked lately is not probed; the quiet tenant is."""
    for _ in range(10):
        await service.client.get(
            MESSAGES, headers={"Cache-Control": "no-cache"}
        )
        await asked(service, again_after=20)

    assert {call.tenant for call in probes(service)} == {TENANTS[1]}


async def test_a_probe_is_never_repeated(service: Service) -> None:
    """Graph fails: that is known from one request, and told with its code."""
    service.sandbox.faults.add(Fault(route="/users", status=503))
    checks = await asked(service, again_after=29)
    failed = service.events("graph.call.failed")

    assert len(probes(service)) == 2
    assert checks["contoso:error_rate"][0]["observedValue"] == 1
    assert checks["contoso:error_rate"][0]["status"] == "warn"
    assert {line["operation"] for line in failed} == {"graph.probe"}
    assert {line["attempts"] for line in failed} == {1}


async def test_a_token_that_is_refused_shows_without_traffic(
    service: Service,
) -> None:
    """A secret has expired while nobody asked: named, with its page."""
    service.sandbox.faults.add(
        Fault(
            route="token", status=401, error="invalid_client", aadsts=7000222
        )
    )
    token = (await asked(service))["contoso:token"][0]

    assert (token["status"], token["output"]) == (
        "fail",
        "tenant-credentials-rejected",
    )
    page = await service.client.get(token["links"]["about"])
    assert page.status_code == 200


async def test_nobody_waits_for_a_probe(service: Service) -> None:
    """Graph hangs: health is told at once, and one probe is under way."""
    service.sandbox.faults.add(Fault(route="/users", hang=True))
    began = service.clock.now()
    for _ in range(20):
        await service.client.get(EXCHANGE)
    took = service.clock.now() - began
    await service.clock.sleep(1)

    assert took == 0
    assert len(probes(service)) == len(TENANTS)


async def test_live_and_ready_set_off_nothing(service: Service) -> None:
    """What machines ask every few seconds stays inside the process."""
    for path in ("live", "ready"):
        await service.client.get(f"/health/{path}")
    await service.clock.sleep(1)

    assert service.network.requests == []


async def test_a_probe_comes_after_all_others(service: Service) -> None:
    """It has the lowest rank, time enough, and a fault in it is told."""
    metering, seen = Metering(), list[CallContext]()

    async def probe(context: CallContext) -> None:
        seen.append(context)
        raise ZeroDivisionError("canary")

    tried = Probes(
        probe,
        Vitals(service.clock),
        30,
        clock=service.clock,
        telemetry=metering.telemetry,
    )
    tried.begin("contoso")
    await service.clock.sleep(0)
    await tried.aclose()

    assert seen[0].criticality is Criticality.BACKFILL
    assert seen[0].deadline.left() == 30
    assert "ZeroDivisionError" in metering.log.getvalue()
    assert "canary" not in metering.log.getvalue()
