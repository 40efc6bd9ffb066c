"""Cases N: callers' tokens while keys change, or Entra ID is away."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.callers.identity import Credentials
from app.problems.callers import CallerUnauthenticated
from app.problems.reasons import Reason
from app.sandbox import Fault, Sandbox
from tests.support.issuing import encoded, entra_settings
from tests.support.service import CONTOSO, Service, started

pytestmark = pytest.mark.anyio

HOME = CONTOSO["tenant_id"]
MESSAGES = "/v1/mailboxes/ada@contoso.example/messages?limit=1"
MINUTE = 60.0
HOUR = 3600.0
AWAY = [
    pytest.param({"status": 503}, id="503"),
    pytest.param({"hang": True}, id="hang"),
    pytest.param({"reset": "before"}, id="reset"),
    pytest.param({"body": "html"}, id="html"),
]


@pytest.fixture
async def service(tmp_path: Path, sandbox: Sandbox) -> AsyncIterator[Service]:
    """The service, half a minute after it has fetched its keys."""
    async with started(entra_settings(tmp_path), sandbox) as running:
        await running.clock.sleep(MINUTE / 2)
        yield running


def token(service: Service, **wish: Any) -> str:
    """Return a good token that nobody has seen before."""
    return service.sandbox.caller_token(HOME, **wish)


async def read(service: Service, bearer: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {bearer}"}
    return await service.client.get(MESSAGES, headers=headers)


def fetches(sandbox: Sandbox) -> int:
    """Return how often the tenant's keys were asked for."""
    return sum(
        call.route == "keys" and call.tenant == HOME for call in sandbox.calls
    )


def lose_keys(sandbox: Sandbox, fault: dict[str, Any]) -> None:
    """Let the keys not be had any more."""
    for route in ("keys", "openid-configuration"):
        sandbox.faults.add(Fault(route=route, **fault))


async def test_n1_a_new_key(service: Service) -> None:
    """A hundred callers with a new key: it is fetched once, all pass."""
    sandbox = service.sandbox
    before = token(service)
    assert (await read(service, before)).status_code == 200
    fetched = fetches(sandbox)

    sandbox.entra.keys.rotate(keep=True)
    sandbox.faults.add(Fault(route="keys", delay=2.0))
    tokens = [token(service) for _ in range(100)]
    answers = await asyncio.gather(*(read(service, one) for one in tokens))

    assert {answer.status_code for answer in answers} == {200}
    assert fetches(sandbox) == fetched + 1
    assert (await read(service, before)).status_code == 200
    assert fetches(sandbox) == fetched + 1


@pytest.mark.attack(
    "A token that was good, after its key was withdrawn",
    "401 caller-unauthenticated",
)
async def test_n2_a_key_that_is_gone(service: Service) -> None:
    """With its key a token goes, though it was good and is remembered."""
    old = token(service)
    assert (await read(service, old)).status_code == 200

    service.sandbox.entra.keys.rotate(keep=False)
    new = await read(service, token(service))
    gone = await read(service, old)

    assert new.status_code == 200
    assert gone.status_code == 401
    assert gone.json()["code"] == "caller-unauthenticated"


async def test_n2_a_key_is_withdrawn_within_the_hour(service: Service) -> None:
    """Keys are looked at each hour, whether anybody has a new one or not."""
    old = token(service, expires_in=int(3 * HOUR))
    await read(service, old)
    service.sandbox.entra.keys.rotate(keep=False)

    await service.clock.sleep(HOUR)
    statuses = []
    for _ in range(2):
        statuses.append((await read(service, old)).status_code)
        await service.clock.sleep(1)

    assert statuses == [200, 401]


@pytest.mark.attack(
    "A token that was good, after it has expired",
    "401 caller-unauthenticated",
)
async def test_n3_a_remembered_token_expires(service: Service) -> None:
    """What is remembered holds no longer than what it is of."""
    short = token(service, expires_in=600)
    statuses = []
    for seconds in (0, 659, 1, HOUR):
        await service.clock.sleep(seconds)
        statuses.append((await read(service, short)).status_code)

    assert statuses == [200, 200, 401, 401]


