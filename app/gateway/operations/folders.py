"""Mail folders."""

from dataclasses import replace

from app.gateway.operations.entry import (
    EVERY_WAY,
    LIVE,
    Idempotency,
    Operation,
    Workload,
)
from app.gateway.translation.batch import folder_ids
from app.gateway.translation.folders import folder, folders

__all__ = [
    "CREATE_FOLDER",
    "DELETE_FOLDER",
    "FOLDER_OPERATIONS",
    "GET_FOLDER",
    "LIST_CHILD_FOLDERS",
    "LIST_FOLDERS",
    "LOOK_AT_FOLDER",
    "LOOK_UP_FOLDER",
    "MOVE_FOLDER",
    "PURGE_FOLDER",
    "UPDATE_FOLDER",
    "WELL_KNOWN_FOLDERS",
]

_DAY = 86_400.0
_FRESH = 30.0
_REVALIDATE = 300.0
_READ = "Mail.Read"
_WRITE = "Mail.ReadWrite"

LIST_FOLDERS = Operation(
    name="folders.list",
    method="GET",
    path="/users/{mailbox}/mailFolders",
    workload=Workload.MAIL_READ,
    permission=_READ,
    idempotency=Idempotency.SAFE,
    translate=folders,
    fallback=EVERY_WAY,
    fresh=_FRESH,
    revalidate=_REVALIDATE,
    stale=_DAY,
)
LIST_CHILD_FOLDERS = replace(
    LIST_FOLDERS,
    name="folders.list_children",
    path="/users/{mailbox}/mailFolders/{folder}/childFolders",
)
GET_FOLDER = Operation(
    name="folders.get",
    method="GET",
    path="/users/{mailbox}/mailFolders/{folder}",
    workload=Workload.MAIL_READ,
    permission=_READ,
    idempotency=Idempotency.SAFE,
    translate=folder,
    fallback=EVERY_WAY,
    fresh=_FRESH,
    revalidate=_REVALIDATE,
    stale=_DAY,
)
# A batch of its own, kept as a whole: it also tells which folders are not.
WELL_KNOWN_FOLDERS = Operation(
    name="folders.wellknown",
    method="POST",
    path="/$batch",
    workload=Workload.MAIL_READ,
    permission=_READ,
    idempotency=Idempotency.SAFE,
    translate=folder_ids,
    fallback=EVERY_WAY,
    fresh=_DAY,
    revalidate=_REVALIDATE,
    stale=_DAY,
    constant=True,
)
# Look before a decision: what is kept is no help.
LOOK_AT_FOLDER = replace(GET_FOLDER, name="folders.look_at", fallback=LIVE)
LOOK_UP_FOLDER = replace(
    LIST_CHILD_FOLDERS, name="folders.look_up", fallback=LIVE
)
# Exchange has no two folders of a name in one place: a repeat that comes
# second is refused, and what is there tells by its marker who made it.
CREATE_FOLDER = Operation(
    name="folders.create",
    method="POST",
    path="/users/{mailbox}/mailFolders/{folder}/childFolders",
    workload=Workload.MAIL_WRITE,
    permission=_WRITE,
    idempotency=Idempotency.KEYED,
    translate=folder,
)
UPDATE_FOLDER = Operation(
    name="folders.update",
    method="PATCH",
    path="/users/{mailbox}/mailFolders/{folder}",
    workload=Workload.MAIL_WRITE,
    permission=_WRITE,
    idempotency=Idempotency.IDEMPOTENT,
    translate=folder,
)
MOVE_FOLDER = Operation(
    name="folders.move",
    method="POST",
    path="/users/{mailbox}/mailFolders/{folder}/move",
    workload=Workload.MAIL_WRITE,
    permission=_WRITE,
    idempotency=Idempotency.VERIFY,
    translate=folder,
)
# A second DELETE finds the folder in Deleted Items, and takes it from there.
DELETE_FOLDER = Operation(
    name="folders.delete",
    method="DELETE",
    path="/users/{mailbox}/mailFolders/{folder}",
    workload=Workload.MAIL_WRITE,
    permission=_WRITE,
    idempotency=Idempotency.VERIFY,
)
PURGE_FOLDER = Operation(
    name="folders.purge",
    method="POST",
    path="/users/{mailbox}/mailFolders/{folder}/permanentDelete",
    workload=Workload.MAIL_WRITE,
    permission=_WRITE,
    idempotency=Idempotency.VERIFY,
)

FOLDER_OPERATIONS = (
    LIST_FOLDERS,
    LIST_CHILD_FOLDERS,
    GET_FOLDER,
    WELL_KNOWN_FOLDERS,
    LOOK_AT_FOLDER,
    LOOK_UP_FOLDER,
    CREATE_FOLDER,
    UPDATE_FOLDER,
    MOVE_FOLDER,
    DELETE_FOLDER,
    PURGE_FOLDER,
)
