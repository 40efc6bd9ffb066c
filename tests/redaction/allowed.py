"""What may be found where, and why. Everything else is a leak."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import NamedTuple

from tests.redaction.evidence import Place

__all__ = ["ALLOWED", "OF_CREDENTIALS", "Allowed", "leaks", "unused"]


class Allowed(NamedTuple):
    """Kinds of canaries that may stand in some places, and the reason."""

    kind: str
    name: str
    canaries: frozenset[str]
    reason: str

    def covers(self, place: Place, canary: str) -> bool:
        """Tell whether this is the reason for what was found."""
        return (
            place.kind == self.kind
            and fnmatchcase(place.name, self.name)
            and canary in self.canaries
        )


def _allowed(kind: str, name: str, canaries: str, reason: str) -> Allowed:
    return Allowed(kind, name, frozenset(canaries.split()), reason)


_CONTENT = (
    "subject body person attachment content inline folder category rule"
    " meeting location note calendar away recipient copied hidden replyto"
    " attendee contact"
)
_NAMED = "The caller has named it so, to find its request in the logs."
_SENT = "Sends are told apart by ids that are made up."
_OWN = "The caller alone gets it, and has asked for it."
_AUDITED = "Who changed what is found by its id (docs/operations.md)."
_EXAMPLE = "Examples name what is in the sandbox of everybody."

ALLOWED = (
    _allowed("log", "*.request_id", "request", _NAMED),
    _allowed("exported log", "*.request_id", "request", _NAMED),
    _allowed("header", "x-request-id", "request", _NAMED),
    _allowed("problem", "request_id", "request", _NAMED),
    _allowed("log", "send.*.send_id", "send", _SENT),
    _allowed("exported log", "*.send_id", "send", _SENT),
    _allowed("log", "audit.target", "id send path", _AUDITED),
    _allowed("log", "audit.made", "id send", _AUDITED),
    _allowed("log", "audit.undone", "id", _AUDITED),
    _allowed("exported log", "*.target", "id send path", _AUDITED),
    _allowed("exported log", "*.made", "id send", _AUDITED),
    _allowed("exported log", "*.undone", "id", _AUDITED),
    _allowed("file", ".db*", "send", _SENT),
    _allowed("page", "/ops/outbox", "send", _SENT),
    _allowed(
        *("file", ".db*", "id"),
        "Operators look for a message in doubt by its id (docs/sending.md).",
    ),
    _allowed("header", "content-disposition", "attachment", _OWN),
    _allowed("header", "link", "mailbox next_cursor", _OWN),
    _allowed("header", "location", "mailbox id send", _OWN),
    _allowed("problem", "instance", "mailbox id send path tenant", _OWN),
    _allowed("problem", "detail", "member parameter", _OWN),
    _allowed("problem", "errors.pointer", "member parameter", _OWN),
    _allowed("page", "/openapi.json", "mailbox id", _EXAMPLE),
    _allowed("page", "/runbooks*", "mailbox", _EXAMPLE),
    _allowed(
        *("to Graph", "url", "mailbox id path search"),
        "Graph is asked for it.",
    ),
    _allowed(
        *("to Graph", "body", f"{_CONTENT} mailbox id"),
        "It is to be in the mailbox.",
    ),
    _allowed(
        *("to Graph", "*", "send"),
        "A draft bears the id of its send, by which it is found again.",
    ),
    _allowed("to Graph", "authorization", "token", "It is made for Graph."),
    _allowed(
        *("to the upload host", "url", "session id"),
        "Whoever has it may write there.",
    ),
    _allowed(
        *("to Entra ID", "body", "secret challenge"),
        "That is what proves who the service is, and what Graph demanded.",
    ),
)


OF_CREDENTIALS = (
    _allowed(
        # The names of its scopes look like canaries in it.
        *("to Entra ID", "body", "assertion claim header calendar contact"),
        "It is exchanged as it is for one that is good for Graph.",
    ),
    _allowed(
        *("header", "www-authenticate", "challenge"),
        "The caller passes on to Entra ID what it demands.",
    ),
)
"""What else may be found where callers show tokens of people."""


def leaks(found: Iterable[tuple[Place, str]]) -> list[str]:
    """Return what was found where nothing allows it."""
    return sorted(
        f"{canary} in {place.kind} {place.name}"
        for place, canary in found
        if not any(
            allowed.covers(place, canary)
            for allowed in ALLOWED + OF_CREDENTIALS
        )
    )


def unused(found: Iterable[tuple[Place, str]]) -> list[str]:
    """Return what is allowed and was not found: a search that is blind."""
    seen = list(found)
    return [
        f"{canary} in {allowed.kind} {allowed.name}"
        for allowed in ALLOWED
        for canary in sorted(allowed.canaries)
        if not any(
            kind == canary and allowed.covers(place, kind)
            for place, kind in seen
        )
    ]
