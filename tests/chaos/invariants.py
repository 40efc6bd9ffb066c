"""What must hold after a storm. Pure: evidence in, findings out."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.callers import Told

__all__ = [
    "Attempt",
    "Evidence",
    "Finding",
    "Times",
    "attempts_of",
    "begun_too_early",
    "findings",
]

_MOST_AMPLIFIED = 1.1
# Seconds from the last look at the gate to the wire, generously.
_ON_ITS_WAY = 0.001
_MOST_AT_ONCE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One request to Graph; ``began`` and ``ended`` where the gateway is.

    ``closed_until`` is when Graph will take requests for the mailbox again,
    if it refused this one, or a part of it. All in seconds of one clock.
    """

    mailbox: str
    began: float
    ended: float
    closed_until: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """When a request began and ended, where the gateway is.

    ``has_answer`` is false if it was given up: what Graph said to it
    nevertheless was never received.
    """

    began: float
    ended: float
    has_answer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What callers were told, what Graph saw, and what was left behind.

    Attributes:
        told: What callers were told.
        sent: Subjects in Sent Items, each as often as it is there.
        attempts: The requests to Graph.
        retries: How many of them were repeats.
        peak: The most requests in flight for any mailbox.
        left: What is held though nothing is under way, by its name.
        complaints: What the service logged of errors nobody thought of.
    """

    told: Sequence[Told]
    sent: Sequence[str]
    attempts: Sequence[Attempt]
    retries: int
    peak: int
    left: dict[str, int] = field(default_factory=dict)
    complaints: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """An invariant, what was found, and what is allowed at most."""

    name: str
    found: float
    most: float

    @property
    def holds(self) -> bool:
        """Whether all is well."""
        return self.found <= self.most


def findings(evidence: Evidence) -> Iterator[Finding]:
    """Yield each invariant with what was found of it."""
    zero = {
        "duplicates": _duplicates(evidence.sent),
        "accepted and lost": len(_accepted(evidence) - set(evidence.sent)),
        "denied and yet sent": len(_denied(evidence) & set(evidence.sent)),
        "begun inside a Retry-After": begun_too_early(evidence.attempts),
        "not problem documents": sum(
            not told.is_explained for told in evidence.told
        ),
        "internal errors": sum(
            told.code == "internal-error" for told in evidence.told
        ),
        "complaints in the log": evidence.complaints,
    }
    for name, found in zero.items():
        yield Finding(name=name, found=found, most=0)
    first = len(evidence.attempts) - evidence.retries
    yield Finding(
        name="amplification",
        found=len(evidence.attempts) / max(1, first),
        most=_MOST_AMPLIFIED,
    )
    yield Finding(
        name="peak in flight per mailbox",
        found=evidence.peak,
        most=_MOST_AT_ONCE,
    )
    for name, found in evidence.left.items():
        yield Finding(name=f"leaked {name}", found=found, most=0)


def attempts_of(
    times: Mapping[str, Times], calls: Iterable[Mapping[str, Any]], skew: float
) -> list[Attempt]:
    """Put together what both sides know of the requests to Graph.

    Args:
        times: When they began and ended at the gateway, by their id.
        calls: What the sandbox recorded, the parts of batches included.
        skew: What to add to the sandbox's clock to get the gateway's.

    Raises:
        LookupError: The sandbox knows of requests that the gateway's side
            does not tell of, so that nothing would be proved.
    """
    by_id: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for call in calls:
        by_id[call["headers"]["client-request-id"]].append(call)
    if unknown := by_id.keys() - times.keys():
        raise LookupError(f"nothing is known of {len(unknown)} requests")
    return [
        Attempt(
            mailbox=_mailbox(seen),
            began=times[name].began,
            ended=times[name].ended,
            closed_until=max(
                (
                    call["answered"] + skew + float(call["retry_after"])
                    for call in seen
                    if call["retry_after"] and times[name].has_answer
                ),
                default=None,
            ),
        )
        for name, seen in by_id.items()
    ]


def begun_too_early(attempts: Iterable[Attempt]) -> int:
    """Count requests begun after a refusal came in and before its end.

    What was on its way when the refusal came in does not count: on the wire,
    or between its last look at the gate and the wire.
    """
    by_mailbox: defaultdict[str, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        by_mailbox[attempt.mailbox].append(attempt)
    early: set[tuple[str, float]] = set()
    for mailbox, asked in by_mailbox.items():
        begun = sorted(attempt.began for attempt in asked)
        for refused in asked:
            if refused.closed_until is None:
                continue
            first = bisect_right(begun, refused.ended + _ON_ITS_WAY)
            until = bisect_left(begun, refused.closed_until)
            early |= {(mailbox, began) for began in begun[first:until]}
    return len(early)


def _mailbox(seen: Sequence[Mapping[str, Any]]) -> str:
    """Return whose a request was; of a batch only its parts tell."""
    names = {call["mailbox"] for call in seen if call["mailbox"]}
    return names.pop() if names else "/directory"


def _duplicates(sent: Sequence[str]) -> int:
    return sum(count - 1 for count in Counter(sent).values())


def _accepted(evidence: Evidence) -> set[str]:
    """Return the subjects that some caller was told are sent."""
    return {t.subject for t in evidence.told if t.subject and t.is_success}


def _denied(evidence: Evidence) -> set[str]:
    """Return the subjects of which every answer said: not performed."""
    by_subject: defaultdict[str, set[str | None]] = defaultdict(set)
    for told in evidence.told:
        if told.subject:
            by_subject[told.subject].add(told.outcome)
    return {
        subject
        for subject, outcomes in by_subject.items()
        if outcomes == {"not_performed"}
    }
