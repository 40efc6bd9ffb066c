"""Cases D and A, as far as tokens are concerned."""

import asyncio
from dataclasses import replace

import pytest

from app.sandbox import Fault
from tests.support.service import Service

pytestmark = pytest.mark.anyio

MESSAGES = "/v1/mailboxes/{}/messages"
ADA = MESSAGES.format("ada@contoso.example")
SLOW_TOKEN = Fault(route="token", delay=3)


def costs(header: str) -> dict[str, float]:
    """Return the milliseconds in a header Server-Timing."""
    parts = (part.strip().split(";dur=") for part in header.split(","))
    return {name: float(took) for name, took in parts}


async def test_t052_waiting_for_a_token_uses_the_deadline(
    service: Service,
) -> None:
    """3 of 4 seconds for the token: what is left is all that Graph gets."""
    service.sandbox.faults.add(SLOW_TOKEN)
    service.sandbox.faults.add(Fault(route="/users/*", hang=True))
    began = service.clock.now()
    answer = await service.client.get(ADA, headers={"Prefer": "wait=4"})
    took = costs(answer.headers["server-timing"])

    assert answer.status_code == 504
    assert service.clock.now() - began == pytest.approx(4, abs=0.01)
    assert took["token"] == pytest.approx(3000, abs=1)
    assert took["graph"] == pytest.approx(1000, abs=1)


async def test_t052_a_token_too_late_is_no_use(service: Service) -> None:
    """No time left for Graph: told at the deadline, Graph is not asked."""
    service.sandbox.faults.add(SLOW_TOKEN)
    began = service.clock.now()
    answer = await service.client.get(ADA, headers={"Prefer": "wait=2"})
    took = service.clock.now() - began
    await service.clock.sleep(2)
    later = await service.client.get(ADA, headers={"Prefer": "wait=2"})

    assert answer.json()["code"] == "identity-unavailable"
    assert answer.json()["attempts"] == 0
    assert took == pytest.approx(2, abs=0.01)
    # It was fetched to the end all the same, for those who came after.
    assert later.status_code == 200


async def test_t052_gate_and_token_share_one_deadline(
    service: Service,
) -> None:
    """5 seconds at the gate, then 3 for another token: 8 of 7 are too many."""
    await service.client.get("/v1/mailboxes")
    service.sandbox.faults.add(
        Fault(route="/users/*", status=429, retry_after=5, times=1)
    )
    service.sandbox.faults.add(Fault(route="/users/*", status=401, times=1))
    service.sandbox.faults.add(SLOW_TOKEN)
    await service.clock.sleep(60)
    began = service.clock.now()
    answer = await service.client.get(ADA, headers={"Prefer": "wait=7"})

    assert answer.json()["code"] == "identity-unavailable"
    assert service.clock.now() - began == pytest.approx(7, abs=0.01)


async def test_t053_who_leaves_while_waiting_for_a_token(
    service: Service,
) -> None:
    """A hundred callers, most leave: one token, and the rest are served."""
    service.sandbox.faults.add(replace(SLOW_TOKEN, times=1))
    calls = [
        asyncio.create_task(
            service.client.get(ADA, params={"limit": number + 1})
        )
        for number in range(100)
    ]
    await service.clock.sleep(1)
    for call in calls[::2] + calls[1::4]:
        call.cancel()
    ends = await asyncio.gather(*calls, return_exceptions=True)
    asked = [c for c in service.sandbox.calls if c.route == "token"]
    served = [end for end in ends if not isinstance(end, BaseException)]

    assert len(asked) == 1
    assert len(served) == 25
    assert {answer.status_code for answer in served} == {200}
