"""The outbox as operators see it: never whose mail it is, nor what it says."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from app.models.fields import Timestamp

__all__ = [
    "DeadLetter",
    "DeadLetterProblem",
    "Outbox",
    "OutboxQuery",
    "OutboxState",
]


class OutboxState(TypedDict):
    """How many sends are in which state, of all processes on one ledger.

    Beyond ``capacity`` of those that wait (``queued`` and ``sending``) no more
    are taken on. ``oldest_due`` is for how many seconds the oldest of those
    that go on by themselves has been due; null if none is, and without those
    that wait for their users to call again. ``failed`` and ``unknown`` are
    those given up.
    """

    queued: int
    sending: int
    verifying: int
    failed: int
    unknown: int
    oldest_due: float | None
    capacity: int


class DeadLetterProblem(TypedDict):
    """Why a send was given up; `code` is explained under `/problems`."""

    code: str
    title: str
    action: str


class DeadLetter(TypedDict):
    """A send that was given up.

    ``failed``: it was promised (202) and not sent; what was refused to who
    waited is not listed. ``unknown``: nobody could find out.
    """

    id: str
    tenant: str
    status: Literal["failed", "unknown"]
    attempts: Annotated[int, Field(description="Times Graph was asked to.")]
    created_at: Timestamp
    updated_at: Timestamp
    problem: DeadLetterProblem | None


class Outbox(TypedDict):
    """The outbox, with what was given up, the newest first."""

    state: OutboxState
    dead_letters: list[DeadLetter]


class OutboxQuery(BaseModel):
    """Which of what was given up."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tenant: Annotated[
        str | None, Field(description="Only what was given up of this tenant.")
    ] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
