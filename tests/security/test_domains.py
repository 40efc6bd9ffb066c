"""Callers who may use the mailboxes of a domain, over the whole service."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app.sandbox import Sandbox
from tests.support.callers import api_key
from tests.support.network import Carry, SandboxNetwork
from tests.support.service import Service, settings_for, started

pytestmark = pytest.mark.anyio

BOSS = "/v1/mailboxes/grace@contoso.example/messages?limit=1"
ADA = BOSS.replace("grace", "ada")
CHOSEN = {"X-API-Key": "domain"}
ALL = {"X-API-Key": "all"}


async def _of_another_domain(
    request: httpx.Request, carry: Carry
) -> httpx.Response:
    """Have Grace's primary address in a domain that nobody was given."""
    answer = await carry(request)
    if not request.url.path.endswith("/users/grace@contoso.example"):
        return answer
    told = json.loads(await answer.aread())
    body = json.dumps(told | {"mail": "grace@secret.example"}).encode()
    return httpx.Response(200, stream=httpx.ByteStream(body))


@pytest.fixture
async def service(tmp_path: Path, sandbox: Sandbox) -> AsyncIterator[Service]:
    """The service, for one who may use a domain and one who may use all."""
    network = SandboxNetwork(sandbox)
    network.between = _of_another_domain
    chosen = api_key("domain", name="d", mailboxes=["@contoso.example"])
    settings = settings_for(
        tmp_path, auth_mode="api_key", api_keys=[api_key("all"), chosen]
    )
    async with started(settings, network) as running:
        yield running


@pytest.mark.attack(
    "A mailbox of another domain, by its alias in an allowed one, before"
    " anybody has learnt its primary address",
    "403",
)
async def test_an_alias_opens_no_mailbox_of_another_domain(
    service: Service,
) -> None:
    """Graph is asked whose it is, and nothing is read in it."""
    answers = [
        await service.client.get(BOSS, headers=CHOSEN) for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    heard = [call.route for call in service.sandbox.calls]
    assert not any("messages" in route for route in heard), heard
    assert heard
    assert (await service.client.get(ADA, headers=CHOSEN)).status_code == 200


@pytest.mark.attack(
    "The same while Graph does not say whose a mailbox is",
    "503, as long as nobody knows",
)
async def test_what_nobody_knows_is_not_opened(service: Service) -> None:
    """Who may use all mailboxes needs nobody to know."""
    assert isinstance(service.network, SandboxNetwork)

    async def silent(request: httpx.Request, carry: Carry) -> httpx.Response:
        if request.url.path.endswith("/users/ada@contoso.example"):
            raise httpx.ConnectError("refused")
        return await carry(request)

    service.network.between = silent
    refused = await service.client.get(ADA, headers=CHOSEN)
    others = await service.client.get(ADA, headers=ALL)

    assert refused.status_code == 503
    assert others.status_code == 200


async def test_a_domain_costs_one_question(service: Service) -> None:
    """What was learnt once is not asked for again."""
    costs = []
    for number in range(3):
        path = f"{ADA[:-1]}{number + 1}"
        answer = await service.client.get(path, headers=CHOSEN)
        costs.append(answer.headers["Exchange-Graph-Calls"])

    assert costs == ["2", "1", "1"]
