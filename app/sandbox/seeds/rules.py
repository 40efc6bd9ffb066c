"""Inbox rules as people make them."""

from typing import Any

from app.sandbox.state.ids import rule_id
from app.sandbox.state.items import Properties
from app.sandbox.state.mailbox import Mailbox

__all__ = ["rules"]


def rules(mailbox: Mailbox) -> list[Properties]:
    """Return the rules of a mailbox that has the private folders.

    The last one was made in Outlook of conditions that Graph does not know:
    it is read-only and shows neither conditions nor actions. Source:
    https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/3336
    """
    newsletters = mailbox.any_folder("newsletters").id
    made: list[dict[str, Any]] = [
        {
            "displayName": "Newsletters",
            "conditions": {"bodyContains": ["Unsubscribe"]},
            "actions": {
                "moveToFolder": newsletters,
                "stopProcessingRules": True,
            },
        },
        {
            "displayName": "Aurora from Northwind",
            "conditions": {
                "subjectContains": ["Aurora"],
                "fromAddresses": [
                    {
                        "emailAddress": {
                            "name": "Ines Moreau",
                            "address": "ines.moreau@northwind.example",
                        }
                    }
                ],
                "withinSizeRange": {"minimumSize": 0, "maximumSize": 4096},
            },
            "exceptions": {"isAutomaticReply": True},
            "actions": {
                "assignCategories": ["Aurora"],
                "markImportance": "high",
            },
        },
        {"displayName": "Received before spring", "isReadOnly": True},
    ]
    return [
        {
            "id": rule_id(number),
            "sequence": number,
            "isEnabled": True,
            "hasError": False,
            "isReadOnly": False,
            **rule,
        }
        for number, rule in enumerate(made, 1)
    ]
