"""Answering and forwarding messages.

Each is made a draft first and sent like any other: Graph's own way to reply
and send at once leaves nothing by which to find out whether it did.
"""

from dataclasses import replace

from app.gateway.operations.entry import Idempotency, Operation, Workload
from app.gateway.operations.mail import LOOK_AT_MESSAGE
from app.gateway.translation.replies import reply_draft

__all__ = [
    "CREATE_FORWARD",
    "CREATE_REPLY",
    "CREATE_REPLY_ALL",
    "LOOK_AT_REPLY",
    "REPLY_OPERATIONS",
]

CREATE_REPLY = Operation(
    name="messages.create_reply",
    method="POST",
    path="/users/{mailbox}/messages/{message}/createReply",
    workload=Workload.MAIL_WRITE,
    permission="Mail.ReadWrite",
    # What is made bears a marker, so that it can be looked up.
    idempotency=Idempotency.VERIFY,
    translate=reply_draft,
)
CREATE_REPLY_ALL = replace(
    CREATE_REPLY,
    name="messages.create_reply_all",
    path="/users/{mailbox}/messages/{message}/createReplyAll",
)
CREATE_FORWARD = replace(
    CREATE_REPLY,
    name="messages.create_forward",
    path="/users/{mailbox}/messages/{message}/createForward",
)
LOOK_AT_REPLY = replace(
    LOOK_AT_MESSAGE, name="messages.look_at_reply", translate=reply_draft
)

REPLY_OPERATIONS = (
    CREATE_REPLY,
    CREATE_REPLY_ALL,
    CREATE_FORWARD,
    LOOK_AT_REPLY,
)
