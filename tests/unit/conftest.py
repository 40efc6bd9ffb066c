"""What several units need."""

from collections.abc import AsyncIterator

import pytest

from app.sandbox import Sandbox
from tests.support.tokens import Tokens


@pytest.fixture
async def tokens(sandbox: Sandbox) -> AsyncIterator[Tokens]:
    """A token source in front of the sandbox."""
    made = Tokens(sandbox)
    yield made
    await made.source.aclose()
