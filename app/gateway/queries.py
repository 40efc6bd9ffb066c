"""Translate what callers want of messages into Graph's query options. Pure.

Graph can filter or search, not both, and sorts only what it can filter by
(https://learn.microsoft.com/graph/api/user-list-messages).
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from app.gateway.translation.times import graph_timestamp
from app.gateway.translation.writing import MARKER
from app.models.queries import MessageQuery
from app.problems.refusals import InvalidRequest
from app.problems.resources import QueryTooComplex

__all__ = ["SUMMARY", "bears", "marker_query", "message_query", "quoted"]

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

# Older than any mail; see `_filter`.
_BEGINNING = "1900-01-01T00:00:00Z"
_NOT_SEARCHABLE = (
    *("is_read", "is_flagged", "category", "since", "until", "thread"),
)
_QUOTE = '"'
_PHRASE_OR_WORD = re.compile(r'"([^"]*)"|([^\s"]+)')
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


def message_query(wanted: MessageQuery) -> list[tuple[str, str]]:
    """Return the query options for a page of messages.

    Raises:
        InvalidRequest: There is no word to search for.
        QueryTooComplex: Graph cannot evaluate the combination.
    """
    options = [("$select", SUMMARY), ("$top", str(wanted.limit))]
    if wanted.query is None and wanted.to is None:
        descending = " desc" if wanted.sort.startswith("-") else ""
        return [
            *options,
            ("$filter", " and ".join(_filters(wanted))),
            ("$orderby", f"receivedDateTime{descending}"),
        ]
    clash = [n for n in _NOT_SEARCHABLE if getattr(wanted, n) is not None]
    if wanted.sort != "-received_at":
        clash.append("sort")
    if clash:
        raise QueryTooComplex(
            "query and to cannot be combined with " + ", ".join(clash) + "."
        )
    return [*options, ("$search", f'"{" ".join(_terms(wanted))}"')]


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


def _filters(wanted: MessageQuery) -> Iterator[str]:
    """Yield conditions; Graph wants those on the sorted property first."""
    since = graph_timestamp(wanted.since) if wanted.since else _BEGINNING
    yield f"receivedDateTime ge {since}"
    for name, condition in _CONDITIONS.items():
        value = getattr(wanted, name)
        if value is not None:
            yield condition(value)


def _terms(wanted: MessageQuery) -> Iterator[str]:
    """Yield the parts of a KQL expression, ready to stand between quotes.

    What callers search for are words and "quoted phrases". All of them are
    quoted, so that none is taken for an operator (``NOT``, ``from:``).
    """
    if wanted.query:
        yield from _phrases(wanted.query)
    if wanted.from_:
        yield f"from:{wanted.from_}"
    if wanted.to:
        yield f"to:{wanted.to}"
    if wanted.subject:
        for phrase in _phrases(f'"{wanted.subject.replace(_QUOTE, " ")}"'):
            yield f"subject:{phrase}"
    if wanted.has_attachments is not None:
        yield f"hasAttachments:{_bool(wanted.has_attachments)}"
    if wanted.importance:
        yield f"importance:{wanted.importance}"


def _phrases(text: str) -> Iterator[str]:
    found = False
    for phrase, word in _PHRASE_OR_WORD.findall(text):
        plain = (phrase or word).replace("\\", " ").strip()
        if any(char.isalnum() for char in plain):
            found = True
            yield f'\\"{plain}\\"'
    if not found:
        raise InvalidRequest("There is no word to search for.")


def _bool(value: object) -> str:
    return str(value).lower()
