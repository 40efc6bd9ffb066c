"""What operators see and do."""

import asyncio
from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.support.service import Service

pytestmark = pytest.mark.anyio

ADA = "/v1/mailboxes/ada@contoso.example"
MESSAGES = f"{ADA}/messages"
FABRIKAM = {"Exchange-Tenant": "fabrikam"}
LINUS = "/v1/mailboxes/linus@fabrikam.example"
STRICT = {"Cache-Control": "no-cache"}


async def state(service: Service) -> dict[str, Any]:
    """Return what operators see."""
    answer = await service.client.get("/ops")
    shown: dict[str, Any] = answer.raise_for_status().json()
    return shown


async def test_the_state_of_everything(service: Service) -> None:
    """After one read: a breaker, a budget, a token, an answer kept."""
    await service.client.get(MESSAGES)
    await service.clock.sleep(5)
    shown = await state(service)

    assert shown["process"]["tasks"] >= 1
    assert shown["breakers"] == [
        {
            "tenant": "contoso",
            "workload": "mail-read",
            "state": "closed",
            "is_isolated": False,
            "calls": 1,
            "failures": 0,
            "opens_in": 0.0,
        }
    ]
    assert shown["budgets"] == [
        {"tenant": "contoso", "workload": "mail-read", "remaining": 3}
    ]
    assert shown["cache"]["entries"] == 1
    assert shown["cache"]["bytes"] > 1000
    contoso = shown["tokens"][0]
    assert contoso["tenant"] == "contoso"
    assert 5 <= contoso["age"] < 6
    assert shown["gates"] == []
    [whole] = shown["permits"]
    assert whole["tenant"] == "contoso"
    assert whole["mailbox_hash"] is None
    assert (whole["limit"], whole["in_use"]) == (200, 0)
    [quota] = shown["quotas"]
    assert quota["caller"] == "anybody"
    assert quota["requests"] == 1
    assert quota["graph_calls"] == 1


async def test_no_secret_and_no_mailbox_is_shown(
    service: Service, sandbox: Sandbox
) -> None:
    """Neither tokens nor addresses appear, busy or refused as they are."""
    sandbox.settings.latency = 1
    sandbox.faults.add(Fault(status=429, retry_after=60, method="PATCH"))
    await service.client.get(MESSAGES)
    listed = (await service.client.get(MESSAGES)).json()
    path = f"{MESSAGES}/{listed['items'][0]['id']}"
    busy = [
        asyncio.create_task(
            service.client.get(MESSAGES, params={"limit": n + 1})
        )
        for n in range(6)
    ]
    await service.clock.sleep(0.5)
    working = await service.client.get("/ops")
    await asyncio.gather(*busy)
    await service.client.patch(path, json={"is_read": True})
    paused = await service.client.get("/ops")
    errors = await service.client.get("/ops/errors")

    tenant, mailbox = working.json()["permits"]
    assert tenant["in_use"] == mailbox["in_use"] == mailbox["limit"] == 4
    assert tenant["waiting"] == mailbox["waiting"] == 2
    assert 58 < paused.json()["gates"][0]["opens_in"] <= 60
    pseudonym = paused.json()["gates"][0]["mailbox_hash"]
    assert pseudonym == errors.json()["items"][0]["mailbox_hash"]
    for text in (working.text, paused.text, errors.text):
        assert "ada@" not in text
        assert "eyJ" not in text


async def test_the_last_errors_are_told(
    service: Service, sandbox: Sandbox
) -> None:
    """Classified, newest first, with what Microsoft wants to know."""
    sandbox.faults.add(
        Fault(
            status=500,
            code="ErrorInternalServerError",
            times=3,
            route="/users/*",
        )
    )
    await service.client.get(MESSAGES)
    await service.client.get(f"{LINUS}/messages/AAA=", headers=FABRIKAM)
    shown = (await service.client.get("/ops/errors")).json()["items"]
    one = await service.client.get(
        "/ops/errors", params={"tenant": "contoso", "limit": 1}
    )

    assert [error["code"] for error in shown] == [
        "item-not-found",
        "graph-unavailable",
    ]
    noted = shown[1]
    assert noted["operation"] == "messages.list"
    assert noted["category"] == "upstream"
    assert noted["attempts"] == 3
    assert noted["upstream_status"] == 500
    assert noted["upstream_code"] == "ErrorInternalServerError"
    assert noted["upstream_request_id"]
    assert noted["upstream_client_request_id"]
    assert one.json()["items"] == [noted]


