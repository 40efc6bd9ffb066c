"""Fixtures for tests of documents, thus over real processes."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack

import pytest

from tests.documents.stage import LOG, Log, Stage
from tests.support.process import serving
from tests.support.tools import installed

StageFor = Callable[[Mapping[str, str]], Stage]


@pytest.fixture(scope="session")
def stage_for(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StageFor]:
    """Give out services; who wants the same settings gets the same one."""
    installed("curl")
    installed("jq")
    stages: dict[str, Stage] = {}
    with ExitStack() as running:

        def give(settings: Mapping[str, str]) -> Stage:
            key = repr(sorted(settings.items()))
            if key not in stages:
                data_dir = tmp_path_factory.mktemp("data")
                log = Log(data_dir / LOG)
                service = running.enter_context(
                    serving(data_dir, log, **settings)
                )
                stages[key] = Stage(service, data_dir)
            return stages[key]

        yield give
