"""Whether a message shows what a change asked for. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from app.gateway.translation.times import graph_timestamp
from app.models.compose import MessagePatch, Recipient
from app.models.mail import Message, Person

__all__ = ["is_deleted", "shows"]

# Graph tells times in whole seconds, by a clock that is not ours.
_TICK = timedelta(seconds=1)
_CLOCKS_DIFFER = timedelta(seconds=60)


def is_deleted(
    message: Message, deleted: str | None, began: datetime
) -> bool | None:
    """Tell whether a deletion that began then was carried out.

    Who lay in Deleted Items before has not been touched since.

    Args:
        message: The message as it is now.
        deleted: The id of Deleted Items.
        began: When the deletion was asked for, by our clock.

    Returns:
        None if clocks may differ by more than what it depends on.
    """
    if message["folder_id"] != deleted:
        return False
    touched = message["modified_at"] or ""
    if graph_timestamp(began - _TICK) <= touched:
        return True
    is_near = graph_timestamp(began - _CLOCKS_DIFFER) <= touched
    return None if is_near else False


def shows(message: Message, patch: MessagePatch) -> bool:
    """Tell whether all members that a patch sets have those values.

    A body, and the day a flag is due, do not come back as they were sent, so
    that a patch with one of them never shows.
    """
    return all(
        name in _SAME and _SAME[name](message, patch)
        for name in patch.model_fields_set
    )


def _flag(message: Message, patch: MessagePatch) -> bool:
    if patch.flag is None:
        return message["flag"]["status"] == "none"
    is_plain = patch.flag.due_at is None
    return is_plain and message["flag"]["status"] == patch.flag.status


def _people(found: list[Person], wanted: list[Recipient] | None) -> bool:
    addresses = [(person["address"] or "").lower() for person in found]
    return addresses == [person.address.lower() for person in wanted or ()]


_SAME: Mapping[str, Callable[[Message, MessagePatch], Any]] = {
    "is_read": lambda found, patch: found["is_read"] == patch.is_read,
    "flag": _flag,
    "importance": lambda found, patch: (
        found["importance"] == (patch.importance or "normal")
    ),
    "categories": lambda found, patch: (
        found["categories"] == (patch.categories or [])
    ),
    "subject": lambda found, patch: found["subject"] == (patch.subject or ""),
    "to": lambda found, patch: _people(found["to"], patch.to),
    "cc": lambda found, patch: _people(found["cc"], patch.cc),
    "bcc": lambda found, patch: _people(found["bcc"], patch.bcc),
    "reply_to": lambda found, patch: _people(
        found["reply_to"], patch.reply_to
    ),
}
