"""What is shown of a run. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.crash.killing import STOPPED, Kill
from tests.crash.mails import Promise
from tests.crash.points import POINTS
from tests.crash.verdict import BROKEN, Judged, Verdict
from tests.crash.watching import Struck

__all__ = ["Evidence", "described", "notes", "table"]

_COLUMNS = ("accepted", "once", "lost", "twice", "differs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What became of all messages, and what was done to them.

    ``drafts`` are the subjects of what is left in Drafts, ``complaints``
    what is wrong beside that.
    """

    messages: Sequence[Judged]
    kills: Sequence[Kill]
    struck: Mapping[str, Struck]
    drafts: Sequence[str]
    complaints: Sequence[str]
    seconds: float

    @property
    def killed(self) -> int:
        """How often a service was killed; told to stop is not killed."""
        return sum(kill.point != STOPPED for kill in self.kills)

    @property
    def broken(self) -> list[Judged]:
        """The messages of which a promise was not kept."""
        return [one for one in self.messages if one.verdict in BROKEN]


def table(evidence: Evidence) -> Iterator[str]:
    """Yield a line for each point of death and for each fault.

    A message counts for a point if it was under way when a service died
    there, and for a fault if that struck a request about it.
    """
    yield _line("killed", "times", _COLUMNS)
    for point, times in sorted(
        Counter(kill.point for kill in evidence.kills).items()
    ):
        moments = [kill.at for kill in evidence.kills if kill.point == point]
        hit = [one for one in evidence.messages if _is_hit(one, moments)]
        yield _line(point, times, _figures(hit))
    yield _line("fault", "times", _COLUMNS)
    for name, struck in evidence.struck.items():
        hit = [
            one
            for one in evidence.messages
            if any(copy.message in struck.messages for copy in one.copies)
        ]
        yield _line(name, struck.times, _figures(hit))
    yield _line("all", evidence.killed, _figures(evidence.messages))


def notes(evidence: Evidence) -> Iterator[str]:
    """Yield what else is good to know."""
    mails = [one.mail for one in evidence.messages]
    yield f"took {evidence.seconds:.0f} s"
    kinds = Counter(mail.kind for mail in mails)
    yield f"{len(mails)} messages: {_listed(kinds)}"
    yield _listed(Counter(str(m.status) for m in mails), "last status: ")
    verdicts = Counter(one.verdict.value for one in evidence.messages)
    yield _listed(verdicts, "became of them: ")
    # What its author has written as a draft, and was not sent, stays one.
    left = Counter(
        f"of what is {one.verdict.value}"
        for one in evidence.messages
        for subject in evidence.drafts
        if one.mail.subject == subject and one.mail.kind != "draft"
    )
    yield _listed(left, f"{left.total()} drafts left behind: ")
    never = set(POINTS) - {kill.point for kill in evidence.kills}
    if never:
        yield f"nobody died at: {', '.join(sorted(never))}"


def described(one: Judged) -> str:
    """Describe a message of which a promise was not kept."""
    mail = one.mail
    heard = ", ".join(dict.fromkeys(mail.heard))
    return (
        f"{one.verdict.value}: {mail.subject} ({mail.kind}, {mail.mailbox},"
        f" {'with' if mail.has_key else 'without'} key); told"
        f" {heard or 'nothing'}; status {mail.status} at {mail.place}"
    )


def _line(name: str, times: object, figures: Iterable[object]) -> str:
    columns = "".join(f"{figure!s:>10}" for figure in figures)
    return f"{name:<26}{times!s:>7}{columns}"


def _figures(messages: Iterable[Judged]) -> Iterator[int]:
    """Yield the figures of the columns."""
    found = list(messages)
    yield sum(one.promise is Promise.SENT for one in found)
    verdicts = Counter(one.verdict for one in found)
    yield from (verdicts[verdict] for verdict in (Verdict.ONCE, *BROKEN))


def _listed(counts: Mapping[str, int], before: str = "") -> str:
    return before + ", ".join(f"{n} {name}" for name, n in counts.items())


def _is_hit(one: Judged, moments: Iterable[float]) -> bool:
    began, ended = one.mail.began, one.mail.ended
    until = float("inf") if ended is None else ended
    return any(began <= moment <= until for moment in moments)
