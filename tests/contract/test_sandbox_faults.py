"""Faults: which calls they hit, and what these are told."""

import asyncio
import base64
from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.contract.conftest import (
    ADA,
    ADA_ADDRESS,
    FABRIKAM,
    GRACE,
    GRACE_ADDRESS,
    NOW,
    client_of,
    refusal,
    sign_in,
    token_form,
    token_url,
)

pytestmark = pytest.mark.anyio

MESSAGES = f"{ADA}/messages"
LIST = "/users/{mailbox}/messages"


async def statuses(graph: httpx.AsyncClient, count: int) -> list[int]:
    """Ask so many times and return the statuses."""
    answers = [await graph.get(f"{MESSAGES}?$top=1") for _ in range(count)]
    return [answer.status_code for answer in answers]


@pytest.mark.parametrize(
    ("fault", "hit"),
    [
        (Fault(status=500), True),
        (Fault(status=500, mailbox="ADA@contoso.example"), True),
        (Fault(status=500, mailbox="ada.marlow@contoso.example"), True),
        (Fault(status=500, mailbox=GRACE_ADDRESS), False),
        (Fault(status=500, tenant="contoso.example"), True),
        (Fault(status=500, tenant=FABRIKAM), False),
        (Fault(status=500, method="get"), True),
        (Fault(status=500, method="POST"), False),
        (Fault(status=500, route=LIST), True),
        (Fault(status=500, route="/users/{mailbox}"), False),
        (Fault(status=500, route="/users/{mailbox}/mess*"), True),
        (Fault(status=500, route="token"), False),
        (Fault(status=500, mailbox=ADA_ADDRESS, method="POST"), False),
    ],
)
async def test_faults_hit_the_calls_they_describe(
    sandbox: Sandbox, graph: httpx.AsyncClient, fault: Fault, *, hit: bool
) -> None:
    """All that a fault says of a call must be true of it."""
    name = sandbox.faults.add(fault)

    answer = await graph.get(MESSAGES)

    assert answer.status_code == (500 if hit else 200)
    assert sandbox.calls[-1].fault == (name if hit else None)


