"""Quotas of an application's users."""

from pathlib import Path

import pytest

from app.sandbox import Sandbox
from tests.security.delegated.people import GRACE, ME, person
from tests.support.issuing import entra_settings
from tests.support.service import started

pytestmark = pytest.mark.anyio

MESSAGES = f"{ME}/messages?limit=1"


@pytest.mark.attack(
    "To use up the quota of an application's other users",
    "429, for that one alone",
)
async def test_each_user_has_a_quota(tmp_path: Path, sandbox: Sandbox) -> None:
    """One who asks too much locks out nobody else of the application."""
    settings = entra_settings(tmp_path, quota={"requests": 5})
    async with started(settings, sandbox) as service:
        greedy = [
            await service.client.get(MESSAGES, headers=person(sandbox))
            for _ in range(6)
        ]
        other = await service.client.get(
            MESSAGES, headers=person(sandbox, GRACE)
        )
        [shown] = (await service.state.ops.state())["quotas"]

    assert greedy[-1].status_code == 429
    assert other.status_code == 200
    assert shown["caller"] == "contoso-frontend"
    assert (shown["requests"], shown["remaining"]) == (7, 0)
    assert shown["refused"] >= 1
