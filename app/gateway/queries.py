"""Translate what callers want of messages into Graph's query options. Pure.

Graph can filter or search, not both, and sorts only by what is in the filter
(https://learn.microsoft.com/graph/api/user-list-messages). What it cannot do
is done by `app.services.search`.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from app.gateway.kql import search_text
from app.gateway.translation.times import graph_timestamp
from app.gateway.translation.writing import MARKER
from app.models.queries import MessageQuery

__all__ = [
    "SUMMARY",
    "bears",
    "marker_query",
    "message_query",
    "quoted",
    "scan_query",
    "search_query",
]

SUMMARY = ",".join(
    [
        *("id", "changeKey", "conversationId", "parentFolderId"),
        *("internetMessageId", "subject", "bodyPreview", "from", "sender"),
        *("toRecipients", "ccRecipients", "bccRecipients", "replyTo"),
        *("sentDateTime", "receivedDateTime", "createdDateTime"),
        *("lastModifiedDateTime", "isRead", "isDraft", "flag", "importance"),
        *("categories", "hasAttachments", "webLink"),
    ]
)
"""All of a message that lists show."""

_MOST_QUERIES = 1024
# Older than any mail, and no subject or name; see `_sorted`.
_BEGINNING = "1900-01-01T00:00:00Z"
_NOBODY = "'6f1d9c1e-7a52-4b7e-9f3c-0d6b5f1a2e94'"
_ORDERS = {
    "received_at": (
        "receivedDateTime",
        f"receivedDateTime ge {_BEGINNING}",
    ),
    "sent_at": ("sentDateTime", f"sentDateTime ge {_BEGINNING}"),
    "subject": ("subject", f"subject ne {_NOBODY}"),
    "from": (
        "from/emailAddress/name",
        f"from/emailAddress/name ne {_NOBODY}",
    ),
}
_CONDITIONS: dict[str, Callable[[Any], str]] = {
    "until": lambda time: f"receivedDateTime lt {graph_timestamp(time)}",
    "from_": lambda who: f"from/emailAddress/address eq {quoted(who)}",
    "subject": lambda part: f"contains(subject,{quoted(part)})",
    "is_read": lambda wanted: f"isRead eq {_bool(wanted)}",
    "is_flagged": lambda wanted: (
        f"flag/flagStatus {'eq' if wanted else 'ne'} 'flagged'"
    ),
    "has_attachments": lambda wanted: f"hasAttachments eq {_bool(wanted)}",
    "category": lambda name: f"categories/any(c:c eq {quoted(name)})",
    "importance": lambda level: f"importance eq {quoted(level)}",
    "thread": lambda thread: f"conversationId eq {quoted(thread)}",
}


@lru_cache(maxsize=_MOST_QUERIES)
def message_query(wanted: MessageQuery) -> tuple[tuple[str, str], ...]:
    """Return the query options for a page of messages.

    Raises:
        InvalidRequest: There is no word to search for.
    """
    options = [("$select", SUMMARY), ("$top", str(wanted.limit))]
    if wanted.is_search:
        return (*options, ("$search", search_text(wanted)))
    return (*options, *_sorted(wanted, _filters(wanted)))


def search_query(wanted: MessageQuery, page: int) -> list[tuple[str, str]]:
    """Return the query options for all that a search finds, newest first.

    Raises:
        InvalidRequest: There is no word to search for.
    """
    options = [("$select", SUMMARY), ("$top", str(page))]
    return [*options, ("$search", search_text(wanted))]


def scan_query(wanted: MessageQuery, page: int) -> list[tuple[str, str]]:
    """Return the query options for all messages of the time in question."""
    options = [("$select", SUMMARY), ("$top", str(page))]
    plain = MessageQuery(
        since=wanted.since, until=wanted.until, sort=wanted.sort
    )
    return [*options, *_sorted(plain, _filters(plain))]


def marker_query(marker: str) -> list[tuple[str, str]]:
    """Return the query options that find the message bearing a marker."""
    return [("$select", SUMMARY), ("$filter", bears(marker))]


def bears(marker: str) -> str:
    """Return the condition that something bears a marker."""
    wanted = f"ep/id eq {quoted(MARKER)} and ep/value eq {quoted(marker)}"
    return f"singleValueExtendedProperties/any(ep:{wanted})"


def quoted(text: str) -> str:
    """Return an OData string literal."""
    return "'" + text.replace("'", "''") + "'"


def _sorted(
    wanted: MessageQuery, conditions: Iterator[str]
) -> Iterator[tuple[str, str]]:
    """Yield a filter and an order that Graph takes together.

    Every property of the order must be in the filter, before all others. The
    conditions on it here hold for every message.
    """
    path, always = _ORDERS[wanted.sort.lstrip("-")]
    descending = " desc" if wanted.sort.startswith("-") else ""
    rest = [one for one in conditions if one != always]
    first = [] if rest and rest[0].startswith(f"{path} ") else [always]
    yield "$filter", " and ".join([*first, *rest])
    yield "$orderby", f"{path}{descending}"


def _filters(wanted: MessageQuery) -> Iterator[str]:
    """Yield conditions, those on the time of receipt first."""
    if wanted.since:
        yield f"receivedDateTime ge {graph_timestamp(wanted.since)}"
    for name, condition in _CONDITIONS.items():
        value = getattr(wanted, name)
        if value is not None:
            yield condition(value)


def _bool(value: object) -> str:
    return str(value).lower()
