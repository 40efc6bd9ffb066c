"""What can befall one tenant, over the whole service, and leave another be."""

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from app.sandbox import Fault
from tests.support.service import CONTOSO, FABRIKAM, Service

pytestmark = pytest.mark.anyio

MAILBOX = "/v1/mailboxes/{}@contoso.example/messages"
OURS = MAILBOX.format("ada")
THEIRS = "/v1/mailboxes/linus@fabrikam.example/messages"
FRESH = {"Cache-Control": "no-cache"}
HERE = {"Exchange-Tenant": "contoso", **FRESH}
THERE = {"Exchange-Tenant": "fabrikam", **FRESH}
CONTOSO_ID = CONTOSO["tenant_id"]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """What befalls contoso, and what callers are told of it."""

    fault: dict[str, Any]
    status: int
    code: str
    category: str
    words: str
    upstream: str | None = None
    retryable: bool = False
    callers: int = 5


def signing_in(**fault: Any) -> dict[str, Any]:
    """Return what goes wrong when a token is asked for."""
    return {"route": "token", **fault}


def asking(**fault: Any) -> dict[str, Any]:
    """Return what goes wrong when Graph is asked for anything."""
    return {"route": "/users*", **fault}


SCENARIOS = {
    "unknown tenant": Scenario(
        fault={"route": "openid-configuration", "aadsts": 90002},
        status=404,
        code="tenant-not-found",
        category="tenant",
        words="tenant's id",
        upstream="AADSTS90002",
    ),
    "unknown tenant, told with the token": Scenario(
        fault=signing_in(aadsts=90002),
        status=404,
        code="tenant-not-found",
        category="tenant",
        words="EXCHANGE_CLOUD",
        upstream="AADSTS90002",
    ),
    "unknown app": Scenario(
        fault=signing_in(aadsts=700016),
        status=502,
        code="tenant-credentials-rejected",
        category="authentication",
        words="EXCHANGE_CLIENT_ID",
        upstream="AADSTS700016",
    ),
    "disabled app": Scenario(
        fault=signing_in(aadsts=7000112),
        status=502,
        code="tenant-credentials-rejected",
        category="authentication",
        words="enabled",
        upstream="AADSTS7000112",
    ),
    "no consent": Scenario(
        fault=signing_in(aadsts=65001),
        status=502,
        code="tenant-consent-missing",
        category="tenant",
        words="grant admin consent",
        upstream="AADSTS65001",
    ),
    "no consent, told by Graph": Scenario(
        fault=asking(status=403, code="Authorization_RequestDenied"),
        status=502,
        code="tenant-consent-missing",
        category="tenant",
        words="grant admin consent",
        upstream="Authorization_RequestDenied",
    ),
    "wrong secret": Scenario(
        fault=signing_in(aadsts=7000215),
        status=502,
        code="tenant-credentials-rejected",
        category="authentication",
        words="not its id",
        upstream="AADSTS7000215",
    ),
    "expired secret": Scenario(
        fault=signing_in(aadsts=7000222),
        status=502,
        code="tenant-credentials-rejected",
        category="authentication",
        words="Make a new secret",
        upstream="AADSTS7000222",
    ),
    "unknown certificate": Scenario(
        fault=signing_in(aadsts=700027),
        status=502,
        code="tenant-credentials-rejected",
        category="authentication",
        words="Upload the certificate",
        upstream="AADSTS700027",
    ),
    "blocked by access policy": Scenario(
        fault=asking(
            status=403,
            code="ErrorAccessDenied",
            message="Access to OData is disabled: [RAOP] : Blocked by tenant"
            " configured AppOnly AccessPolicy settings.",
        ),
        status=403,
        code="mailbox-access-denied",
        category="authorization",
        words="application access policy or RBAC",
        upstream="ErrorAccessDenied",
    ),
    "conditional access": Scenario(
        fault=signing_in(aadsts=53003),
        status=502,
        code="tenant-policy-blocked",
        category="tenant",
        words="Conditional Access",
        upstream="AADSTS53003",
    ),
    "conditional access wants a person": Scenario(
        fault=signing_in(aadsts=50079),
        status=502,
        code="tenant-policy-blocked",
        category="tenant",
        words="demands a person",
        upstream="AADSTS50079",
    ),
    "wrong cloud": Scenario(
        fault=signing_in(aadsts=900382),
        status=404,
        code="tenant-not-found",
        category="tenant",
        words="Set EXCHANGE_CLOUD",
        upstream="AADSTS900382",
    ),
    "wrong cloud, Graph is not in it": Scenario(
        fault=signing_in(aadsts=500011),
        status=502,
        code="tenant-consent-missing",
        category="tenant",
        words="EXCHANGE_CLOUD",
        upstream="AADSTS500011",
    ),
    "wrong cloud, the token means nothing to Graph": Scenario(
        fault=asking(status=401, code="InvalidAuthenticationToken"),
        status=502,
        code="tenant-credentials-rejected",
        category="authentication",
        words="EXCHANGE_CLOUD",
        upstream="InvalidAuthenticationToken",
    ),
    "wrong cloud, Graph knows no such tenant": Scenario(
        fault=asking(status=401, code="OrganizationFromTenantGuidNotFound"),
        status=404,
        code="tenant-not-found",
        category="tenant",
        words="EXCHANGE_CLOUD",
        upstream="OrganizationFromTenantGuidNotFound",
    ),
    "wrong cloud, Graph knows no such user": Scenario(
        fault=asking(status=404, code="Request_ResourceNotFound"),
        status=404,
        code="mailbox-not-found",
        category="not-found",
        words="cloud",
        upstream="Request_ResourceNotFound",
    ),
    "throttled by Graph": Scenario(
        fault=asking(status=429, code="ApplicationThrottled", retry_after=100),
        status=503,
        code="graph-throttled",
        category="throttled",
        words="Retry-After",
        upstream="ApplicationThrottled",
        retryable=True,
    ),
    "throttled by Entra ID": Scenario(
        fault=signing_in(aadsts=90055, retry_after=100),
        status=503,
        code="identity-unavailable",
        category="throttled",
        words="other processes",
        upstream="AADSTS90055",
        retryable=True,
    ),
    "caught in a loop": Scenario(
        fault=signing_in(aadsts=50196),
        status=503,
        code="identity-unavailable",
        category="throttled",
        words="other processes",
        upstream="AADSTS50196",
        retryable=True,
    ),
    "Entra ID fails": Scenario(
        fault=signing_in(aadsts=90033),
        status=503,
        code="identity-unavailable",
        category="upstream",
        words="Wait",
        upstream="AADSTS90033",
        retryable=True,
    ),
    "Entra ID hangs": Scenario(
        fault=signing_in(hang=True),
        status=503,
        code="identity-unavailable",
        category="upstream",
        words="Wait",
        retryable=True,
    ),
    "down": Scenario(
        fault=asking(status=503, body="html"),
        status=503,
        code="graph-unavailable",
        category="upstream",
        words="service health",
        retryable=True,
        # Enough to open the circuit.
        callers=25,
    ),
    "hanging": Scenario(
        fault=asking(hang=True),
        status=504,
        code="graph-timeout",
        category="timeout",
        words="latency",
        retryable=True,
    ),
}


