"""What strangers are told, for it is open to all."""

from asyncio import gather, to_thread
from pathlib import Path

import pytest

from app.sandbox import Sandbox
from tests.support.issuing import entra_settings
from tests.support.service import started

pytestmark = pytest.mark.anyio

OPEN = (
    *("/health/live", "/health/ready", "/problems", "/runbooks"),
    *("/docs", "/redoc", "/status"),
)


@pytest.mark.attack(
    "Whose mail is here, by whatever is open to strangers",
    "Nothing names an application, a mailbox or a tenant, but where people"
    " sign in",
)
async def test_strangers_learn_of_no_tenant(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """Neither by its alias nor by its id."""
    tenants = [
        {
            "alias": f"customer-{name}",
            "tenant_id": f"0000000{name}-1111-4111-8111-111111111111",
            "client_id": f"0000000{name}-2222-4222-8222-222222222222",
            "client_secret": "s",
        }
        for name in (1, 2)
    ]
    client_id = "00000003-3333-4333-8333-333333333333"
    caller = {
        "name": "partner",
        "client_id": client_id,
        "home_tenant": "customer-2",
    }
    settings = entra_settings(tmp_path, tenants=tenants, callers=[caller])
    async with started(settings, sandbox) as service:
        answers = [await service.client.get(path) for path in OPEN]

    told = " ".join(
        f"{answer.headers} {answer.text}" for answer in answers
    ).lower()
    assert {answer.status_code for answer in answers} <= {200, 503}
    for word in ("customer", "partner", client_id, "00000002-"):
        assert word not in told, word


@pytest.mark.attack(
    "The API document, by many strangers at once, as the process starts",
    "It is made once, and they wait for that one",
)
async def test_the_document_is_made_once(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """To make it takes a second of a processor."""
    async with started(entra_settings(tmp_path), sandbox) as service:
        made = await gather(
            *(to_thread(service.app.openapi) for _ in range(8))
        )

    assert {id(document) for document in made} == {id(made[0])}
