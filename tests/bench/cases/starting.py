"""From nothing to the first answer."""

import time

from tests.bench import cores
from tests.bench.cases.base import Stage
from tests.bench.cases.reading import FromGraph
from tests.bench.load.wire import connect
from tests.bench.targets import running

__all__ = ["MEGABYTES", "SECONDS", "Start"]

SECONDS = "s"
MEGABYTES = "MB"


class Start(FromGraph):
    """Another process of the target, until it has answered for the first time.

    The first answer is a list, for which it has to have a token.
    """

    async def measure(self, stage: Stage) -> dict[str, float]:
        with running(stage.it.target, stage.upstream.static) as it:
            began = time.perf_counter()
            wire = await connect(it.port)
            asked = stage.request(it.target.page)
            answer = await wire.ask(asked)
            took = it.started + time.perf_counter() - began
            wire.close()
            self.checked(stage)(answer)
            return {
                SECONDS: took,
                MEGABYTES: cores.resident_bytes(it.pid) / 1e6,
            }
