"""Strangers, so many that others could find no place."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.sandbox import Fault, Sandbox
from tests.security.entra.trying import MESSAGES, bearing
from tests.support.issuing import encoded, entra_settings
from tests.support.service import CONTOSO, started
from tests.support.virtual_loop import VirtualLoop

pytestmark = pytest.mark.anyio

PLACES = 150


@pytest.fixture(scope="module")
def anyio_backend() -> tuple[str, dict[str, Any]]:
    """Run in virtual time: keys are fetched each half minute at most."""
    return "asyncio", {"loop_factory": VirtualLoop}


@pytest.mark.attack(
    "As many requests as are served at once, each with a key that nobody"
    " knows, while Entra ID hangs",
    "503 identity-unavailable; all others are served",
)
async def test_strangers_who_wait_for_keys_take_no_places(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """Who has a good token does not notice them."""
    limits = {"requests_in_flight": PLACES}
    settings = entra_settings(tmp_path, limits=limits)
    async with started(settings, sandbox) as service:
        good = sandbox.caller_token(CONTOSO["tenant_id"])
        _, claims, signature = good.split(".")

        async def read(token: str) -> httpx.Response:
            return await service.client.get(MESSAGES, headers=bearing(token))

        await read(good)
        await service.clock.sleep(30)
        sandbox.faults.add(Fault(route="openid-configuration", hang=True))
        heads = [{"alg": "RS256", "kid": str(n)} for n in range(PLACES)]
        strangers = [
            asyncio.create_task(read(f"{encoded(head)}.{claims}.{signature}"))
            for head in heads
        ]
        await service.clock.sleep(1)
        answer = await read(good)
        refused = await asyncio.gather(*strangers)

    assert answer.status_code == 200
    codes = {each.json()["code"] for each in refused}
    assert codes == {"identity-unavailable"}
    assert all(int(each.headers["Retry-After"]) for each in refused)
