"""Inbox rules. Graph keeps them under the inbox and under no other folder."""

from dataclasses import replace

from app.gateway.operations.entry import (
    EVERY_WAY,
    LIVE,
    Idempotency,
    Operation,
    Workload,
)
from app.gateway.translation.inbox_rules import rule, rule_and_source, rules

__all__ = [
    "CREATE_RULE",
    "DELETE_RULE",
    "GET_RULE",
    "LIST_RULES",
    "LOOK_AT_RULE",
    "RULE_OPERATIONS",
    "UPDATE_RULE",
]

_RULES = "/users/{mailbox}/mailFolders/inbox/messageRules"
_RULE = f"{_RULES}/{{rule}}"

LIST_RULES = Operation(
    name="rules.list",
    method="GET",
    path=_RULES,
    workload=Workload.SETTINGS_READ,
    permission="MailboxSettings.Read",
    idempotency=Idempotency.SAFE,
    translate=rules,
    fallback=EVERY_WAY,
    fresh=30.0,
    revalidate=300.0,
    stale=3600.0,
)
GET_RULE = replace(LIST_RULES, name="rules.get", path=_RULE, translate=rule)
# Looks before a change: what is kept is no help.
LOOK_AT_RULE = replace(
    GET_RULE,
    name="rules.look_at",
    translate=rule_and_source,
    fallback=LIVE,
)
# Graph has no key for it; one that is as wanted is looked for in the list.
CREATE_RULE = Operation(
    name="rules.create",
    method="POST",
    path=_RULES,
    workload=Workload.SETTINGS_WRITE,
    permission="MailboxSettings.ReadWrite",
    idempotency=Idempotency.VERIFY,
    translate=rule,
)
UPDATE_RULE = replace(
    CREATE_RULE,
    name="rules.update",
    method="PATCH",
    path=_RULE,
    idempotency=Idempotency.IDEMPOTENT,
)
DELETE_RULE = replace(
    CREATE_RULE,
    name="rules.delete",
    method="DELETE",
    path=_RULE,
    translate=None,
)

RULE_OPERATIONS = (
    LIST_RULES,
    GET_RULE,
    LOOK_AT_RULE,
    CREATE_RULE,
    UPDATE_RULE,
    DELETE_RULE,
)
