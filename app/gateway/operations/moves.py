"""Messages on their way to other folders."""

from dataclasses import replace

from app.gateway.operations.entry import (
    LIVE,
    Idempotency,
    Operation,
    Workload,
)
from app.gateway.operations.mail import LIST_MESSAGES_OF_FOLDER
from app.gateway.translation.messages import message

__all__ = [
    "COPY_MESSAGE",
    "LOOK_FOR_COPIES",
    "MOVE_MESSAGE",
    "MOVE_OPERATIONS",
]

_WRITE = "Mail.ReadWrite"

# With immutable ids a message can be looked at wherever it was moved.
MOVE_MESSAGE = Operation(
    name="messages.move",
    method="POST",
    path="/users/{mailbox}/messages/{message}/move",
    workload=Workload.MAIL_WRITE,
    permission=_WRITE,
    idempotency=Idempotency.VERIFY,
    translate=message,
)
COPY_MESSAGE = Operation(
    name="messages.copy",
    method="POST",
    path="/users/{mailbox}/messages/{message}/copy",
    workload=Workload.MAIL_WRITE,
    permission=_WRITE,
    idempotency=Idempotency.VERIFY,
    translate=message,
)
LOOK_FOR_COPIES = replace(
    LIST_MESSAGES_OF_FOLDER, name="messages.look_for_copies", fallback=LIVE
)

MOVE_OPERATIONS = (MOVE_MESSAGE, COPY_MESSAGE, LOOK_FOR_COPIES)