@pytest.mark.attack(
    "A thousand tokens, each with a key that nobody knows",
    "401 caller-unauthenticated",
)
async def test_n4_keys_that_nobody_knows(service: Service) -> None:
    """They make the service ask once in 30 seconds, and no more."""
    sandbox, began = service.sandbox, service.clock.now()
    fetched = fetches(sandbox)
    _, claims, signature = token(service).split(".")
    reasons = set()
    for _ in range(1000):
        header = encoded({"alg": "RS256", "kid": str(uuid4())})
        shown = f"Bearer {header}.{claims}.{signature}"
        with pytest.raises(CallerUnauthenticated) as caught:
            await service.state.authenticate(Credentials((shown,)))
        reasons.add(caught.value.reason)
        await service.clock.sleep(0.029)

    assert reasons == {Reason.UNKNOWN_KEY}
    assert service.clock.now() - began == pytest.approx(29)
    assert fetches(sandbox) == fetched + 1
    assert (await read(service, token(service))).status_code == 200


@pytest.mark.parametrize("fault", AWAY[:3])
async def test_n5_an_hour_without_entra(
    service: Service, fault: dict[str, Any]
) -> None:
    """Who has a good token does not notice, for there are keys."""
    sandbox, clock = service.sandbox, service.clock
    known = token(service, expires_in=int(3 * HOUR))
    statuses, waits = [], []
    for minute in range(0, 130, 10):
        if minute == 30:
            lose_keys(sandbox, fault)
        if minute == 90:
            sandbox.faults.clear()
        for bearer in (known, token(service)):
            began = clock.now()
            statuses.append((await read(service, bearer)).status_code)
            waits.append(clock.now() - began)
        await clock.sleep(10 * MINUTE)

    assert set(statuses) == {200}
    assert max(waits) == 0.0
    lost = service.events("callers.keys_not_fetched")
    # Keys are fetched again after an hour, which falls into the outage.
    assert len(lost) in range(2, 20)
    assert {line["issuer"] for line in lost} <= {"contoso", "fabrikam"}
    fetched = service.events("callers.keys_fetched")
    assert fetched[-1]["timestamp"] > lost[-1]["timestamp"]


@pytest.mark.parametrize("fault", AWAY)
async def test_n6_entra_is_away_at_the_start(
    tmp_path: Path, sandbox: Sandbox, fault: dict[str, Any]
) -> None:
    """Without keys all notice: they are told to come back, and let in then."""
    lose_keys(sandbox, fault)
    async with started(entra_settings(tmp_path), sandbox) as service:
        early = await read(service, token(service))
        sandbox.faults.clear()
        await service.clock.sleep(float(early.headers["Retry-After"]))
        later = await read(service, token(service))

    assert early.status_code == 503
    assert early.json()["code"] == "identity-unavailable"
    assert early.json()["retryable"]
    assert 0 < int(early.headers["Retry-After"]) <= 5
    assert later.status_code == 200


@pytest.mark.parametrize(("delay", "status"), [(4.0, 200), (60.0, 503)])
async def test_n7_keys_that_come_slowly(
    service: Service, delay: float, status: int
) -> None:
    """Who needs them waits, no longer than seconds, and nobody else does."""
    sandbox, clock = service.sandbox, service.clock
    known = token(service)
    sandbox.entra.keys.rotate(keep=True)
    sandbox.faults.add(Fault(route="keys", delay=delay))

    began = clock.now()
    waiting = asyncio.create_task(read(service, token(service)))
    await clock.sleep(1)
    others = [await read(service, known) for _ in range(10)]
    assert clock.now() - began == 1.0
    assert {answer.status_code for answer in others} == {200}

    answer = await waiting
    assert answer.status_code == status
    assert clock.now() - began == min(delay, 5.0)


async def test_n8_who_leaves_does_not_take_the_keys_along(
    service: Service,
) -> None:
    """The caller that began to fetch them goes, and another gets them."""
    sandbox, clock = service.sandbox, service.clock
    sandbox.entra.keys.rotate(keep=True)
    sandbox.faults.add(Fault(route="keys", delay=2.0))
    fetched = fetches(sandbox)
    first, second = (
        asyncio.create_task(read(service, token(service))) for _ in range(2)
    )
    await clock.sleep(1)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)

    assert (await second).status_code == 200
    assert fetches(sandbox) == fetched + 1


async def test_n9_the_first_keys_take_long(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """Who comes while they are under way waits for them, and asks no more."""
    for route in ("openid-configuration", "keys"):
        sandbox.faults.add(Fault(route=route, delay=4.0, times=2))
    async with started(entra_settings(tmp_path), sandbox) as service:
        early = asyncio.create_task(read(service, token(service)))
        await service.clock.sleep(6)
        late = await read(service, token(service))
        await service.clock.sleep(20)

    assert (await early).status_code == 200
    assert late.status_code == 200
    assert fetches(sandbox) == 1
