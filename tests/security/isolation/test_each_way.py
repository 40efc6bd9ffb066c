"""Each thing that might lead to another's data, by itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.security.isolation.people import ALL, CALLERS, Principal
from tests.security.isolation.world import StampingNetwork, furnish
from tests.support.issuing import entra_settings
from tests.support.service import Service, started

pytestmark = pytest.mark.anyio

ADA, GRACE, APP, LINUS, OTHER_APP = ALL
BOX = "/v1/mailboxes/grace@contoso.example"
LETTER = {"to": [{"address": "tomasz.wilk@northwind.example"}]}


@asynccontextmanager
async def furnished(
    tmp_path: Path, sandbox: Sandbox, **changes: Any
) -> AsyncIterator[Service]:
    """Start the service, with canaries in all mailboxes."""
    await furnish(sandbox)
    settings = entra_settings(tmp_path, callers=CALLERS, **changes)
    async with started(settings, StampingNetwork(sandbox)) as running:
        running.client.event_hooks = {}
        yield running


@pytest.fixture
async def service(tmp_path: Path, sandbox: Sandbox) -> AsyncIterator[Service]:
    """The service with its usual settings."""
    async with furnished(tmp_path, sandbox) as running:
        yield running


async def asked(
    service: Service,
    who: Principal,
    path: str,
    method: str = "GET",
    **headers: str,
) -> httpx.Response:
    """Ask for something in the name of a principal."""
    return await service.client.request(
        method,
        path,
        headers={
            **who.headers(service.sandbox),
            **{name.replace("_", "-"): text for name, text in headers.items()},
        },
        json=LETTER if method == "POST" else None,
    )


@pytest.mark.attack(
    "The cursor of a list that another principal reads of the same mailbox",
    "400 invalid-cursor",
)
async def test_cursors_are_one_s_own(service: Service) -> None:
    """Grace's own list goes on for her alone, not for an application."""
    path = f"{BOX}/messages?limit=2"
    mine = (await asked(service, GRACE, path)).json()["next_cursor"]
    stolen = await asked(service, APP, f"{path}&cursor={mine}")
    goes_on = await asked(service, GRACE, f"{path}&cursor={mine}")

    assert stolen.json()["code"] == "invalid-cursor"
    assert goes_on.status_code == 200


@pytest.mark.attack(
    "only-if-cached for what another principal has just read",
    "504 not-in-cache",
)
async def test_what_is_kept_is_one_s_own(service: Service) -> None:
    """Of the same mailbox, by the same URL."""
    path = f"{BOX}/messages?limit=2"
    await asked(service, GRACE, path)
    other = await asked(service, APP, path, Cache_Control="only-if-cached")
    own = await asked(service, GRACE, path, Cache_Control="only-if-cached")

    assert other.json()["code"] == "not-in-cache"
    assert own.status_code == 200
    assert GRACE.stamp in own.text


@pytest.mark.attack(
    "Another principal's answer, while Graph is down",
    "503 graph-unreachable",
)
async def test_what_stands_in_is_one_s_own(service: Service) -> None:
    """Stale for who has read it, nothing for who has not."""
    path = f"{BOX}/messages?limit=2"
    await asked(service, GRACE, path)
    await service.clock.sleep(400)
    service.network.down = True
    other = await asked(service, APP, path)
    own = await asked(service, GRACE, path)

    assert other.status_code == 503
    assert own.headers["Exchange-Freshness"] == "stale"


@pytest.mark.attack(
    "The Idempotency-Key of another principal, for the same request",
    "A draft of one's own, and no replay",
)
async def test_keys_are_one_s_own(service: Service) -> None:
    """Whoever guesses a key learns nothing by it."""
    made = [
        await asked(
            service, who, f"{BOX}/messages", "POST", Idempotency_Key="same"
        )
        for who in (GRACE, APP, GRACE)
    ]
    first, other, again = (answer.json()["id"] for answer in made)

    assert first == again != other
    assert "Idempotent-Replayed" not in made[1].headers


@pytest.mark.attack(
    "The id of a send from another mailbox: looked at and taken back",
    "404 item-not-found",
)
async def test_sends_are_of_their_mailbox(service: Service) -> None:
    """An id that was overheard is worth nothing elsewhere."""
    sent = await asked(
        service, GRACE, f"{BOX}/sends", "POST", Prefer="respond-async"
    )
    path = f"/v1/mailboxes/me/sends/{sent.json()['id']}"
    codes = [
        (await asked(service, who, path, method)).json()["code"]
        for who in (ADA, LINUS)
        for method in ("GET", "DELETE")
    ]

    assert codes == ["item-not-found"] * 4


