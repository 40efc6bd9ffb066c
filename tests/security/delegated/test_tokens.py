"""Graph is asked with a token of the user, for the user's own token."""

import pytest

from app.sandbox import Sandbox
from tests.security.delegated.people import ADA, ME, person
from tests.support.service import Service

pytestmark = pytest.mark.anyio


async def test_me_is_who_calls(service: Service, sandbox: Sandbox) -> None:
    """A user's own mailbox, read with the user's rights alone."""
    read = await service.client.get(f"{ME}/messages", headers=person(sandbox))
    asked = [call.user for call in sandbox.calls if call.route == "token"]

    assert read.status_code == 200
    assert asked == [ADA]
