"""The rules of the inbox; they are kept, and do not act on mail.

Source: https://learn.microsoft.com/graph/api/resources/messagerule
"""

from dataclasses import replace

from app.sandbox.graph.bodies import not_deserializable, read_json
from app.sandbox.graph.context import Context
from app.sandbox.graph.settings.lists import entity_answer, list_answer
from app.sandbox.graph.settings.rule_bodies import read_rule
from app.sandbox.odata.fields import Entity
from app.sandbox.odata.options import read_options
from app.sandbox.state.ids import rule_id
from app.sandbox.state.items import Properties
from app.sandbox.wire import Answer, GraphError, bad_query, empty

__all__ = [
    "create_rule",
    "delete_rule",
    "get_rule",
    "list_rules",
    "update_rule",
]

RESOURCE = "mailFolders('inbox')/messageRules"
PATH = ("mailFolders", "inbox", "messageRules")
PROPERTIES = frozenset(
    {
        *("id", "displayName", "sequence", "isEnabled", "hasError"),
        *("isReadOnly", "conditions", "actions", "exceptions"),
    }
)
RULE = Entity(
    name="microsoft.graph.messageRule",
    selectable=PROPERTIES,
    defaults=PROPERTIES,
    filterable={},
)
REQUIRED = ("displayName", "sequence", "actions")
NOT_FOUND = "The specified object was not found in the store."


def list_rules(context: Context) -> Answer:
    """List the rules in the order in which they are applied."""
    _need_inbox(context)
    rules = context.mailbox.configuration.rules.values()
    found = sorted(rules, key=lambda rule: int(rule["sequence"]))
    return list_answer(context, found, RESOURCE, RULE)


def get_rule(context: Context) -> Answer:
    """Get one rule."""
    return entity_answer(context, _find(context), RESOURCE, RULE)


def create_rule(context: Context) -> Answer:
    """Add a rule; names need not be new."""
    _need_inbox(context)
    read_options(context.request)
    mailbox = context.mailbox
    given = read_rule(read_json(context.request), mailbox)
    for name in REQUIRED:
        if name not in given:
            raise not_deserializable(f"the property '{name}' is missing")
    mailbox.serial += 1
    made = {
        "id": rule_id(1000 + mailbox.serial),
        "isEnabled": True,
        "hasError": False,
        "isReadOnly": False,
        **given,
    }
    mailbox.configuration.rules[made["id"]] = made
    answer = entity_answer(context, made, RESOURCE, RULE)
    location = context.url(*PATH, made["id"])
    return replace(answer, status=201).plus({"Location": location})


def update_rule(context: Context) -> Answer:
    """Change a rule; conditions, exceptions and actions as a whole.

    Source: https://learn.microsoft.com/graph/api/messagerule-update, whose
    example names one action and is left with that one alone.
    """
    read_options(context.request)
    rule = _find(context)
    _need_writable(rule)
    given = read_rule(read_json(context.request), context.mailbox)
    changed = {**rule, **given}
    context.mailbox.configuration.rules[rule["id"]] = changed
    return entity_answer(context, changed, RESOURCE, RULE)


def delete_rule(context: Context) -> Answer:
    """Delete a rule."""
    rule = _find(context)
    _need_writable(rule)
    del context.mailbox.configuration.rules[rule["id"]]
    return empty(204)


def _find(context: Context) -> Properties:
    _need_inbox(context)
    found = context.mailbox.configuration.rules.get(context.params["rule"])
    if found is None:
        raise GraphError(404, "ErrorItemNotFound", NOT_FOUND)
    return found


def _need_inbox(context: Context) -> None:
    mailbox = context.mailbox
    folder = mailbox.folder(context.params["folder"])
    if folder.id != mailbox.folder("inbox").id:
        raise bad_query("Only the inbox has rules.")


def _need_writable(rule: Properties) -> None:
    if rule["isReadOnly"]:
        raise GraphError(
            403, "ErrorAccessDenied", "The rule cannot be changed here."
        )
