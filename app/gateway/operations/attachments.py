"""Attaching to messages, and taking from them."""

from dataclasses import replace

from app.gateway.operations.entry import Idempotency, Operation, Workload
from app.gateway.translation.embedding import embeddable
from app.gateway.translation.messages import attachment
from app.gateway.translation.wire_uploads import (
    upload_progress,
    upload_session,
)

__all__ = [
    "ATTACHMENT_OPERATIONS",
    "CREATE_ATTACHMENT",
    "DELETE_ATTACHMENT",
    "END_UPLOAD",
    "LOOK_AT_UPLOAD",
    "OPEN_UPLOAD",
    "READ_TO_EMBED",
    "SEND_PIECE",
]

_READ = "Mail.Read"
_WRITE = "Mail.ReadWrite"
_ATTACHMENTS = "/users/{mailbox}/messages/{message}/attachments"
# Stands for the address that Graph gives, which nobody may build or log.
_SESSION = "/AttachmentSessions/{session}"

CREATE_ATTACHMENT = Operation(
    name="attachments.create",
    method="POST",
    path=_ATTACHMENTS,
    workload=Workload.MAIL_WRITE,
    permission=_WRITE,
    idempotency=Idempotency.VERIFY,
    translate=attachment,
    long=True,
)
DELETE_ATTACHMENT = Operation(
    name="attachments.delete",
    method="DELETE",
    path=f"{_ATTACHMENTS}/{{attachment}}",
    workload=Workload.MAIL_WRITE,
    permission=_WRITE,
    idempotency=Idempotency.VERIFY,
)
# A session that nobody writes to is nothing: there may be two of them.
OPEN_UPLOAD = Operation(
    name="uploads.open",
    method="POST",
    path=f"{_ATTACHMENTS}/createUploadSession",
    workload=Workload.MAIL_WRITE,
    permission=_WRITE,
    idempotency=Idempotency.IDEMPOTENT,
    translate=upload_session,
)
# A piece that was taken in unseen is refused the second time.
SEND_PIECE = Operation(
    name="uploads.piece",
    method="PUT",
    path=_SESSION,
    workload=Workload.MAIL_WRITE,
    permission=_WRITE,
    idempotency=Idempotency.VERIFY,
    translate=upload_progress,
    long=True,
)
LOOK_AT_UPLOAD = replace(
    SEND_PIECE,
    name="uploads.look_at",
    method="GET",
    idempotency=Idempotency.SAFE,
    long=False,
)
END_UPLOAD = replace(
    SEND_PIECE,
    name="uploads.end",
    method="DELETE",
    translate=None,
    long=False,
)
READ_TO_EMBED = Operation(
    name="messages.embed",
    method="GET",
    path="/users/{mailbox}/messages/{message}",
    workload=Workload.MAIL_READ,
    permission=_READ,
    idempotency=Idempotency.SAFE,
    translate=embeddable,
)

ATTACHMENT_OPERATIONS = (
    CREATE_ATTACHMENT,
    DELETE_ATTACHMENT,
    OPEN_UPLOAD,
    SEND_PIECE,
    LOOK_AT_UPLOAD,
    END_UPLOAD,
    READ_TO_EMBED,
)
