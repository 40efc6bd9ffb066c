"""Fixtures for the tests of the ledger."""

from pathlib import Path

import pytest

from tests.support.ledger import Place


@pytest.fixture
def place(
    tmp_path: Path, database_url: str | None, request: pytest.FixtureRequest
) -> Place:
    """Where the ledger of the test is; nothing is there yet."""
    server = request.getfixturevalue("postgres") if database_url else None
    return Place(data_dir=tmp_path, url=database_url, server=server)
