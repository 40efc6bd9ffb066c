"""Fixtures shared by all tests."""

from typing import Any

import pytest

from tests.support.virtual_loop import VirtualLoop


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    """Run asynchronous tests in virtual time; tests/wire overrides this."""
    return "asyncio", {"loop_factory": VirtualLoop}
