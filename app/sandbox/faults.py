"""Faults that a test or a person can script: what, where, how often."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

from app.sandbox.calls import Call

__all__ = ["Body", "Fault", "FaultBook", "Reset", "ResetAt"]

ResetAt = Literal["before", "after", "midway"]
Body = Literal[
    "html", "empty", "truncated", "not-json", "error-200", "garbage"
]
STATUSES = range(200, 600)


class Reset(Exception):
    """The connection breaks here, in a sandbox that has no socket.

    ``after_work`` tells whether the request had been carried out, and
    ``midway`` whether half an answer has been sent.
    """

    def __init__(self, *, after_work: bool, midway: bool = False) -> None:
        super().__init__("connection reset by the sandbox")
        self.after_work = after_work
        self.midway = midway


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Which calls fail, and how.

    Which calls (all that are given must match):
        mailbox: an address (aliases and object ids count as the same).
        tenant: a tenant's id or domain.
        user: an address; only what an app does for this person.
        route: a route's template such as ``/users/{mailbox}/messages``,
            ``token`` for the token endpoint, or a glob of them.
        method: an HTTP method.
        nth: only the nth call that matches the above, from 1.
        times: how often it strikes; None is for ever.
        probability, seed: strikes by chance, the same way for each seed.

    What happens (see `app.sandbox.strike` for the order):
        status, code, message, headers: the answer instead of the work's.
        retry_after: the header, a number or any text; with 429 and 503 it
            also starts the time in which calls are early.
        delay: seconds before the work, or after it with ``after_work``.
        hang: never answers.
        reset: the connection breaks before the work, after it, or midway
            through the answer.
        after_work: the work is done although the answer says otherwise.
        body: what is wrong with the answer's body.
        claims: a claims challenge, as JSON text.
        error, aadsts: the token endpoint's ``error`` and its number, with
            ``claims`` beside them if they are given.
    """

    mailbox: str | None = None
    tenant: str | None = None
    user: str | None = None
    route: str | None = None
    method: str | None = None
    nth: int | None = None
    times: int | None = None
    probability: float = 1.0
    seed: int = 0
    status: int | None = None
    code: str | None = None
    message: str | None = None
    retry_after: float | str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    hang: bool = False
    reset: ResetAt | None = None
    after_work: bool = False
    body: Body | None = None
    claims: str | None = None
    error: str | None = None
    aadsts: int | None = None

    def __post_init__(self) -> None:
        """Refuse what can never strike or cannot be answered."""
        counts = (self.nth, self.times)
        if any(count is not None and count < 1 for count in counts):
            raise ValueError("'nth' and 'times' start at 1")
        if not 0 <= self.probability <= 1 or self.delay < 0:
            raise ValueError("'probability' is 0 to 1, 'delay' not negative")
        if self.status is not None and self.status not in STATUSES:
            raise ValueError("'status' is 200 to 599")

    def matches(self, call: Call, names: Mapping[str, str]) -> bool:
        """Say whether a call is one of those this fault is about.

        ``names`` maps aliases, object ids and domains, in lower case, to
        the names under which calls are recorded.
        """
        return (
            _same(self.mailbox, call.mailbox, names)
            and _same(self.tenant, call.tenant, names)
            and _same(self.user, call.user, names)
            and _same(self.method, call.method, {})
            and (self.route is None or fnmatchcase(call.route, self.route))
        )


@dataclass(slots=True, kw_only=True)
class _Entry:
    fault: Fault
    dice: random.Random
    matched: int = 0
    fired: int = 0

    def strikes(self) -> bool:
        """Count one matching call and say whether it is hit."""
        fault = self.fault
        self.matched += 1
        if fault.times is not None and self.fired >= fault.times:
            return False
        if fault.nth is not None and self.matched != fault.nth:
            return False
        # Thrown for each call, so that a seed gives the same pattern.
        return self.dice.random() < fault.probability


class FaultBook:
    """The faults in force; the oldest that strikes wins."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._serial = 0

    def add(self, fault: Fault) -> str:
        """Put a fault in force; return its id."""
        self._serial += 1
        name = f"fault-{self._serial}"
        dice = random.Random(fault.seed)
        self._entries[name] = _Entry(fault=fault, dice=dice)
        return name

    def remove(self, fault_id: str) -> None:
        """Lift a fault.

        Raises:
            KeyError: when there is none of that id.
        """
        del self._entries[fault_id]

    def clear(self) -> None:
        """Lift all faults."""
        self._entries.clear()

    def items(self) -> list[tuple[str, Fault]]:
        """Return ids and faults in the order they were added."""
        return [(name, e.fault) for name, e in self._entries.items()]

    def fired(self, fault_id: str) -> int:
        """Return how often a fault has struck."""
        return self._entries[fault_id].fired

    def pick(
        self, call: Call, names: Mapping[str, str]
    ) -> tuple[str, Fault] | None:
        """Return the fault that hits a call (see `Fault.matches`)."""
        struck = [
            (name, entry)
            for name, entry in self._entries.items()
            if entry.fault.matches(call, names) and entry.strikes()
        ]
        if not struck:
            return None
        name, entry = struck[0]
        entry.fired += 1
        return name, entry.fault

    def __iter__(self) -> Iterator[Fault]:
        """Iterate over the faults in force."""
        return iter([entry.fault for entry in self._entries.values()])

    def __len__(self) -> int:
        """Count the faults in force."""
        return len(self._entries)


def _same(
    wanted: str | None, actual: str | None, names: Mapping[str, str]
) -> bool:
    if wanted is None:
        return True
    name = wanted.lower()
    return actual is not None and names.get(name, name) == actual.lower()
