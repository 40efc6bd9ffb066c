"""Rounds are all of the same number, and end when they are told to."""

import asyncio
import os
import signal
import socket
from dataclasses import dataclass, field

import pytest

from tests.bench.cases.base import Case, Stage
from tests.bench.load.closed import Size, closed_loop
from tests.bench.load.outcome import Expected, WrongAnswer
from tests.bench.load.until_told import until_told
from tests.bench.load.wire import request
from tests.bench.rounds import in_turn
from tests.bench.targets import Running, Target
from tests.bench.upstream.serving import Upstream


@dataclass(frozen=True, kw_only=True)
class Numbered(Case):
    """Shows which try it was, unless that one goes wrong."""

    wrong: frozenset[int]
    tries: list[int] = field(default_factory=list)

    async def measure(self, stage: Stage) -> dict[str, float]:
        self.tries.append(len(self.tries))
        if self.tries[-1] in self.wrong:
            raise WrongAnswer(stage.it.target.name)
        return {"try": self.tries[-1]}


def stage() -> Stage:
    """Return one on which nothing is running."""
    target = Target(name="it", command=lambda _place: [])
    return Stage(
        it=Running(target=target, pid=0, port=0, started=0.0),
        upstream=Upstream(kind="none", pid=0, port=0, stub=""),
        size=Size(count=1, seconds=1.0),
    )


@pytest.mark.parametrize(
    ("wrong", "shown"),
    [
        pytest.param(set(), [[0, 1, 2]], id="none goes wrong"),
        pytest.param({1, 2}, [[0, 3, 4]], id="one is done again"),
        pytest.param({1, 2, 3}, [], id="one always goes wrong"),
    ],
)
def test_all_that_is_shown_has_as_many_rounds(
    wrong: set[int], shown: list[list[int]]
) -> None:
    """None is hidden, and none is divided by that of another round."""
    case = Numbered(name="numbered", about="", wrong=frozenset(wrong))
    told: list[str] = []
    rows = in_turn(case, [stage()], 3, told.append)

    assert [row.values for row in rows] == shown
    assert len(told) == len(wrong) + (not shown)


def test_who_is_told_to_stop_stops() -> None:
    """Also in a callback, whose errors the loop only tells of."""
    before = signal.getsignal(signal.SIGTERM)

    async def work() -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon(os.kill, os.getpid(), signal.SIGTERM)
        await loop.create_future()

    with pytest.raises(SystemExit):
        until_told(work())
    assert signal.getsignal(signal.SIGTERM) == before


def test_who_never_answers_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One that hangs is not to keep all others from being measured."""
    monkeypatch.setattr("tests.bench.load.closed._LONGEST", 0.0)

    async def ask() -> None:
        with socket.create_server(("127.0.0.1", 0)) as entrance:
            await closed_loop(
                entrance.getsockname()[1],
                iter([request("/")]),
                Expected(),
                1,
                Size(count=1, seconds=0.05),
            )

    with pytest.raises(TimeoutError):
        asyncio.run(ask())
