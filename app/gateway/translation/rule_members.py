"""The members of inbox rules, one by one: Graph's values and ours.

Sources: https://learn.microsoft.com/graph/api/resources/messagerulepredicates
and https://learn.microsoft.com/graph/api/resources/messageruleactions
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

import msgspec

from app.gateway.translation.wire import Whole
from app.models.rules import ActionFlag, Sensitivity

__all__ = ["ACTIONS", "CONDITIONS", "Kind", "camel"]


@dataclass(frozen=True, slots=True)
class Kind:
    """How values of a kind are read and written.

    ``read`` raises a KeyError, TypeError, ValueError or AttributeError for a
    value that is none of the kind.
    """

    read: Callable[[Any], Any]
    write: Callable[[Any], Any]


def camel(name: str) -> str:
    """Return Graph's name of a member."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def _same(value: Any) -> Any:
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _words(value: Any) -> list[str]:
    if not isinstance(value, list):
        raise TypeError(value)
    return [_text(word) for word in value]


def _people(value: Any) -> list[dict[str, Any]]:
    # Older answers have one recipient where there is a list now.
    everybody = value if isinstance(value, list) else [value]
    return [_person(one["emailAddress"]) for one in everybody]


def _person(found: Mapping[str, Any]) -> dict[str, str | None]:
    person = {
        "name": found.get("name") or None,
        "address": found.get("address") or None,
    }
    return msgspec.convert(person, dict[str, str | None])


def _recipients(people: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"emailAddress": {k: v for k, v in one.items() if v is not None}}
        for one in people
    ]


def _sizes(value: Any) -> dict[str, int | None]:
    sizes = {
        "minimum_size": value.get("minimumSize"),
        "maximum_size": value.get("maximumSize"),
    }
    # Those of a Struct are checked as it is decoded, these are not.
    return msgspec.convert(sizes, dict[str, Whole | None])


def _graph_sizes(sizes: dict[str, int]) -> dict[str, int]:
    return {camel(name): size for name, size in sizes.items()}


def _one_of(*ours: str) -> Kind:
    known = {camel(one).lower(): one for one in ours}
    return Kind(
        lambda value: known.get(_text(value).lower(), "unknown"), camel
    )


_FLAG = Kind(_flag, _same)
_WORDS = Kind(_words, _same)
_PEOPLE = Kind(_people, _recipients)
_IMPORTANCE = _one_of("low", "normal", "high")
_FOLDER = Kind(_text, _same)

CONDITIONS: Mapping[str, Kind] = {
    "body_contains": _WORDS,
    "body_or_subject_contains": _WORDS,
    "categories": _WORDS,
    "from_addresses": _PEOPLE,
    "has_attachments": _FLAG,
    "header_contains": _WORDS,
    "importance": _IMPORTANCE,
    "is_approval_request": _FLAG,
    "is_automatic_forward": _FLAG,
    "is_automatic_reply": _FLAG,
    "is_encrypted": _FLAG,
    "is_meeting_request": _FLAG,
    "is_meeting_response": _FLAG,
    "is_non_delivery_report": _FLAG,
    "is_permission_controlled": _FLAG,
    "is_read_receipt": _FLAG,
    "is_signed": _FLAG,
    "is_voicemail": _FLAG,
    "message_action_flag": _one_of(*get_args(ActionFlag)),
    "not_sent_to_me": _FLAG,
    "recipient_contains": _WORDS,
    "sender_contains": _WORDS,
    "sensitivity": _one_of(*get_args(Sensitivity)),
    "sent_cc_me": _FLAG,
    "sent_only_to_me": _FLAG,
    "sent_to_addresses": _PEOPLE,
    "sent_to_me": _FLAG,
    "sent_to_or_cc_me": _FLAG,
    "subject_contains": _WORDS,
    "within_size_range": Kind(_sizes, _graph_sizes),
}
"""Conditions and exceptions by our names."""

ACTIONS: Mapping[str, Kind] = {
    "assign_categories": _WORDS,
    "copy_to_folder": _FOLDER,
    "delete": _FLAG,
    "forward_as_attachment_to": _PEOPLE,
    "forward_to": _PEOPLE,
    "mark_as_read": _FLAG,
    "mark_importance": _IMPORTANCE,
    "move_to_folder": _FOLDER,
    "permanent_delete": _FLAG,
    "redirect_to": _PEOPLE,
    "stop_processing_rules": _FLAG,
}
"""Actions by our names."""
