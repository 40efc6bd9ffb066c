"""What a caller has asked to be sent, as it is kept until it was."""

import json
from dataclasses import dataclass
from typing import Literal

import msgspec

from app.clock import Deadline
from app.models.compose import Compose
from app.models.context import CallContext, Criticality, InMailbox
from app.models.replies import Forward, Reply, ReplyKind

__all__ = ["Submission", "SubmissionKind", "kept", "packed"]

SubmissionKind = Literal["compose", "draft", ReplyKind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A message to send.

    Attributes:
        kind: How it comes to be: written (``compose``), there already
            (``draft``), or made of another message.
        body: What the caller wrote, the JSON as it came in; it was valid.
        message: The draft, or the message to answer or to forward.
        send_at: When to send it, as a Unix time; None for now.
    """

    kind: SubmissionKind
    body: bytes = b""
    message: str | None = None
    send_at: float | None = None

    @property
    def draft(self) -> str | None:
        """The draft that the caller has written itself, if it has."""
        return self.message if self.kind == "draft" else None

    def compose(self) -> Compose:
        """Return the message that was written."""
        return Compose.model_validate(json.loads(self.body))

    def reply(self) -> Reply:
        """Return the answer that was written."""
        model = Forward if self.kind == "forward" else Reply
        return model.model_validate(json.loads(self.body))


class _Packed(msgspec.Struct):
    kind: SubmissionKind
    body: bytes
    message: str | None
    send_at: float | None
    principal: str
    mailbox: str
    asked_as: str


def packed(submission: Submission, where: InMailbox) -> bytes:
    """Return a submission, and where it goes out, as bytes."""
    return msgspec.msgpack.encode(
        _Packed(
            kind=submission.kind,
            body=submission.body,
            message=submission.message,
            send_at=submission.send_at,
            principal=where.context.principal,
            mailbox=where.mailbox,
            asked_as=where.asked_as,
        )
    )


def kept(
    content: bytes, tenant: str, send: str, deadline: Deadline
) -> tuple[Submission, InMailbox]:
    """Return what was packed, to be carried on without its caller.

    Args:
        content: What `packed` returned.
        tenant: The alias of the tenant.
        send: The name of the send; the logs know the work by it.
        deadline: When to have ended.

    Raises:
        msgspec.DecodeError: This is nothing that was packed.
    """
    found = msgspec.msgpack.decode(content, type=_Packed)
    submission = Submission(
        kind=found.kind,
        body=found.body,
        message=found.message,
        send_at=found.send_at,
    )
    context = CallContext(
        tenant=tenant,
        principal=found.principal,
        deadline=deadline,
        request_id=send,
        criticality=Criticality.SYNC,
    )
    return submission, InMailbox(context, found.mailbox, found.asked_as)
