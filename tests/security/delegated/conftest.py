"""The service for people, with tokens of the sandbox's Entra ID."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.sandbox import Sandbox
from tests.support.issuing import entra_settings
from tests.support.service import Service, started


@pytest.fixture
async def service(tmp_path: Path, sandbox: Sandbox) -> AsyncIterator[Service]:
    """The whole service, which asks callers for tokens."""
    async with started(entra_settings(tmp_path), sandbox) as running:
        yield running