async def ours(service: Service, path: str = OURS) -> httpx.Response:
    return await service.client.get(
        path, headers={**HERE, "Prefer": "wait=12"}
    )


async def theirs(service: Service, path: str = THEIRS) -> httpx.Response:
    return await service.client.get(path, headers=THERE)


@pytest.mark.parametrize("name", SCENARIOS)
async def test_what_befalls_a_tenant_is_told(
    service: Service, name: str
) -> None:
    """Each has a problem that says what to do; mended, it is served again."""
    scenario = SCENARIOS[name]
    service.sandbox.faults.add(Fault(tenant=CONTOSO_ID, **scenario.fault))
    answer = await ours(service)
    problem = answer.json()
    service.sandbox.faults.clear()
    # The longest of: a final failure's minute, and what was told.
    await service.clock.sleep(100)
    mended = await ours(service)

    assert answer.status_code == scenario.status
    assert problem["code"] == scenario.code
    assert problem["category"] == scenario.category
    assert scenario.words in problem["action"]
    assert problem["retryable"] is scenario.retryable
    assert problem.get("upstream", {}).get("code") == scenario.upstream
    assert "RAOP" not in answer.text
    assert mended.status_code == 200


@pytest.mark.parametrize("name", SCENARIOS)
async def test_what_befalls_a_tenant_leaves_others_be(
    service: Service, name: str
) -> None:
    """Fabrikam is served at once while contoso fails, with its own token."""
    scenario = SCENARIOS[name]
    service.sandbox.faults.add(Fault(tenant=CONTOSO_ID, **scenario.fault))
    names = ["ada", *(f"m{number}" for number in range(scenario.callers))]
    failing = [
        asyncio.create_task(ours(service, MAILBOX.format(name)))
        for name in names
    ]
    took = []
    for _ in range(6):
        began = service.clock.now()
        answer = await theirs(service)
        took.append(service.clock.now() - began)
        await service.clock.sleep(2)
        assert answer.status_code == 200
        assert answer.headers["exchange-freshness"] == "fresh"
    ends = await asyncio.gather(*failing)
    health = (await service.client.get("/health/exchange")).json()["checks"]
    about_them = {
        check: told[0]["status"]
        for check, told in health.items()
        if check.startswith("fabrikam:")
    }

    # 503: after so many failures the circuit may be open.
    assert {end.status_code for end in ends} <= {scenario.status, 503}
    assert max(took) == 0
    assert set(about_them.values()) == {"pass"}
    assert (await service.client.get("/health/ready")).status_code == 200


