"""Users of the directory."""

from app.gateway.operations.entry import (
    EVERY_WAY,
    Idempotency,
    Operation,
    Scope,
    Workload,
)
from app.gateway.translation.mailboxes import mailbox, mailboxes

__all__ = ["DIRECTORY_OPERATIONS", "GET_MAILBOX", "LIST_MAILBOXES", "PROBE"]

_DAY = 86_400.0
_FRESH = 30.0
_REVALIDATE = 300.0

LIST_MAILBOXES = Operation(
    name="mailboxes.list",
    method="GET",
    path="/users",
    workload=Workload.DIRECTORY,
    permission="User.Read.All",
    idempotency=Idempotency.SAFE,
    translate=mailboxes,
    scope=Scope.WORKLOAD,
    fallback=EVERY_WAY,
    fresh=_FRESH,
    revalidate=_REVALIDATE,
    stale=_DAY,
)
# It reads mailboxSettings too, which Outlook answers: what limits the mailbox
# limits this.
GET_MAILBOX = Operation(
    name="mailboxes.get",
    method="GET",
    path="/users/{mailbox}",
    workload=Workload.DIRECTORY,
    permission="User.Read.All",
    idempotency=Idempotency.SAFE,
    translate=mailbox,
    fallback=EVERY_WAY,
    fresh=_FRESH,
    revalidate=_REVALIDATE,
    stale=_DAY,
)

# Whether Graph answers at all; nobody reads what.
PROBE = Operation(
    name="graph.probe",
    method="GET",
    path="/users",
    workload=Workload.DIRECTORY,
    permission="User.Read.All",
    idempotency=Idempotency.SAFE,
    scope=Scope.WORKLOAD,
)

DIRECTORY_OPERATIONS = (LIST_MAILBOXES, GET_MAILBOX, PROBE)
