"""The status page and its stream, over the whole service."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from app.sandbox import Fault, Sandbox
from app.services.status.board import Watch
from tests.support.service import FABRIKAM, Service, settings_for, started
from tests.support.visitor import Visitor

pytestmark = pytest.mark.anyio

ADA = "ada@contoso.example"
MESSAGES = f"/v1/mailboxes/{ADA}/messages"
STRICT = {"Cache-Control": "no-cache"}


class Watcher:
    """What somebody sees who watches."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self._events = aiter(watch)
        self.seen: dict[str, Any] = {}
        self.changed: set[str] = set()

    async def look(self) -> dict[str, Any]:
        """Wait for the next second; return all that is to be seen."""
        changed = await anext(self._events)
        self.changed = set(changed)
        self.seen |= {n: json.loads(part) for n, part in changed.items()}
        return self.seen

    async def headline(self) -> str:
        seen = await self.look()
        told: str = seen["head"]["headline"]
        return told


def watcher(service: Service, tenant: str | None = None) -> Watcher:
    return Watcher(service.state.status.watch(tenant))


async def test_the_page_is_one_file(service: Service) -> None:
    """It asks nobody for anything, and runs nothing but its own script."""
    page = await service.client.get("/status")
    policy = page.headers["content-security-policy"]

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page.text)
    for way in ("innerHTML", "outerHTML", "insertAdjacent", "document.write"):
        assert way not in page.text


async def test_trouble_shows_within_a_second_and_is_over_soon(
    service: Service, sandbox: Sandbox
) -> None:
    """Of all that a person asks first, there is an answer."""
    watching = watcher(service)
    quiet = await watching.headline()
    for _ in range(20):
        await service.client.get(MESSAGES, headers=STRICT)
    calm = await watching.headline()
    sandbox.faults.add(Fault(status=500, route="/users/*"))
    began = service.clock.wall().timestamp()
    for _ in range(5):
        await service.client.get(MESSAGES, headers=STRICT)
    asked = service.clock.now()
    trouble = await watching.headline()
    seen_after = service.clock.now() - asked
    head = watching.seen["head"]
    sandbox.faults.clear()
    await service.clock.sleep(16)
    for _ in range(10):
        await service.client.get(MESSAGES, headers=STRICT)
    over = await watching.headline()

    assert quiet == "All seems well, but nobody asks"
    assert calm == "All is well"
    assert trouble == "Microsoft Graph is failing for contoso"
    assert seen_after <= 1.0
    [finding] = head["findings"]
    assert head["level"] == "trouble"
    assert finding["blame"] == "microsoft"
    assert finding["tenants"] == ["contoso"]
    assert finding["runbook"] == "/runbooks/graph-failing"
    assert abs(finding["since"] - began) < 5
    assert over == "All is well again"
    assert watching.seen["head"]["past"]["tenants"] == ["contoso"]


async def test_what_is_shown_is_what_is_there(
    service: Service, sandbox: Sandbox
) -> None:
    """Tenants, breakers, gates, errors, callers, cache; by whom it was."""
    await service.client.get(MESSAGES)
    await service.client.get(MESSAGES)
    sandbox.faults.add(Fault(status=429, retry_after=60, route="/users/*"))
    await service.client.get(MESSAGES, params={"limit": 2})
    await service.client.post("/ops/breakers/fabrikam/people/isolate")
    seen = await watcher(service).look()
    hour = seen["hour"]
    contoso, fabrikam = sorted(
        seen["tenants"]["rows"], key=lambda row: row["tenant"]
    )

    assert (hour["requests"][-1], hour["failed"][-1]) == (3, 1)
    assert (hour["kept"][-1], hour["graph"][-1]) == (1, 1)
    assert hour["requests"][:-1] == [0] * 59
    assert contoso["requests"] == 3
    assert contoso["token"] == "valid"
    assert contoso["paused"] == 1
    assert contoso["strip"].strip() == "0"
    assert (fabrikam["open"], fabrikam["level"]) == (1, "trouble")
    assert seen["graph"]["total"] == 2
    assert seen["graph"]["rows"][0]["is_isolated"]
    [gate] = seen["gates"]["rows"]
    assert 58 <= gate["opens"] - seen["tick"]["now"] <= 61
    [error] = seen["errors"]["rows"]
    assert error["code"] == "graph-throttled"
    assert error["runbook"] == "/runbooks/throttling-sustained"
    assert (error["count"], error["mailboxes"]) == (1, 1)
    assert seen["callers"]["rows"][0]["requests"] == 3
    assert seen["keeping"]["cache"]["entries"] == 1
    assert not seen["keeping"]["is_ledger_lost"]