async def test_tenants_are_chosen_by_the_header(service: Service) -> None:
    """Each with its own app and token; the first one if none is named."""
    await service.client.get(OURS)
    await theirs(service)
    unknown = await service.client.get(
        OURS, headers={"Exchange-Tenant": "nobody"}
    )
    asked = [call for call in service.sandbox.calls if call.route == "token"]

    assert [(call.tenant, call.app) for call in asked] == [
        (tenant["tenant_id"], tenant["client_id"])
        for tenant in (CONTOSO, FABRIKAM)
    ]
    assert unknown.status_code == 404
    assert unknown.json()["code"] == "tenant-not-found"


async def test_a_throttled_tenant_is_not_asked_in_vain(
    service: Service,
) -> None:
    """429 for every mailbox: each learns it once, and none of it is early."""
    service.sandbox.faults.add(
        Fault(tenant=CONTOSO_ID, **asking(status=429, retry_after=100))
    )
    names = ("ada", "grace", "support")
    answers = [
        await ours(service, MAILBOX.format(name))
        for _ in range(5)
        for name in names
    ]
    asked = [c for c in service.sandbox.calls if c.route.startswith("/users")]

    assert {answer.json()["code"] for answer in answers} == {"graph-throttled"}
    assert len(asked) == len(names)
    assert service.sandbox.throttled == 0
    # Throttling says nothing about Graph's health.
    assert not service.events("breaker.opened")


async def test_a_bad_secret_does_not_hammer_entra_id(service: Service) -> None:
    """A hundred callers in a minute: asked once; the other tenant is well."""
    service.sandbox.faults.add(
        Fault(tenant=CONTOSO_ID, **signing_in(aadsts=7000222))
    )
    for _ in range(50):
        answer = await ours(service)
        assert answer.json()["code"] == "tenant-credentials-rejected"
        assert "retry-after" not in answer.headers
        await service.clock.sleep(1)
    asked = [c for c in service.sandbox.calls if c.route == "token"]
    ready = (await service.client.get("/health/ready")).json()

    assert len(asked) == 1
    assert ready["status"] == "warn"
    told = [check["status"] for check in ready["checks"]["token"]]
    assert sorted(told) == ["fail", "pass"]
