"""Fixtures for tests with a real Prometheus, thus in real time."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """Run on the plain event loop: processes know no virtual time."""
    return "asyncio"
