"""What the ledger knows of one send."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import RowMapping

from app.ledger.vault import KeysLost, Vault
from app.problems.errors import ExchangeError, Outcome
from app.problems.stored import unpack

__all__ = ["UNFINISHED", "WAITING", "SendRecord", "Stage", "binding_of"]


class Stage(StrEnum):
    """How far a send has come. Each is written down before what follows it.

    - ``queued``: nothing was sent; a draft may have been left behind;
    - ``drafted``: the one draft that may be sent is known, and is not sent;
    - ``sending``: Exchange may have been asked to send it;
    - ``verifying``: Exchange has taken it;
    - ``sent``, ``failed``, ``cancelled``, ``unknown``: it has ended.
    """

    QUEUED = "queued"
    DRAFTED = "drafted"
    SENDING = "sending"
    VERIFYING = "verifying"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"

    @property
    def has_ended(self) -> bool:
        """Whether nothing more is done by itself."""
        return self not in UNFINISHED

    @property
    def outcome(self) -> Outcome:
        """What has become of the message."""
        if self in {Stage.VERIFYING, Stage.SENT}:
            return Outcome.PERFORMED
        if self in {Stage.SENDING, Stage.UNKNOWN}:
            return Outcome.UNKNOWN
        return Outcome.NOT_PERFORMED


WAITING = (Stage.QUEUED, Stage.DRAFTED, Stage.SENDING)
"""Stages in which a send keeps those behind it in its lane waiting."""

UNFINISHED = (*WAITING, Stage.VERIFYING)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendRecord:
    """A row of the table ``sends``, opened; see `schema` for its columns.

    ``submission`` is None once it is needed no more, or if it cannot be read.
    """

    seq: int
    id: str
    tenant: str
    lane: bytes
    named: bytes
    stage: Stage
    message_id: str | None
    before: Outcome | None
    attempts: int
    failures: int
    created_at: float
    updated_at: float
    send_at: float | None
    due_at: float
    retry_at: float
    claim: int
    lease_until: float
    submission: bytes | None
    problem: ExchangeError | None
    away: bool | None

    @classmethod
    def of(cls, row: RowMapping, vault: Vault) -> "SendRecord":
        """Return what a row says; None for what is sealed with other keys."""
        columns = {
            name: row[name]
            for name in cls.__slots__
            if name not in {"stage", "before", "submission", "problem"}
        }
        binding = binding_of(row["id"])
        problem = _opened(vault, row["problem"], binding)
        return cls(
            **columns,
            stage=_stage(row["stage"]),
            before=_outcome(row["before"]),
            submission=_opened(vault, row["submission"], binding),
            problem=_error(problem),
        )


def binding_of(send: str) -> str:
    """Return what the contents of a row are sealed for."""
    return f"send {send}"


def _outcome(name: str | None) -> Outcome | None:
    """Return an outcome; a word of another release is none to rely on."""
    if name is None:
        return None
    known = {outcome.value for outcome in Outcome}
    return Outcome(name) if name in known else Outcome.UNKNOWN


def _stage(name: str) -> Stage:
    """Return a stage; one of a later release is not known here."""
    known = {stage.value for stage in Stage}
    return Stage(name) if name in known else Stage.UNKNOWN


def _error(packed: bytes | None) -> ExchangeError | None:
    """Return why a send is held up; None if that cannot be read here."""
    if packed is None:
        return None
    try:
        return unpack(packed)
    except ValueError:
        return None


def _opened(vault: Vault, sealed: bytes | None, binding: str) -> bytes | None:
    """Open a part of a row; one that is damaged must not stop all others."""
    if sealed is None:
        return None
    try:
        return vault.open(sealed, binding)
    except KeysLost:
        return None
