"""The sending of messages as callers see it."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from app.models.fields import Instant, Timestamp
from app.models.overview import PartProblem

__all__ = ["Send", "SendPatch", "SendStatus"]

SendStatus = Literal[
    "queued",
    "sending",
    "verifying",
    "sent",
    "failed",
    "cancelled",
    "unknown",
]


class Send(TypedDict):
    """The sending of one message, and what is known of it.

    - ``queued``: it has not left, and goes out when its turn comes;
    - ``sending``: Graph is being asked to send it, or did not answer clearly;
    - ``verifying``: Graph has taken it, and its copy in Sent Items was not to
      be seen yet;
    - ``sent``: it was seen in Sent Items, or has left Drafts after Graph took
      it;
    - ``failed``: it was not sent, and is not tried any more;
    - ``cancelled``: it was taken back before it left;
    - ``unknown``: it could not be found out whether it was sent.
    """

    id: str
    status: SendStatus
    message_id: Annotated[
        str | None,
        Field(description="Of the draft, and of the copy in Sent Items."),
    ]
    created_at: Timestamp
    updated_at: Timestamp
    send_at: Timestamp | None
    attempts: Annotated[int, Field(description="Times Graph was asked to.")]
    outcome: Literal["not_performed", "performed", "unknown"]
    problem: Annotated[
        PartProblem | None,
        Field(description="Why it is not done, if there is a reason."),
    ]


class SendPatch(BaseModel):
    """A JSON merge patch (RFC 7396) of a send that has not left."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"send_at": "2026-12-24T08:00:00Z"}]},
    )

    send_at: Annotated[
        Instant | None, Field(description="When to send it; null for now.")
    ]
