"""What became of the requests of a run."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.bench.load.wire import Answer

__all__ = ["Expected", "Outcome", "WrongAnswer", "quantile"]

Check = Callable[[Answer], bool]


class WrongAnswer(Exception):
    """An answer was not what the case is about, so nothing was measured."""


@dataclass(kw_only=True)
class Expected:
    """What every answer must be.

    It has this status, this in its head (in lower case), and the length of
    the first answer, which is at least ``at_least``.
    """

    status: int = 200
    head: bytes = b""
    at_least: int = 0
    length: int | None = None

    def __call__(self, answer: Answer) -> bool:
        """Tell whether an answer is as it should be."""
        if self.length is None and answer.length >= self.at_least:
            self.length = answer.length
        return (
            answer.status == self.status
            and answer.length == self.length
            and self.head in answer.head.lower()
        )


@dataclass(kw_only=True)
class Outcome:
    """Statuses (0: no answer), seconds, and how long each answer took.

    ``good`` are answers as expected in time, ``left`` callers that did not
    wait for theirs. ``wrong`` tells of the first answer that was otherwise.
    """

    good: int = 0
    left: int = 0
    seconds: float = 0.0
    wrong: str = ""
    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)

    @property
    def asked(self) -> int:
        """How many requests were made."""
        return self.left + self.statuses.total()

    def note(self, answer: Answer, check: Check, took: float) -> None:
        """Count an answer."""
        self.statuses[answer.status] += 1
        if check(answer):
            self.good += 1
            self.latencies.append(took)
        elif not self.wrong:
            head = answer.head.decode("latin-1")
            self.wrong = f"{answer.length} bytes after {head}"

    def raise_if_wrong(self) -> None:
        """Raise `WrongAnswer` unless every caller got what was expected."""
        if self.good != self.asked:
            told = dict(self.statuses)
            raise WrongAnswer(f"{told} of {self.asked}: {self.wrong}")


def quantile(values: list[float], share: float) -> float:
    """Return the value below which a share of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
