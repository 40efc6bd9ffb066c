"""How sends stand in their table, and what is asked of it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Exists,
    FromClause,
    Select,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    tuple_,
)

from app.ledger.leases import free_at
from app.ledger.schema import sends
from app.ledger.send_records import (
    UNFINISHED,
    WAITING,
    SendRecord,
    Stage,
    binding_of,
)
from app.ledger.vault import Vault
from app.problems.errors import ExchangeError, Outcome
from app.problems.stored import pack

__all__ = [
    "NewSend",
    "claimed",
    "due",
    "is_due",
    "is_under_way",
    "left_alone",
    "new_row",
    "next_due",
    "reached",
    "sealed",
    "waits_in",
]

# What has failed so often, or waits for so long, holds nothing up any more.
_MOST_FAILURES = 120
_LONGEST_HOLD = 43_200.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSend:
    """A send to take on.

    Attributes:
        id: Its name, which its draft bears as a marker.
        tenant: Whose mailbox it leaves.
        lane: Stands for that mailbox.
        named: Stands for the caller's name for it.
        submission: What is to be sent.
        message_id: The draft to send, if the caller has written it.
        before: How an attempt ended of which no row is left.
        send_at: When, as a Unix time; None for now.
    """

    id: str
    tenant: str
    lane: bytes
    named: bytes
    submission: bytes
    message_id: str | None
    before: Outcome | None
    send_at: float | None

    @property
    def alone_about(self) -> tuple[bytes, ...]:
        """What nothing else may be taken on for at the same time.

        A draft may be sent by another name of its mailbox, in another lane.
        """
        if self.message_id is None:
            return (self.lane,)
        draft = f"{self.tenant} {self.message_id}".encode()
        return self.lane, hashlib.sha256(draft).digest()


def new_row(new: NewSend, vault: Vault, now: float) -> dict[str, Any]:
    """Return the row of a send that is taken on and nobody's yet."""
    begins = max(now, new.send_at or now)
    return {
        "id": new.id,
        "tenant": new.tenant,
        "lane": new.lane,
        "named": new.named,
        "stage": Stage.QUEUED,
        "message_id": new.message_id,
        "before": new.before,
        "attempts": 0,
        "failures": 0,
        "created_at": now,
        "updated_at": now,
        "send_at": new.send_at,
        "due_at": begins,
        "retry_at": begins,
        "owner": None,
        "claim": 0,
        "lease_until": 0.0,
        "submission": vault.seal(new.submission, binding_of(new.id)),
        "problem": None,
        "away": False,
    }


def reached(
    record: SendRecord,
    changes: Mapping[str, Any],
    problem: ExchangeError | None,
    now: float,
) -> dict[str, Any]:
    """Return the changes of a row with all that follows from its stage.

    What has ended is nobody's; what was sent is kept no longer, and why it
    was held up before is told until Exchange has taken it.
    """
    stage: Stage = changes.get("stage", record.stage)
    follows: dict[str, Any] = {}
    if stage.has_ended:
        follows |= {"owner": None, "lease_until": 0.0}
    if stage is Stage.SENT:
        follows["submission"] = None
    if problem is not None or stage.outcome is Outcome.PERFORMED:
        follows["problem"] = problem
    return {"updated_at": now, "away": False, **changes, **follows}


def left_alone(
    record: SendRecord, changes: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the changes of a row that whoever can is to carry on.

    Since when it is in its stage stays: how much doubt there is hangs on it.
    """
    left = {
        **changes,
        "owner": None,
        "lease_until": 0.0,
        # Who has read the row before this must read it again.
        "claim": record.claim + 1,
    }
    if left.get("stage", record.stage) is record.stage:
        left["updated_at"] = record.updated_at
    return left


def sealed(
    send: str, changes: Mapping[str, Any], vault: Vault
) -> dict[str, Any]:
    """Return changes of a row as they are written."""
    written = dict(changes)
    if (problem := changes.get("problem")) is not None:
        written["problem"] = vault.seal(pack(problem), binding_of(send))
    if (submission := changes.get("submission")) is not None:
        written["submission"] = vault.seal(submission, binding_of(send))
    return written


def claimed(record: SendRecord) -> ColumnElement[bool]:
    """Return the condition that nobody has claimed a send since."""
    return and_(sends.c.id == record.id, sends.c.claim == record.claim)


def waits_in(lane: bytes, now: float) -> Exists:
    """Return the condition that something in a lane has to go first."""
    return exists().where(_holds_up(sends, now), sends.c.lane == lane)


def is_due(table: FromClause, now: float) -> ColumnElement[bool]:
    """Return the condition that the time of a send has come.

    What is to be sent now is due, whatever the date was when that was said.
    """
    return func.coalesce(table.c.send_at, 0.0) <= now


def is_under_way(tenant: str, message: str) -> Exists:
    """Return the condition that a draft is being sent."""
    return exists().where(
        sends.c.tenant == tenant,
        sends.c.message_id == message,
        sends.c.stage.in_(UNFINISHED),
    )


def due(now: float) -> Select[Any]:
    """Return the question what is to be carried on, by whoever can.

    What waits must be the first in its lane; what Exchange has taken already
    is only looked for.
    """
    earlier = sends.alias("earlier")
    is_first = ~exists().where(
        earlier.c.lane == sends.c.lane,
        _holds_up(earlier, now),
        tuple_(earlier.c.due_at, earlier.c.seq)
        < tuple_(sends.c.due_at, sends.c.seq),
    )
    return (
        select(sends)
        .where(
            sends.c.stage.in_(UNFINISHED),
            is_due(sends, now),
            or_(sends.c.failures == 0, sends.c.retry_at <= now),
            free_at(sends, now),
            or_(sends.c.stage == Stage.VERIFYING, is_first),
        )
        .order_by(sends.c.retry_at, sends.c.seq)
    )


def next_due(now: float) -> Select[tuple[float | None]]:
    """Return the question when more may be to be carried on, after now.

    What somebody works on is free when the claim ends, if not before.
    """
    free = case(
        (sends.c.lease_until > sends.c.retry_at, sends.c.lease_until),
        else_=sends.c.retry_at,
    )
    return select(func.min(free)).where(
        sends.c.stage.in_(UNFINISHED), free > now
    )


def _holds_up(table: FromClause, now: float) -> ColumnElement[bool]:
    """Return the condition that a send keeps those behind it waiting.

    Not for ever: what fails for a reason of its own would stop the mailbox.
    """
    return and_(
        table.c.stage.in_(WAITING),
        is_due(table, now),
        table.c.due_at > now - _LONGEST_HOLD,
        table.c.failures < _MOST_FAILURES,
    )
