"""What became of the requests of a run."""

from collections import Counter
from dataclasses import dataclass, field, replace
from math import nan

from tests.bench.load.wire import Answer

__all__ = ["Expected", "Outcome", "WrongAnswer", "quantile"]


class WrongAnswer(Exception):
    """An answer was not what the case is about, so nothing was measured."""


@dataclass(kw_only=True)
class Expected:
    """What every answer must be.

    It has this status, this in its head (in lower case) and in its body. If
    it is to have ``at_least`` so many bytes, then all have as many as the
    first.
    """

    status: int = 200
    head: bytes = b""
    body: bytes = b""
    at_least: int = 0
    length: int = 0

    def bare(self) -> "Expected":
        """Return the same without what is to be in the head."""
        return replace(self, head=b"")

    def __call__(self, answer: Answer) -> bool:
        """Tell whether an answer is as it should be."""
        if not self.length and answer.length >= self.at_least:
            self.length = answer.length
        return (
            answer.status == self.status
            and (answer.length == self.length or not self.at_least)
            and (not self.head or self.head in answer.head.lower())
            and (not self.body or self.body in answer.body)
        )


@dataclass(kw_only=True)
class Outcome:
    """Statuses (0: no answer), and how long it was asked.

    ``latencies`` are those of answers as expected, ``came`` when they came,
    in seconds since the beginning; ``left`` are callers who did not wait for
    theirs. ``wrong`` tells of the first answer that was not as expected.
    """

    left: int = 0
    seconds: float = 0.0
    wrong: str = ""
    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    came: list[float] = field(default_factory=list)

    @property
    def good(self) -> int:
        """How many answers were as expected."""
        return len(self.latencies)

    @property
    def asked(self) -> int:
        """How many requests were made."""
        return self.left + self.statuses.total()

    def note(
        self, answer: Answer, check: Expected, asked: float, came: float
    ) -> None:
        """Count an answer: when it was asked for and when it came."""
        self.statuses[answer.status] += 1
        if check(answer):
            self.latencies.append(came - asked)
            self.came.append(came)
        elif not self.wrong:
            head = answer.head.decode("latin-1")
            body = answer.body[:300].decode("latin-1")
            self.wrong = f"{answer.length} bytes: {head}\n{body}"

    def per_second(self, after: float = 0.0) -> float:
        """Return good answers a second, once so many have passed."""
        counted = [came for came in self.came if after < came < self.seconds]
        return len(counted) / (self.seconds - after)

    def raise_if_wrong(self) -> None:
        """Raise `WrongAnswer` unless every caller got what was expected."""
        if self.good != self.asked:
            told = dict(self.statuses)
            raise WrongAnswer(f"{told} of {self.asked}: {self.wrong}")


def quantile(values: list[float], share: float) -> float:
    """Return the value below which a share of them lies; of none, NaN."""
    if not values:
        return nan
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
