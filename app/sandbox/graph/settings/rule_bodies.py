"""Inbox rules in request bodies: what may be written, and in which shape.

Sources: https://learn.microsoft.com/graph/api/resources/messagerulepredicates
and https://learn.microsoft.com/graph/api/resources/messageruleactions
"""

from collections.abc import Mapping
from typing import Any

from app.sandbox.graph.bodies import not_deserializable
from app.sandbox.graph.checks import (
    Check,
    boolean,
    members,
    one_of,
    people,
    text,
    texts,
    whole_number,
)
from app.sandbox.state.items import Properties
from app.sandbox.state.mailbox import Mailbox
from app.sandbox.wire import GraphError

__all__ = ["read_rule"]

IMPORTANCE = one_of("low", "normal", "high")
FOLDERS = ("copyToFolder", "moveToFolder")


def read_rule(data: dict[str, Any], mailbox: Mailbox) -> Properties:
    """Check and normalize a rule in a body.

    Raises:
        GraphError: 400, for what does not exist, has another type or cannot
            be set; 404 for a folder that there is not.
    """
    given = {k: v for k, v in data.items() if not k.startswith("@odata.")}
    try:
        rule = {name: _checked(name, value) for name, value in given.items()}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise not_deserializable(
            f"{error} does not fit type 'microsoft.graph.messageRule'"
        ) from error
    for name in FOLDERS:
        if name in (rule.get("actions") or {}):
            mailbox.folder(rule["actions"][name])
    if "actions" in rule and not rule["actions"]:
        raise GraphError(
            400,
            "ErrorInboxRulesValidationError",
            "A rule needs at least one action.",
        )
    return rule


def _checked(name: str, value: Any) -> Any:
    return WRITABLE[name](value)


def _complex(checks: Mapping[str, Check]) -> Check:
    """Return a check of an object; what is null in it is not set."""

    def check(value: Any) -> Properties:
        if value is None:
            return {}
        given = members(value, *checks)
        return {k: checks[k](v) for k, v in given.items() if v is not None}

    return check


def _sender_words(value: Any) -> list[str]:
    """Take words, which Exchange keeps in capitals."""
    return [word.upper() for word in texts(value)]


def _size_range(value: Any) -> Properties:
    given = members(value, "minimumSize", "maximumSize")
    sizes = {k: whole_number(v) for k, v in given.items()}
    if sizes.get("minimumSize", 0) > sizes.get("maximumSize", 2**31):
        raise GraphError(
            400,
            "ErrorInboxRulesValidationError",
            "The minimum size is above the maximum size.",
        )
    return {"minimumSize": 0, "maximumSize": 0, **sizes}


WORDS = (
    *("bodyContains", "bodyOrSubjectContains", "categories"),
    *("headerContains", "recipientContains", "subjectContains"),
)
FLAGS = (
    *("hasAttachments", "isApprovalRequest", "isAutomaticForward"),
    *("isAutomaticReply", "isEncrypted", "isMeetingRequest"),
    *("isMeetingResponse", "isNonDeliveryReport", "isPermissionControlled"),
    *("isReadReceipt", "isSigned", "isVoicemail", "notSentToMe", "sentCcMe"),
    *("sentOnlyToMe", "sentToMe", "sentToOrCcMe"),
)
PREDICATES: dict[str, Check] = {
    **dict.fromkeys(WORDS, texts),
    **dict.fromkeys(FLAGS, boolean),
    "fromAddresses": people,
    "importance": IMPORTANCE,
    "messageActionFlag": one_of(
        *("any", "call", "doNotForward", "followUp", "fyi", "forward"),
        *("noResponseNecessary", "read", "reply", "replyToAll", "review"),
    ),
    "senderContains": _sender_words,
    "sensitivity": one_of("normal", "personal", "private", "confidential"),
    "sentToAddresses": people,
    "withinSizeRange": _size_range,
}
ACTIONS: dict[str, Check] = {
    "assignCategories": texts,
    "copyToFolder": text,
    "delete": boolean,
    "forwardAsAttachmentTo": people,
    "forwardTo": people,
    "markAsRead": boolean,
    "markImportance": IMPORTANCE,
    "moveToFolder": text,
    "permanentDelete": boolean,
    "redirectTo": people,
    "stopProcessingRules": boolean,
}
WRITABLE: dict[str, Check] = {
    "displayName": text,
    "sequence": whole_number,
    "isEnabled": boolean,
    "conditions": _complex(PREDICATES),
    "exceptions": _complex(PREDICATES),
    "actions": _complex(ACTIONS),
}
