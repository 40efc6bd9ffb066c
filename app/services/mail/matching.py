"""Which messages are asked for, and in which order. Pure."""

from collections.abc import Callable
from datetime import datetime

from app.models.mail import MessageSummary
from app.models.queries import MessageQuery

__all__ = ["Key", "fits", "is_plain", "key_of"]

Key = tuple[str, str]
"""What a message is sorted by: a text, and its id to tell it from others."""

_Test = Callable[[MessageSummary, MessageQuery], bool]


def _is_from(found: MessageSummary, wanted: MessageQuery) -> bool:
    sender = found["from"]
    return _same(sender["address"] if sender else None, wanted.from_)


def _is_to(found: MessageSummary, wanted: MessageQuery) -> bool:
    return any(_same(one["address"], wanted.to) for one in found["to"])


def _has_subject(found: MessageSummary, wanted: MessageQuery) -> bool:
    # What was searched for by its words was found by Exchange.
    part = (wanted.subject or "").casefold()
    return wanted.is_search or part in found["subject"].casefold()


def _is_flagged(found: MessageSummary, wanted: MessageQuery) -> bool:
    return (found["flag"]["status"] == "flagged") is wanted.is_flagged


def _has_category(found: MessageSummary, wanted: MessageQuery) -> bool:
    return any(_same(one, wanted.category) for one in found["categories"])


def _is_since(found: MessageSummary, wanted: MessageQuery) -> bool:
    at = _moment(found["received_at"])
    return at is not None and wanted.since is not None and at >= wanted.since


def _is_until(found: MessageSummary, wanted: MessageQuery) -> bool:
    at = _moment(found["received_at"])
    return at is not None and wanted.until is not None and at < wanted.until


_TESTS: dict[str, _Test] = {
    "from_": _is_from,
    "to": _is_to,
    "subject": _has_subject,
    "is_read": lambda found, wanted: found["is_read"] is wanted.is_read,
    "is_flagged": _is_flagged,
    "has_attachments": lambda found, wanted: (
        found["has_attachments"] is wanted.has_attachments
    ),
    "category": _has_category,
    "importance": lambda found, wanted: (
        found["importance"] == wanted.importance
    ),
    "since": _is_since,
    "until": _is_until,
    "thread": lambda found, wanted: found["thread_id"] == wanted.thread,
}


def fits(found: MessageSummary, wanted: MessageQuery) -> bool:
    """Tell whether a message is one of those asked for.

    For words, that it was found must do.
    """
    return all(
        test(found, wanted)
        for name, test in _TESTS.items()
        if getattr(wanted, name) is not None
    )


def is_plain(wanted: MessageQuery) -> bool:
    """Tell whether Graph's answer needs no second look."""
    if not wanted.is_search:
        return True
    return wanted.sort == "-received_at" and not any(
        getattr(wanted, name) is not None
        for name in _TESTS
        if name != "subject"
    )


def key_of(found: MessageSummary, wanted: MessageQuery) -> Key:
    """Return what a message is sorted by."""
    match wanted.sort.lstrip("-"):
        case "subject":
            return found["subject"].casefold(), found["id"]
        case "from":
            sender = found["from"] or {"name": None, "address": None}
            shown = sender["name"] or sender["address"] or ""
            return shown.casefold(), found["id"]
        case "sent_at":
            return found["sent_at"] or "", found["id"]
        case _:
            return found["received_at"] or "", found["id"]


def _same(found: str | None, wanted: str | None) -> bool:
    return (found or "").casefold() == (wanted or "").casefold()


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
