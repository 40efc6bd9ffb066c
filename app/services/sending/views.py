"""Sends as callers see them."""

from collections.abc import Mapping
from datetime import UTC, datetime

from app.ledger.send_records import SendRecord, Stage
from app.models.answers import Answer
from app.models.overview import PartProblem
from app.models.sends import Send, SendStatus
from app.problems.errors import ExchangeError
from app.problems.failures import InternalError
from app.problems.resources import Conflict
from app.services.part_problems import part_problem

__all__ = [
    "STATUS",
    "answer_of",
    "counted",
    "is_settled",
    "send_answer",
    "timestamp",
]

STATUS: dict[Stage, SendStatus] = {
    Stage.QUEUED: "queued",
    # Nothing has left yet; that there is a draft is nobody's concern.
    Stage.DRAFTED: "queued",
    Stage.SENDING: "sending",
    Stage.VERIFYING: "verifying",
    Stage.SENT: "sent",
    Stage.FAILED: "failed",
    Stage.CANCELLED: "cancelled",
    Stage.UNKNOWN: "unknown",
}
_GIVEN_UP = {Stage.FAILED, Stage.UNKNOWN}
_DONE = {Stage.VERIFYING, Stage.SENT}


def counted(stages: Mapping[Stage, int]) -> dict[SendStatus, int]:
    """Return how many sends callers see in which state."""
    totals = dict.fromkeys(STATUS.values(), 0)
    for stage, count in stages.items():
        totals[STATUS[stage]] += count
    return totals


def is_settled(record: SendRecord, now: float) -> bool:
    """Tell whether waiting for a send any longer is no use for now."""
    if record.stage.has_ended or record.stage is Stage.VERIFYING:
        return True
    return record.problem is not None and record.retry_at > now


def send_answer(record: SendRecord) -> Answer:
    """Return a send (`Send`)."""
    problem, send_at = record.problem, record.send_at
    send: Send = {
        "id": record.id,
        "status": STATUS[record.stage],
        "message_id": record.message_id,
        "created_at": timestamp(record.created_at),
        "updated_at": timestamp(record.updated_at),
        "send_at": None if send_at is None else timestamp(send_at),
        "attempts": record.attempts,
        "outcome": record.stage.outcome.value,
        "problem": None if problem is None else _told(problem),
    }
    return Answer.of(send, created=record.id)


def _told(error: ExchangeError) -> PartProblem:
    """Tell why a send is not done, in a way that does not age.

    How long to wait was told to this service, which sees to it.
    """
    return {**part_problem(error), "retry_after": None}


def answer_of(record: SendRecord) -> Answer:
    """Return what the caller who wants a message sent is answered.

    Raises:
        Conflict: It was taken back meanwhile.
        ExchangeError: It was not sent (``outcome`` not_performed), or it
            could not be found out (unknown).
    """
    if record.stage in _GIVEN_UP:
        error = record.problem or InternalError()
        raise error.with_outcome(record.stage.outcome)
    if record.stage is Stage.CANCELLED:
        raise Conflict("The send was cancelled.")
    answer = send_answer(record)
    if record.stage in _DONE:
        return answer
    return Answer(
        body=answer.body,
        etag=answer.etag,
        created=answer.created,
        goes_on=True,
    )


def timestamp(moment: float) -> str:
    """Return a Unix time as RFC 3339 has it, also of the year 1."""
    told = datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")
    return told.replace("+00:00", "Z")