async def test_no_mailbox_and_no_token_is_shown(
    service: Service, sandbox: Sandbox
) -> None:
    """Nor what was looked for."""
    sandbox.faults.add(Fault(status=503, retry_after=60, route="/users/*"))
    for _ in range(3):
        await service.client.get(MESSAGES, params={"search": "canary"})
    told = json.dumps(await watcher(service).look())

    for secret in ("ada@", "canary", "eyJ", "sandbox-secret"):
        assert secret not in told


async def test_only_what_changes_is_told(service: Service) -> None:
    """While nothing happens that is the time, and no more."""
    await service.client.get(MESSAGES)
    watching = watcher(service)
    await watching.look()
    for _ in range(3):
        await watching.look()

    assert watching.changed <= {"tick", "hour", "process", "graph"}


async def test_charts_can_be_of_one_tenant(service: Service) -> None:
    """And of none that is not there."""
    await service.client.get(MESSAGES)
    one = await watcher(service, "contoso").look()
    other = await watcher(service, "fabrikam").look()
    unknown = await service.client.get("/status/stream?tenant=nobody")

    assert (one["hour"]["tenant"], one["hour"]["requests"][-1]) == (
        "contoso",
        1,
    )
    assert other["hour"]["requests"][-1] == 0
    assert unknown.status_code == 404
    assert unknown.json()["code"] == "tenant-not-found"


async def test_only_so_many_watch(service: Service) -> None:
    """Who comes later is told when to come back, and finds room then."""
    watching = [watcher(service) for _ in range(32)]
    refused = await service.client.get("/status/stream")
    watching[0].watch.close()
    watching[0].watch.close()
    watcher(service)
    again = await service.client.get("/status/stream")

    assert refused.status_code == again.status_code == 503
    assert refused.json()["code"] == "service-overloaded"
    assert refused.headers["retry-after"] == "5"


async def test_a_stream_ends_when_the_process_stops(service: Service) -> None:
    """It says so, and nothing in between may hold it back."""
    service.state.status._sights.stopping.begin()
    told = await service.client.get("/status/stream")

    assert told.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert told.headers["cache-control"] == "no-store, no-transform"
    assert told.headers["x-accel-buffering"] == "no"
    names = re.findall(r"^event: (\w+)$", told.text, re.MULTILINE)
    assert names[:2] == ["tenants", "head"]
    assert names[-1] == "end"
    assert "This process is stopping" in told.text


async def test_nobody_asks_and_graph_is_probed(
    service: Service, sandbox: Sandbox
) -> None:
    """Who watches learns of trouble before a caller does."""
    sandbox.faults.add(Fault(status=503, route="/users*"))
    watching = watcher(service)
    await watching.look()
    for _ in range(3):
        headline = await watching.headline()

    assert headline == "Microsoft Graph is failing for all tenants"


async def test_what_callers_do_wrong_is_no_trouble(service: Service) -> None:
    """Nor is it counted for a tenant that is none."""
    for _ in range(9):
        await service.client.get(f"{MESSAGES}?nonsense=1")
        await service.client.get(
            MESSAGES, headers={"Exchange-Tenant": "nobody"}
        )
        await service.client.get(
            MESSAGES, headers={"Cache-Control": "only-if-cached"}
        )
    seen = await watcher(service).look()

    assert seen["head"]["findings"] == []
    assert seen["hour"]["requests"][-1] == 27
    assert seen["hour"]["failed"][-1] == 0