async def test_an_error_that_no_caller_sees_is_told_too(
    service: Service, sandbox: Sandbox
) -> None:
    """A read was answered from the cache; operators want to know why."""
    path = "/v1/mailboxes/ada@contoso.example/folders/inbox"
    await service.client.get(path)
    await service.clock.sleep(1)
    sandbox.faults.add(Fault(route="/users/*", status=503))
    answer = await service.client.get(
        path, headers={"Cache-Control": "max-age=0"}
    )
    shown = (await service.client.get("/ops/errors")).json()["items"]

    assert answer.headers["exchange-freshness"] == "stale"
    assert {(error["operation"], error["code"]) for error in shown} == {
        ("folders.get", "graph-unavailable"),
        ("folders.wellknown", "graph-unavailable"),
    }


async def test_two_hundred_errors_are_kept(service: Service) -> None:
    """The oldest are forgotten."""
    for number in range(205):
        await service.client.get(f"{MESSAGES}/AAA{number}=")
    shown = (await service.client.get("/ops/errors")).json()["items"]

    assert len(shown) == 200


async def test_t97_a_breaker_is_isolated_and_released(
    service: Service, sandbox: Sandbox
) -> None:
    """Isolated: stale or refused, whatever time passes. Released: as ever."""
    await service.client.get(MESSAGES)
    path = "/ops/breakers/contoso/mail-read"
    isolated = await service.client.post(f"{path}/isolate")
    calls = len(sandbox.calls)
    await service.clock.sleep(600)
    stale = await service.client.get(MESSAGES)
    refused = await service.client.get(MESSAGES, headers=STRICT)
    reset = await service.client.post(f"{path}/reset")
    still = await service.client.get(MESSAGES, headers=STRICT)
    others = await service.client.get(f"{LINUS}/messages", headers=FABRIKAM)
    mine = [c for c in sandbox.calls[calls:] if "ada@" in c.path]
    shown = (await state(service))["breakers"]
    await service.client.post(f"{path}/release")
    fresh = await service.client.get(MESSAGES, headers=STRICT)

    assert isolated.json() == {
        "action": "breaker.isolate",
        "tenant": "contoso",
        "count": 1,
    }
    assert stale.headers["exchange-freshness"] == "stale"
    assert refused.json()["code"] == "graph-circuit-open"
    assert reset.status_code == 200
    assert still.json()["code"] == "graph-circuit-open"
    assert others.status_code == fresh.status_code == 200
    assert mine == []
    assert [b["is_isolated"] for b in shown] == [True, False]


async def test_a_breaker_is_reset(service: Service, sandbox: Sandbox) -> None:
    """Open because of failures: one word of an operator closes it."""
    fault = sandbox.faults.add(Fault(status=503, route="/users/*"))
    for number in range(20):
        await service.client.get(
            f"/v1/mailboxes/m{number}@contoso.example/messages"
        )
    opened = (await state(service))["breakers"][0]
    sandbox.faults.remove(fault)
    await service.client.post("/ops/breakers/contoso/mail-read/reset")
    answer = await service.client.get(MESSAGES)

    assert opened["state"] == "open"
    assert opened["opens_in"] > 0
    assert answer.status_code == 200


async def test_a_gate_is_opened(service: Service, sandbox: Sandbox) -> None:
    """An operator who knows better asks before Retry-After is over."""
    sandbox.faults.add(
        Fault(status=503, retry_after=100, times=1, route="/users/*")
    )
    paused = await service.client.get(MESSAGES)
    refused = await service.client.get(MESSAGES, params={"limit": 2})
    opened = await service.client.post(
        "/ops/gates/contoso/open", json={"mailbox": "Ada@contoso.example"}
    )
    again = await service.client.post(
        "/ops/gates/contoso/open", json={"mailbox": "ada@contoso.example"}
    )
    shown = await state(service)

    assert paused.status_code == 503
    assert refused.headers["exchange-graph-calls"] == "0"
    assert opened.json()["count"] == 1
    assert again.json()["count"] == 0
    assert shown["gates"] == []