@pytest.mark.attack(
    "The id of a message in another's mailbox, in one's own",
    "404 item-not-found",
)
async def test_messages_are_of_their_mailbox(service: Service) -> None:
    """Neither in the same tenant nor in another."""
    listed = await asked(service, GRACE, f"{BOX}/messages?limit=1")
    [message] = listed.json()["items"]
    codes = [
        (
            await asked(
                service, who, f"/v1/mailboxes/me/messages/{message['id']}"
            )
        ).json()["code"]
        for who in (ADA, LINUS)
    ]

    assert codes == ["item-not-found"] * 2


@pytest.mark.attack(
    "A caller asks until its quota is used up",
    "429 for it, 200 for the same application in the other tenant",
)
async def test_quotas_are_one_s_own(tmp_path: Path, sandbox: Sandbox) -> None:
    """What one tenant's callers use is not the other's."""
    path, quota = "/v1/mailboxes?limit=1", {"requests": 9}
    async with furnished(tmp_path, sandbox, quota=quota) as service:
        mine = [await asked(service, OTHER_APP, path) for _ in range(10)]
        other = await asked(service, APP, path)

    assert mine[-1].status_code == 429
    assert other.status_code == 200


@pytest.mark.attack(
    "Graph fails for one tenant until its breaker opens",
    "503 there; no breaker, gate or budget of the other knows of it",
)
async def test_trouble_stays_in_its_tenant(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """Whatever refuses calls, refuses those of the tenant in trouble."""
    breaker, reserve = {"minimum_calls": 5}, 7
    budget = {"reserve": reserve}
    async with furnished(
        tmp_path, sandbox, breaker=breaker, budget=budget
    ) as service:
        sandbox.faults.add(
            Fault(tenant="contoso.example", route="/users/*", status=503)
        )
        for number in range(1, 9):
            for who in (ADA, GRACE, APP):
                mailbox = f"/v1/mailboxes/{who.mailboxes[-1]}"
                path = f"{mailbox}/messages?limit={number}"
                last = await asked(service, who, path, Prefer="wait=1")
        healthy = await asked(service, LINUS, "/v1/mailboxes/me/messages")
        state = await operated(service)
    unwell = [each for each in state["breakers"] if each["state"] != "closed"]
    budgets = [b for b in state["budgets"] if b["tenant"] == "fabrikam"]

    assert last.json()["code"] == "graph-circuit-open"
    assert healthy.status_code == 200
    assert {each["tenant"] for each in unwell} == {"contoso"}
    assert {gate["tenant"] for gate in state["gates"]} <= {"contoso"}
    assert [budget["remaining"] for budget in budgets] == [reserve]


@pytest.mark.attack(
    "A person whom Entra ID asks for more, and whose mailbox is throttled",
    "401 or 503 for that person; others and the application are served",
)
async def test_trouble_stays_with_its_person(service: Service) -> None:
    """No breaker opens, and no gate of another mailbox closes."""
    service.sandbox.faults.add(
        Fault(
            route="token",
            user="ada@contoso.example",
            aadsts=50076,
            claims='{"access_token":{}}',
        )
    )
    refused = [
        await asked(service, ADA, "/v1/mailboxes/me/messages")
        for _ in range(12)
    ]
    service.sandbox.faults.clear()
    service.sandbox.faults.add(
        Fault(mailbox="ada@contoso.example", status=429, retry_after=300)
    )
    await service.clock.sleep(61)
    throttled = await asked(
        service, ADA, "/v1/mailboxes/me/messages", Prefer="wait=2"
    )
    others = [
        await asked(service, who, f"{BOX}/messages") for who in (GRACE, APP)
    ]
    state = await operated(service)

    assert {answer.json()["code"] for answer in refused} == {"claims-required"}
    assert throttled.status_code == 503
    assert [answer.status_code for answer in others] == [200, 200]
    assert {each["state"] for each in state["breakers"]} == {"closed"}
    assert len(state["gates"]) == 1


async def operated(service: Service) -> dict[str, Any]:
    """Return what operators see."""
    token = service.sandbox.caller_token(
        "contoso.example", client="operations", roles=["operator"]
    )
    answer = await service.client.get(
        "/ops", headers={"Authorization": f"Bearer {token}"}
    )
    state: dict[str, Any] = answer.raise_for_status().json()
    return state
