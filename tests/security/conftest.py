"""One service as a process, for all who speak to it over sockets."""

from collections.abc import Iterator

import pytest

from tests.support.process import Process, serving


@pytest.fixture(scope="package")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """The service with its sandbox, as it is where nobody signs in."""
    with serving(tmp_path_factory.mktemp("data")) as running:
        yield running