async def test_the_cache_is_purged(service: Service) -> None:
    """Of one mailbox, then of a tenant; others keep what they have."""
    await service.client.get(MESSAGES)
    await service.client.get(ADA)
    await service.client.get("/v1/mailboxes/grace@contoso.example")
    await service.client.get(LINUS, headers=FABRIKAM)
    one = await service.client.post(
        "/ops/cache/purge",
        json={"tenant": "contoso", "mailbox": "ADA@contoso.example"},
    )
    missed = await service.client.get(
        MESSAGES, headers={"Cache-Control": "only-if-cached"}
    )
    rest = await service.client.post(
        "/ops/cache/purge", json={"tenant": "contoso"}
    )
    kept = await service.client.get(
        LINUS, headers={**FABRIKAM, "Cache-Control": "only-if-cached"}
    )

    assert one.json()["count"] == 2
    assert rest.json()["count"] == 1
    assert missed.json()["code"] == "not-in-cache"
    assert kept.status_code == 200


async def test_a_token_is_dropped(service: Service, sandbox: Sandbox) -> None:
    """After a secret was mended the next call asks Entra ID at once."""
    fault = sandbox.faults.add(Fault(route="token", aadsts=7000215))
    first = await service.client.get(MESSAGES)
    sandbox.faults.remove(fault)
    second = await service.client.get(MESSAGES)
    await service.client.post("/ops/tokens/contoso/drop")
    third = await service.client.get(MESSAGES)

    assert first.json()["code"] == "tenant-credentials-rejected"
    assert second.json()["code"] == "tenant-credentials-rejected"
    assert third.status_code == 200


async def test_every_action_is_logged(service: Service) -> None:
    """With what was done, by whom, and to what; never the address."""
    await service.client.post(
        "/ops/breakers/contoso/mail-read/isolate",
        headers={"X-Request-ID": "the-operator"},
    )
    await service.client.post("/ops/breakers/contoso/mail-read/release")
    await service.client.post("/ops/breakers/contoso/mail-read/reset")
    await service.client.post("/ops/tokens/contoso/drop")
    await service.client.post(
        "/ops/cache/purge",
        json={"tenant": "contoso", "mailbox": "ada@contoso.example"},
    )
    await service.client.post(
        "/ops/gates/contoso/open", json={"mailbox": "ada@contoso.example"}
    )
    logged = service.events("ops.action")

    assert [line["action"] for line in logged] == [
        "breaker.isolate",
        "breaker.release",
        "breaker.reset",
        "token.drop",
        "cache.purge",
        "gate.open",
    ]
    assert logged[0]["workload"] == "mail-read"
    assert logged[0]["request_id"] == "the-operator"
    assert {line["caller"] for line in logged} == {"anybody"}
    assert logged[4]["mailbox_hash"] == logged[5]["mailbox_hash"]
    assert "ada@" not in service.log.getvalue()


@pytest.mark.parametrize(
    ("request_line", "options", "problem"),
    [
        (
            "POST /ops/breakers/x/mail-read/reset",
            {},
            "404 tenant-not-found",
        ),
        ("POST /ops/tokens/x/drop", {}, "404 tenant-not-found"),
        (
            "POST /ops/cache/purge",
            {"json": {"tenant": "x"}},
            "404 tenant-not-found",
        ),
        (
            "POST /ops/gates/x/open",
            {"json": {"mailbox": "ada@contoso.example"}},
            "404 tenant-not-found",
        ),
        ("GET /ops/errors?tenant=x", {}, "404 tenant-not-found"),
        (
            "POST /ops/breakers/contoso/mail/reset",
            {},
            "422 invalid-request",
        ),
        (
            "POST /ops/breakers/contoso/mail-read/open",
            {},
            "404 route-not-found",
        ),
        ("GET /ops?x=1", {}, "422 invalid-request"),
        ("GET /ops/errors?limit=201", {}, "422 invalid-request"),
        ("POST /ops/tokens/contoso/drop?x=1", {}, "422 invalid-request"),
        (
            "POST /ops/cache/purge",
            {"json": {"tenant": "contoso", "all": True}},
            "422 invalid-request",
        ),
        (
            "POST /ops/cache/purge",
            {"content": "tenant=contoso"},
            "415 unsupported-media-type",
        ),
        (
            "POST /ops/gates/contoso/open",
            {"json": {"mailbox": "not an address"}},
            "422 invalid-request",
        ),
        ("GET /ops/tokens/contoso/drop", {}, "405 method-not-allowed"),
    ],
)
async def test_bad_input_changes_nothing(
    service: Service, request_line: str, options: dict[str, Any], problem: str
) -> None:
    """A problem document each, and no action in the log."""
    method, _, path = request_line.partition(" ")
    answer: httpx.Response = await service.client.request(
        method, path, **options
    )

    assert f"{answer.status_code} {answer.json()['code']}" == problem
    assert service.events("ops.action") == []
