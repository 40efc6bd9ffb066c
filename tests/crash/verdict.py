"""Whether what was promised of each message was kept. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from tests.crash.mails import Mail, Promise
from tests.crash.watching import Copy

__all__ = ["BROKEN", "Judged", "Verdict", "judged"]

# The clock of the sandbox tells whole seconds.
_BLUR = timedelta(seconds=2)


class Verdict(Enum):
    """What became of a message."""

    ONCE = "sent once"
    LOST = "lost"
    TWICE = "twice"
    DIFFERS = "otherwise than promised"
    KEPT = "not sent, as promised"
    OPEN = "nothing promised, at most once"


BROKEN = (Verdict.LOST, Verdict.TWICE, Verdict.DIFFERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A message, its copies in Sent Items, and what to think of them."""

    mail: Mail
    copies: Sequence[Copy]

    @property
    def promise(self) -> Promise:
        """What was promised in the end; the status may take it back."""
        mail = self.mail
        if mail.kind == "cancelled" and mail.status == "cancelled":
            return Promise.NOT_SENT
        if not mail.is_sendable and mail.status == "failed":
            return Promise.NOT_SENT
        return mail.promise

    @property
    def verdict(self) -> Verdict:
        """What became of it."""
        if len(self.copies) > 1:
            return Verdict.TWICE
        match self.promise, bool(self.copies):
            case Promise.NONE, _:
                return Verdict.OPEN
            case Promise.NOT_SENT, False:
                return Verdict.KEPT
            case Promise.SENT, False:
                return Verdict.LOST
            case Promise.SENT, True if self._is_as_told():
                return Verdict.ONCE
            case _:
                return Verdict.DIFFERS

    def _is_as_told(self) -> bool:
        """Tell whether its status is true, and it was not sent early."""
        mail = self.mail
        if mail.place is not None and mail.status != "sent":
            return False
        sent_at = self.copies[0].sent_at
        return mail.due is None or sent_at >= mail.due - _BLUR


def judged(mails: Iterable[Mail], copies: Iterable[Copy]) -> list[Judged]:
    """Put together what clients know with what is in Sent Items."""
    found: defaultdict[str, list[Copy]] = defaultdict(list)
    for copy in copies:
        found[copy.subject].append(copy)
    return [Judged(mail=mail, copies=found[mail.subject]) for mail in mails]
