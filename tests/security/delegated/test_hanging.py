"""Users for whom Entra ID hangs keep nobody else waiting."""

import asyncio

import pytest

from app.sandbox import Fault, Sandbox
from tests.security.delegated.people import ADA, ME, bearer, object_id, person
from tests.support.service import Service

pytestmark = pytest.mark.anyio


@pytest.mark.attack(
    "Many calls for a user of whom Entra ID says nothing, to use up permits",
    "503 for them; the same mailbox is read at once by who has a token",
)
async def test_who_waits_for_a_token_holds_no_permit(
    service: Service, sandbox: Sandbox
) -> None:
    """All permits of a mailbox are left to the application."""
    client, app = service.client, bearer(sandbox)
    mailbox = f"/v1/mailboxes/{object_id(sandbox, ADA)}"
    await client.get(f"{mailbox}/folders", headers=app)
    sandbox.faults.add(Fault(route="token", user=ADA, hang=True))
    waiting = [
        asyncio.create_task(
            client.get(f"{ME}/messages", headers=person(sandbox))
        )
        for _ in range(12)
    ]
    await service.clock.sleep(1)
    began = service.clock.now()
    answer = await client.get(f"{mailbox}/messages", headers=app)
    took = service.clock.now() - began
    ends = await asyncio.gather(*waiting)

    assert answer.status_code == 200
    assert took == 0
    assert {end.json()["code"] for end in ends} == {"identity-unavailable"}
