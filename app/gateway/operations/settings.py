"""Settings, automatic replies, categories and rules."""

from dataclasses import replace

from app.gateway.operations.entry import (
    EVERY_WAY,
    Idempotency,
    Operation,
    Workload,
)
from app.gateway.translation.categories import categories, category
from app.gateway.translation.settings import automatic_replies, settings

__all__ = [
    "CREATE_CATEGORY",
    "DELETE_CATEGORY",
    "GET_AUTOMATIC_REPLIES",
    "GET_CATEGORY",
    "GET_SETTINGS",
    "LIST_CATEGORIES",
    "SETTINGS_OPERATIONS",
    "UPDATE_CATEGORY",
    "UPDATE_SETTINGS",
]

_HOUR = 3600.0
_DAY = 86_400.0
_FRESH = 30.0
_REVALIDATE = 300.0
_READ = "MailboxSettings.Read"
_WRITE = "MailboxSettings.ReadWrite"

GET_SETTINGS = Operation(
    name="settings.get",
    method="GET",
    path="/users/{mailbox}/mailboxSettings",
    workload=Workload.SETTINGS_READ,
    permission=_READ,
    idempotency=Idempotency.SAFE,
    translate=settings,
    fallback=EVERY_WAY,
    fresh=_FRESH,
    revalidate=_REVALIDATE,
    stale=_DAY,
)
GET_AUTOMATIC_REPLIES = replace(
    GET_SETTINGS,
    name="automatic_replies.get",
    path="/users/{mailbox}/mailboxSettings/automaticRepliesSetting",
    translate=automatic_replies,
    stale=_HOUR,
)
# Graph answers with what was changed alone, so that it is read anew.
UPDATE_SETTINGS = Operation(
    name="settings.update",
    method="PATCH",
    path="/users/{mailbox}/mailboxSettings",
    workload=Workload.SETTINGS_WRITE,
    permission=_WRITE,
    idempotency=Idempotency.IDEMPOTENT,
)

_CATEGORIES = "/users/{mailbox}/outlook/masterCategories"
_CATEGORY = f"{_CATEGORIES}/{{category}}"

LIST_CATEGORIES = replace(
    GET_SETTINGS,
    name="categories.list",
    path=_CATEGORIES,
    translate=categories,
    stale=_HOUR,
)
GET_CATEGORY = replace(
    LIST_CATEGORIES,
    name="categories.get",
    path=_CATEGORY,
    translate=category,
)
# Names are unique: which of them are there tells what became of one.
CREATE_CATEGORY = Operation(
    name="categories.create",
    method="POST",
    path=_CATEGORIES,
    workload=Workload.SETTINGS_WRITE,
    permission=_WRITE,
    idempotency=Idempotency.VERIFY,
    translate=category,
)
UPDATE_CATEGORY = replace(
    CREATE_CATEGORY,
    name="categories.update",
    method="PATCH",
    path=_CATEGORY,
    idempotency=Idempotency.IDEMPOTENT,
)
DELETE_CATEGORY = replace(
    CREATE_CATEGORY,
    name="categories.delete",
    method="DELETE",
    path=_CATEGORY,
    translate=None,
)

SETTINGS_OPERATIONS = (
    GET_SETTINGS,
    GET_AUTOMATIC_REPLIES,
    UPDATE_SETTINGS,
    LIST_CATEGORIES,
    GET_CATEGORY,
    CREATE_CATEGORY,
    UPDATE_CATEGORY,
    DELETE_CATEGORY,
)
