"""How sends stand in their table."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.ledger.send_records import SendRecord, Stage, binding_of
from app.ledger.vault import Vault
from app.problems.errors import ExchangeError, Outcome
from app.problems.stored import pack

__all__ = [
    "NewSend",
    "left_alone",
    "new_row",
    "reached",
    "sealed",
]


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
        of_user: Whether it goes out with the rights of a user.
    """

    id: str
    tenant: str
    lane: bytes
    named: bytes
    submission: bytes
    message_id: str | None
    before: Outcome | None
    send_at: float | None
    of_user: bool = False

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
        "away": False if new.of_user else None,
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
    away = None if record.away is None else changes.get("away", False)
    return {"updated_at": now, **changes, **follows, "away": away}


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
