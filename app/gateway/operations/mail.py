"""Messages and attachments."""

from dataclasses import replace

from app.gateway.operations.entry import (
    EVERY_WAY,
    LIVE,
    Idempotency,
    Operation,
    Workload,
)
from app.gateway.translation.messages import (
    attachment,
    attachments,
    message,
    messages,
)

__all__ = [
    "CREATE_DRAFT",
    "DELETE_MESSAGE",
    "GET_ATTACHMENT",
    "GET_MESSAGE",
    "LIST_ATTACHMENTS",
    "LIST_MESSAGES",
    "LIST_MESSAGES_OF_FOLDER",
    "LOOK_AT_MESSAGE",
    "LOOK_UP_MARKER",
    "MAIL_OPERATIONS",
    "PURGE_MESSAGE",
    "READ_ATTACHMENT",
    "READ_MIME",
    "SEND_DRAFT",
    "UPDATE_MESSAGE",
]

_DAY = 86_400.0
_FRESH = 30.0
_REVALIDATE = 300.0
_READ = "Mail.Read"
_WRITE = "Mail.ReadWrite"
_SEND = "Mail.Send"

LIST_MESSAGES = Operation(
    name="messages.list",
    method="GET",
    path="/users/{mailbox}/messages",
    workload=Workload.MAIL_READ,
    permission=_READ,
    idempotency=Idempotency.SAFE,
    translate=messages,
    fallback=EVERY_WAY,
    fresh=_FRESH,
    revalidate=_REVALIDATE,
    stale=_DAY,
)
LIST_MESSAGES_OF_FOLDER = replace(
    LIST_MESSAGES,
    name="messages.list_of_folder",
    path="/users/{mailbox}/mailFolders/{folder}/messages",
)
GET_MESSAGE = Operation(
    name="messages.get",
    method="GET",
    path="/users/{mailbox}/messages/{message}",
    workload=Workload.MAIL_READ,
    permission=_READ,
    idempotency=Idempotency.SAFE,
    translate=message,
    fallback=EVERY_WAY,
    fresh=_FRESH,
    revalidate=_REVALIDATE,
    stale=_DAY,
)
# Looks before a decision: what is kept is no help.
LOOK_AT_MESSAGE = replace(GET_MESSAGE, name="messages.look_at", fallback=LIVE)
LOOK_UP_MARKER = replace(LIST_MESSAGES, name="messages.look_up", fallback=LIVE)
READ_MIME = Operation(
    name="messages.mime",
    method="GET",
    path="/users/{mailbox}/messages/{message}/$value",
    workload=Workload.MAIL_READ,
    permission=_READ,
    idempotency=Idempotency.SAFE,
    long=True,
    streamed=True,
)
CREATE_DRAFT = Operation(
    name="messages.create",
    method="POST",
    path="/users/{mailbox}/messages",
    workload=Workload.MAIL_WRITE,
    permission=_WRITE,
    idempotency=Idempotency.VERIFY,
    translate=message,
)
UPDATE_MESSAGE = Operation(
    name="messages.update",
    method="PATCH",
    path="/users/{mailbox}/messages/{message}",
    workload=Workload.MAIL_WRITE,
    permission=_WRITE,
    idempotency=Idempotency.IDEMPOTENT,
    translate=message,
)
# Not simply idempotent: with immutable ids a second DELETE finds the message
# in Deleted Items and takes it from there too.
DELETE_MESSAGE = Operation(
    name="messages.delete",
    method="DELETE",
    path="/users/{mailbox}/messages/{message}",
    workload=Workload.MAIL_WRITE,
    permission=_WRITE,
    idempotency=Idempotency.VERIFY,
)
PURGE_MESSAGE = Operation(
    name="messages.purge",
    method="POST",
    path="/users/{mailbox}/messages/{message}/permanentDelete",
    workload=Workload.MAIL_WRITE,
    permission=_WRITE,
    idempotency=Idempotency.VERIFY,
)
SEND_DRAFT = Operation(
    name="messages.send",
    method="POST",
    path="/users/{mailbox}/messages/{message}/send",
    workload=Workload.MAIL_WRITE,
    permission=_SEND,
    idempotency=Idempotency.VERIFY,
)
LIST_ATTACHMENTS = Operation(
    name="attachments.list",
    method="GET",
    path="/users/{mailbox}/messages/{message}/attachments",
    workload=Workload.MAIL_READ,
    permission=_READ,
    idempotency=Idempotency.SAFE,
    translate=attachments,
    fallback=EVERY_WAY,
    fresh=_FRESH,
    revalidate=_REVALIDATE,
    stale=_DAY,
)
GET_ATTACHMENT = Operation(
    name="attachments.get",
    method="GET",
    path="/users/{mailbox}/messages/{message}/attachments/{attachment}",
    workload=Workload.MAIL_READ,
    permission=_READ,
    idempotency=Idempotency.SAFE,
    translate=attachment,
    fallback=EVERY_WAY,
    fresh=_FRESH,
    revalidate=_REVALIDATE,
    stale=_DAY,
)
READ_ATTACHMENT = Operation(
    name="attachments.content",
    method="GET",
    path="/users/{mailbox}/messages/{message}/attachments/{attachment}/$value",
    workload=Workload.MAIL_READ,
    permission=_READ,
    idempotency=Idempotency.SAFE,
    long=True,
    streamed=True,
)
MAIL_OPERATIONS = (
    LIST_MESSAGES,
    LIST_MESSAGES_OF_FOLDER,
    GET_MESSAGE,
    LOOK_AT_MESSAGE,
    LOOK_UP_MARKER,
    READ_MIME,
    CREATE_DRAFT,
    UPDATE_MESSAGE,
    DELETE_MESSAGE,
    PURGE_MESSAGE,
    SEND_DRAFT,
    LIST_ATTACHMENTS,
    GET_ATTACHMENT,
    READ_ATTACHMENT,
)
