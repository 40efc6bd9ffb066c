"""Fixtures shared by all tests."""

import gc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import settings

from app.sandbox import Sandbox
from tests.support.contract import CALLED
from tests.support.held import watch_databases
from tests.support.ledger import Place
from tests.support.postgres import PostgreSQL, postgresql
from tests.support.service import Service, settings_for, started
from tests.support.surface import promised
from tests.support.virtual_loop import VirtualLoop

# How long an example takes says something about the machine only.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")
watch_databases()


def pytest_collection_finish() -> None:
    """Look for garbage rarely, and not among what stays: it takes long."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 20, 20)


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    """Run asynchronous tests in virtual time; tests/wire overrides this."""
    return "asyncio", {"loop_factory": VirtualLoop}


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgreSQL]:
    """A server of our own, for as long as the tests run."""
    with postgresql() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Where the ledger is: once as by default, once in PostgreSQL, empty."""
    if request.param == "sqlite":
        yield None
        return
    server: PostgreSQL = request.getfixturevalue("postgres")
    with server.new_database() as url:
        yield url


@pytest.fixture
def place(
    tmp_path: Path, database_url: str | None, request: pytest.FixtureRequest
) -> Place:
    """Where the ledger of the test is; nothing is there yet."""
    server = request.getfixturevalue("postgres") if database_url else None
    return Place(data_dir=tmp_path, url=database_url, server=server)


@pytest.fixture
def sandbox() -> Sandbox:
    """A fresh Graph, seeded."""
    return Sandbox()


@pytest.fixture
async def service(
    tmp_path: Path, sandbox: Sandbox, request: pytest.FixtureRequest
) -> AsyncIterator[Service]:
    """The whole service with default settings, in front of the sandbox.

    A test that also uses `database_url` runs on both databases.
    """
    settings = settings_for(tmp_path)
    if "database_url" in request.fixturenames:
        url = request.getfixturevalue("database_url")
        settings = settings_for(tmp_path, database_url=url)
    async with started(settings, sandbox) as running:
        yield running


@pytest.fixture
def client(service: Service) -> httpx.AsyncClient:
    """A caller, each of whose answers is held against the API document."""
    return service.client


@pytest.fixture(autouse=True)
def shown(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hold a test to what docs/surface.md says that it shows."""
    CALLED.clear()
    yield
    name = request.node.nodeid.partition("[")[0]
    assert promised(name) <= CALLED, "see docs/surface.md"