async def test_a_hundred_tenants(tmp_path: Path, sandbox: Sandbox) -> None:
    """The one in trouble comes first, and all are there."""
    tenants = [
        {**FABRIKAM, "alias": f"customer-{number:02}"} for number in range(100)
    ]
    settings = settings_for(tmp_path, tenants=tenants)
    sandbox.faults.add(Fault(status=500, route="/users/*", method="GET"))
    async with started(settings, sandbox) as service:
        for _ in range(3):
            await service.client.get(
                "/v1/mailboxes/linus@fabrikam.example/messages",
                headers={"Exchange-Tenant": "customer-70"},
            )
        seen = await watcher(service).look()

    assert seen["tenants"]["total"] == len(seen["tenants"]["rows"]) == 100
    assert seen["tenants"]["rows"][0]["tenant"] == "customer-70"
    assert seen["head"]["headline"].endswith("failing for customer-70")


async def test_callers_that_give_up_are_no_sign_of_calm(
    service: Service, sandbox: Sandbox
) -> None:
    """Who leaves after a while has met trouble; who leaves at once has not."""
    sandbox.faults.add(Fault(route="/users/*", hang=True))
    for patience in (0.5, 2.0):
        leaving = [
            Visitor(service=service, path=f"{MESSAGES}?limit={number}")
            for number in range(1, 5)
        ]
        visits = [visitor.visit() for visitor in leaving]
        await service.clock.sleep(patience)
        for visitor in leaving:
            visitor.leave()
        await asyncio.gather(*visits)
    sender = Visitor(
        service=service,
        path=f"/v1/mailboxes/{ADA}/sends",
        method="POST",
        body={"to": [{"address": ADA}], "subject": "Never sent as a whole"},
        is_whole=False,
    )
    sending = sender.visit()
    await service.clock.sleep(5)
    sender.leave()
    await sending
    headline = await watcher(service).headline()

    assert headline == "Microsoft Graph is failing for contoso"
    lately = service.state.status.history.lately
    assert (lately("contoso").total, lately("").total) == (4, 0)


async def test_a_permission_that_is_gone_is_seen(
    service: Service, sandbox: Sandbox
) -> None:
    """Callers are told 403, which is no fault of theirs if all are."""
    sandbox.faults.add(
        Fault(route="/users/*", status=403, code="ErrorAccessDenied")
    )
    for _ in range(5):
        await service.client.get(MESSAGES, headers=STRICT)
    headline = await watcher(service).headline()

    assert headline == "Exchange refuses the app mailboxes of contoso"


async def test_a_breaker_that_nobody_asks_is_no_trouble(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """It stays open until the next call; that is not known to be needed."""
    settings = settings_for(tmp_path, breaker={"minimum_calls": 5})
    async with started(settings, sandbox) as service:
        sandbox.faults.add(Fault(status=503, route="/users/*"))
        for _ in range(9):
            await service.client.get(MESSAGES, headers=STRICT)
        watching = watcher(service)
        during = await watching.headline()
        sandbox.faults.clear()
        await service.clock.sleep(301)
        after = await watching.look()

    assert during == "Microsoft Graph is failing for contoso"
    assert after["graph"]["rows"][0]["state"] == "open"
    assert after["head"]["level"] == "note"


async def test_a_way_that_is_cut_is_not_blamed_on_microsoft(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """Nor once the breaker is open, and nobody tries any more."""
    settings = settings_for(tmp_path, breaker={"minimum_calls": 5})
    async with started(settings, sandbox) as service:
        sandbox.faults.add(Fault(reset="before", route="/users/*"))
        watching = watcher(service)
        for _ in range(9):
            await service.client.get(MESSAGES, headers=STRICT)
        [first] = (await watching.look())["head"]["findings"]
        await service.clock.sleep(200)
        for _ in range(9):
            await service.client.get(MESSAGES, headers=STRICT)
        [later] = (await watching.look())["head"]["findings"]

    assert first["kind"] == later["kind"] == "unreachable"
    assert first["blame"] == "service"