async def test_faults_strike_as_often_as_they_say(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """``times`` and ``nth`` count matching calls."""
    sandbox.faults.add(Fault(status=500, times=2))
    assert await statuses(graph, 4) == [500, 500, 200, 200]

    sandbox.faults.clear()
    sandbox.faults.add(Fault(status=500, nth=3))
    await graph.get(f"{GRACE}/messages")
    assert await statuses(graph, 3) == [200, 500, 200]


async def test_chance_is_repeatable(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A seed gives the same pattern each time."""
    patterns = []
    for seed in (1, 1, 2):
        sandbox.faults.clear()
        sandbox.faults.add(Fault(status=500, probability=0.5, seed=seed))
        patterns.append(await statuses(graph, 40))

    assert patterns[0] == patterns[1] != patterns[2]
    assert set(patterns[0]) == {200, 500}


async def test_the_oldest_fault_wins(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """Faults are listed, counted and lifted by their ids."""
    first = sandbox.faults.add(Fault(status=500))
    second = sandbox.faults.add(Fault(status=502))

    assert await statuses(graph, 2) == [500, 500]
    assert [sandbox.faults.fired(one) for one in (first, second)] == [2, 0]
    sandbox.faults.remove(first)
    assert await statuses(graph, 1) == [502]
    assert [fault.status for fault in sandbox.faults] == [502]
    assert len(sandbox.faults) == 1
    with pytest.raises(KeyError):
        sandbox.faults.remove(first)


@pytest.mark.parametrize(
    "fields",
    [
        {"nth": 0},
        {"times": 0},
        {"probability": 1.5},
        {"delay": -1},
        {"status": 99},
        {"status": 700},
    ],
)
def test_impossible_faults_are_refused(fields: dict[str, Any]) -> None:
    """A fault that can never strike is a mistake."""
    with pytest.raises(ValueError, match="'"):
        Fault(**fields)


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (Fault(status=503), 503, "serviceNotAvailable"),
        (Fault(status=504), 504, "UnknownError"),
        (Fault(code="ErrorQuotaExceeded"), 500, "ErrorQuotaExceeded"),
        (Fault(status=503, code="MailboxInfoStale"), 503, "MailboxInfoStale"),
        (Fault(status=500, code="", message=""), 500, ""),
    ],
)
async def test_faults_answer_in_graphs_words(
    sandbox: Sandbox,
    graph: httpx.AsyncClient,
    fault: Fault,
    status: int,
    code: str,
) -> None:
    """A status has a usual code, and either can be given."""
    sandbox.faults.add(fault)

    answer = await graph.get(MESSAGES)

    assert refusal(answer) == (status, code)
    assert answer.headers["request-id"]


async def test_delays_take_their_time(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A delayed answer comes late and is otherwise right."""
    sandbox.faults.add(Fault(delay=3.5))

    answer = await graph.get(MESSAGES)

    assert answer.status_code == 200
    assert (sandbox.now - NOW).total_seconds() == pytest.approx(3.5)


async def test_claims_are_demanded(
    sandbox: Sandbox, graph: httpx.AsyncClient
) -> None:
    """A challenge carries its claims in base64."""
    claims = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}'
    sandbox.faults.add(Fault(claims=claims))

    answer = await graph.get(MESSAGES)

    encoded = base64.b64encode(claims.encode()).decode()
    challenge = answer.headers["www-authenticate"]
    assert refusal(answer) == (401, "InvalidAuthenticationToken")
    assert challenge.startswith('Bearer realm=""')
    assert 'error="insufficient_claims"' in challenge
    assert f'claims="{encoded}"' in challenge


@pytest.mark.parametrize(
    ("fault", "status", "error", "number"),
    [
        (Fault(aadsts=7000222), 401, "invalid_client", 7000222),
        (Fault(aadsts=65001), 400, "invalid_grant", 65001),
        (Fault(aadsts=50079), 400, "interaction_required", 50079),
        (Fault(aadsts=700027), 401, "invalid_client", 700027),
        (Fault(aadsts=900382), 400, "invalid_request", 900382),
        (Fault(aadsts=7000112), 400, "unauthorized_client", 7000112),
        (Fault(aadsts=90055), 429, "temporarily_unavailable", 90055),
        (Fault(aadsts=90033), 503, "temporarily_unavailable", 90033),
        (Fault(aadsts=50196, status=429), 429, "invalid_grant", 50196),
        (Fault(error="server_error"), 500, "server_error", 0),
        (Fault(error="invalid_client", aadsts=1), 401, "invalid_client", 1),
        (Fault(error="interaction_required"), 400, "interaction_required", 0),
    ],
)
async def test_tokens_may_be_denied(
    sandbox: Sandbox, fault: Fault, status: int, error: str, number: int
) -> None:
    """Faults at the token endpoint speak Entra ID's language."""
    sandbox.faults.add(fault)
    async with client_of(sandbox) as client:
        answer = await client.post(token_url(), data=token_form())

    body = answer.json()
    assert (answer.status_code, body["error"]) == (status, error)
    assert body["error_codes"] == [number]
    assert body["error_description"].startswith(f"AADSTS{number}: ")
    assert sandbox.calls[-1].route == "token"
    assert sandbox.calls[-1].fault == "fault-1"


async def test_token_faults_match_their_tenant(sandbox: Sandbox) -> None:
    """A fault for one tenant's tokens leaves the other's alone."""
    sandbox.faults.add(
        Fault(route="token", tenant="contoso.example", status=503)
    )
    async with client_of(sandbox) as client:
        failed = await client.post(token_url(), data=token_form())
        await sign_in(client, FABRIKAM)

    assert failed.status_code == 503
    assert sandbox.calls[-1].status == 200


async def test_token_calls_can_hang(sandbox: Sandbox) -> None:
    """The token endpoint may be silent, too."""
    sandbox.faults.add(Fault(route="token", hang=True))
    async with client_of(sandbox) as client:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await sign_in(client)

    assert sandbox.calls[-1].status is None
