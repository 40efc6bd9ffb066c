"""Read Graph's error envelope and claims challenges.

Sources: https://learn.microsoft.com/graph/errors and
https://learn.microsoft.com/entra/identity-platform/claims-challenge
"""

import base64
import binascii
import re
from typing import Any

import msgspec

__all__ = [
    "claims_challenge",
    "error_codes",
    "existing_event",
    "inner_request_id",
    "request_id",
]

_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
_ID = re.compile(r"[A-Za-z0-9_=+/-]{1,1024}")
_CLAIMS = re.compile(r'claims="([A-Za-z0-9+/=_-]{1,8192})"')
_DEEPEST = 8


def error_codes(body: bytes) -> list[str]:
    """Return the codes in an error body, the outermost first.

    Anything else than an envelope (HTML, nothing at all) has none.
    """
    return [
        level["code"]
        for level in _levels(body)
        if isinstance(level.get("code"), str)
        and _CODE.fullmatch(level["code"])
    ]


def request_id(text: str | None) -> str | None:
    """Return Graph's id of a request, unless it is no id at all.

    Whoever answers in Graph's name may put anything there, and it goes into
    logs, traces and problem documents.
    """
    return text if text and _CODE.fullmatch(text) else None


def inner_request_id(body: bytes) -> str | None:
    """Return the request id that an error body repeats, if it does."""
    for level in _levels(body):
        found = level.get("request-id")
        if isinstance(found, str) and request_id(found):
            return found
    return None


def existing_event(body: bytes) -> str | None:
    """Return the id of the event that a repeated transaction has made.

    Documented nowhere, but seen with ``ErrorDuplicateTransactionId``.
    """
    for level in _levels(body):
        found = level.get("@event.existingEventId")
        if isinstance(found, str) and _ID.fullmatch(found):
            return found
    return None


def claims_challenge(challenges: list[str]) -> str | None:
    """Return the claims that ``WWW-Authenticate`` demands, as JSON.

    They are objects by kinds of token, which is what MSAL relies on.
    """
    for challenge in challenges:
        if found := _CLAIMS.search(challenge):
            text = found[1].replace("-", "+").replace("_", "/")
            try:
                raw = base64.b64decode(text + "=" * (-len(text) % 4))
                msgspec.json.decode(raw, type=dict[str, dict[str, Any]])
            except (binascii.Error, msgspec.DecodeError, RecursionError):
                continue
            return raw.decode()
    return None


def _levels(body: bytes) -> list[dict[str, Any]]:
    try:
        envelope = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
    level = envelope.get("error") if isinstance(envelope, dict) else None
    levels: list[dict[str, Any]] = []
    while isinstance(level, dict) and len(levels) < _DEEPEST:
        levels.append(level)
        # Documented in lower case, seen in camel case.
        level = level.get("innerError") or level.get("innererror")
    return levels
