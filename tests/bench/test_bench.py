"""The benchmark notices wrong answers, and divides the right way round."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.bench.budgets import Budget
from tests.bench.load.outcome import Expected, Outcome, WrongAnswer
from tests.bench.load.wire import Answer, Wire, request
from tests.bench.report import NOW, report
from tests.bench.results import Results, Row


class Line(asyncio.Transport):
    """A connection of which only what is written is of interest."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += bytes(data)


async def read(*pieces: bytes) -> Answer:
    """Return the answer that comes in these pieces."""
    wire, line = Wire(), Line()
    wire.connection_made(line)
    waits = wire.ask(request("/"))
    for piece in pieces:
        assert not waits.done()
        wire.data_received(piece)
    return await waits


@pytest.mark.parametrize(
    ("pieces", "status", "body"),
    [
        pytest.param(
            [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r", b"\no", b"k"],
            200,
            b"ok",
            id="length",
        ),
        pytest.param(
            [b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n2\r\nok\r\n", b"0\r\n", b"\r\n"],
            200,
            b"2\r\nok\r\n0\r\n\r\n",
            id="chunks",
        ),
        pytest.param(
            [b"HTTP/1.1 304 Not Modified\r\n\r\n"], 304, b"", id="empty"
        ),
    ],
)
def test_answers_are_read_to_their_end(
    pieces: Sequence[bytes], status: int, body: bytes
) -> None:
    """An answer is there with its last byte, however it was cut up."""
    answer = asyncio.run(read(*pieces))

    assert (answer.status, answer.body) == (status, body)


def test_a_wrong_answer_is_no_fast_success() -> None:
    """An answer that is shorter than the first voids what was measured."""
    expected, outcome = Expected(at_least=10), Outcome()
    for body in (b"0123456789", b"012345678"):
        answer = Answer(200, b"", [body], len(body))
        outcome.note(answer, expected, 0.0, 0.5)

    assert (outcome.good, outcome.asked) == (1, 2)
    with pytest.raises(WrongAnswer, match="9 bytes"):
        outcome.raise_if_wrong()


def test_goodput_counts_what_came_in_time() -> None:
    """Answers from before the count and from after the end are left out."""
    outcome = Outcome(seconds=3.0)
    for came in (0.5, 1.5, 2.5, 3.5):
        answer = Answer(200, b"", [], 0)
        outcome.note(answer, Expected(), 0.0, came)

    assert outcome.per_second(after=1.0) == 1.0


def results() -> Results:
    def row(case: str, target: str, *values: float) -> Row:
        return Row(case=case, target=target, metric="CPU µs", values=[*values])

    return Results(
        when="2026-11-22",
        machine="a machine",
        versions={NOW: "1234567"},
        rounds=3,
        rows=[
            row("list", NOW, 90, 100, 110),
            row("list-64", NOW, 120, 100, 110),
            row("list-64", "peer", 440, 550, 600),
        ],
    )


@pytest.mark.parametrize(
    ("budget", "median", "verdict"),
    [
        pytest.param(
            Budget(what="alone", case="list", must=150, goal=60),
            100,
            "must",
            id="alone",
        ),
        pytest.param(
            Budget(
                what="ratio", case="list-64", over="list", must=1.05, goal=1
            ),
            1.1,
            "no",
            id="over another case",
        ),
        pytest.param(
            Budget(
                what="peer",
                case="list-64",
                peer="peer",
                must=4,
                goal=5,
                at_least=True,
            ),
            5.0,
            "goal",
            id="times less than a peer",
        ),
    ],
)
def test_budgets_divide_the_right_way_round(
    budget: Budget, median: float, verdict: str
) -> None:
    """Cases are divided by others, and peers by the service."""
    found = budget.measured(results(), NOW)

    assert found is not None
    assert found.median == pytest.approx(median)
    assert found.least <= found.median <= found.most
    assert budget.verdict(found.median) == verdict


def test_what_was_written_is_shown_again(tmp_path: Path) -> None:
    """The report of a file is that of the run which wrote it."""
    found = results()
    path = tmp_path / "made" / "bench.json"
    found.write(path)
    budget = Budget(what="the list", case="list", must=150, goal=60)

    shown = list(report(Results.read(path), [budget]))

    assert shown == list(report(found, [budget]))
    assert "| the list | 150 | 60 | 100 (90..110) | must |" in shown
