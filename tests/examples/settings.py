"""Examples: settings, automatic replies, categories, rules."""

from tests.examples.asking import Ask, Rows, first

__all__ = ["SETTINGS"]

_AWAY = {
    "status": "scheduled",
    "audience": "contacts",
    "internal_message": "<p>Back on 7 January. Ask Grace until then.</p>",
    "external_message": "<p>Back on 7 January.</p>",
    "start": "2030-12-23T17:00:00Z",
    "end": "2031-01-07T08:00:00Z",
}
_CATEGORY = first("/categories")
_RULE = first("/rules", lambda rule: rule["name"].startswith("Aurora"))

SETTINGS: Rows = {
    "get_settings": Ask(),
    "update_settings": Ask(
        body={
            "time_zone": "Europe/Vienna",
            "working_hours": {"start": "09:00", "end": "17:30"},
        }
    ),
    "get_automatic_replies": Ask(path={"mailbox": "grace@contoso.example"}),
    "put_automatic_replies": Ask(body=_AWAY),
    "list_categories": Ask(query={"limit": 3}),
    "create_category": Ask(body={"name": "Travel", "color": "preset7"}),
    "get_category": Ask(path={"category": _CATEGORY}),
    "update_category": Ask(
        path={"category": _CATEGORY}, body={"color": "preset9"}
    ),
    "delete_category": Ask(path={"category": _CATEGORY}),
    "list_rules": Ask(),
    "create_rule": Ask(
        body={
            "name": "Invoices",
            "sequence": 4,
            "conditions": {
                "subject_contains": ["invoice"],
                "has_attachments": True,
            },
            "exceptions": {"sent_cc_me": True},
            "actions": {
                "assign_categories": ["Finance"],
                "move_to_folder": "archive",
            },
        }
    ),
    "get_rule": Ask(path={"rule": _RULE}),
    "update_rule": Ask(
        path={"rule": _RULE},
        body={
            "is_enabled": False,
            "conditions": {"within_size_range": None},
        },
    ),
    "delete_rule": Ask(path={"rule": _RULE}),
}
