"""What follows when a send could not be carried on. Decides, does nothing."""

from collections.abc import Callable
from dataclasses import dataclass

from app.ledger.send_records import SendRecord, Stage
from app.problems.callers import CallerUnauthenticated
from app.problems.errors import ExchangeError, Outcome, Reach

__all__ = ["GONE_FOR_GOOD", "MOST_LOOKS", "Prospects", "next_look"]

_FAR = {Reach.TENANT, Reach.SERVICE}
_BASE = 1.0
_CAP = 60.0
_LONGEST_AT = 10
_JITTER = 0.1
_MOST_JITTER = 10.0
_FIRST_LOOK = 10.0
_LAST_LOOK = 300.0

MOST_LOOKS = 16
"""Looks, over about an hour, for what Exchange has taken and does not show."""

GONE_FOR_GOOD = 5
"""Looks, over some minutes, after which what left Drafts has been sent."""


@dataclass(frozen=True, slots=True)
class Prospects:
    """What to do with a send that could not be carried on.

    Attributes:
        give_up_after: Seconds that it is tried for after it was due, and
            looked for after Exchange has taken it.
        uniform: Returns a random number between two.
    """

    give_up_after: float
    uniform: Callable[[float, float], float]

    def stage(
        self,
        record: SendRecord,
        error: ExchangeError,
        now: float,
        *,
        is_in_doubt: bool,
        is_promised: bool,
    ) -> Stage:
        """Return the stage that it is in now; a waiting one is tried again.

        Args:
            record: The send.
            error: Why it was not carried on.
            now: The Unix time.
            is_in_doubt: Whether Exchange may have been asked to send it.
            is_promised: Whether the caller was told that it will be sent.
                Then it also outlasts what only operators can mend, and
                waits for its user to come back.
        """
        is_over = self.is_over(record, now)
        if record.stage is Stage.VERIFYING:
            return Stage.UNKNOWN if is_over else Stage.VERIFYING
        if is_in_doubt:
            return Stage.UNKNOWN if is_over else Stage.SENDING
        passes = (
            error.retryable
            or error.outcome is Outcome.UNKNOWN
            or (is_promised and (error.reach in _FAR or _waits(error)))
        )
        if is_over or not passes:
            return Stage.FAILED
        return Stage.QUEUED if record.stage is Stage.QUEUED else Stage.DRAFTED

    def is_over(self, record: SendRecord, now: float) -> bool:
        """Tell whether it has been tried, or looked for, long enough."""
        is_taken = record.stage is Stage.VERIFYING
        began = record.updated_at if is_taken else record.due_at
        return now >= began + self.give_up_after

    def failures(self, record: SendRecord, error: ExchangeError) -> int:
        """Return how often it has failed now.

        What fails for all of a mailbox, or for more, counts as far as the
        pauses grow with it: an outage is not the fault of the first in line,
        and must not have others overtake it.
        """
        failures = record.failures + 1
        if error.reach is Reach.REQUEST or record.stage is Stage.VERIFYING:
            return failures
        return min(failures, max(record.failures, _LONGEST_AT))

    def pause(self, record: SendRecord, error: ExchangeError) -> float:
        """Return the seconds until the next try.

        Never before ``Retry-After``, longer each time, and never all at once:
        what waits for the same outage to end is spread.
        """
        ceiling = min(_CAP, _BASE * 2 ** min(record.failures + 1, _LONGEST_AT))
        spread = self.uniform(ceiling / 2, ceiling)
        if error.retry_after is None:
            return spread
        late = min(_JITTER * error.retry_after, _MOST_JITTER)
        told = error.retry_after + self.uniform(0.0, max(late, _BASE))
        return max(told, spread)


def _waits(error: ExchangeError) -> bool:
    return isinstance(error, CallerUnauthenticated)


def next_look(looks: int) -> float:
    """Return the seconds until the next look, after so many."""
    return min(_LAST_LOOK, _FIRST_LOOK * 2.0 ** min(looks, 10))
