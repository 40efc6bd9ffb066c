"""Graph's JSON about upload sessions.

The upload host capitalizes the names that Graph itself does not, and has
been documented in a mixture of both.

Source: https://learn.microsoft.com/graph/outlook-large-attachments
"""

import re

import msgspec

from app.gateway.translation.result import Translated, Translation
from app.problems.errors import Outcome
from app.problems.graph_failures import GraphMalformedResponse

__all__ = ["upload_progress", "upload_session"]

_START = re.compile(r"([0-9]{1,15})(?:-[0-9]*)?")
_URL = "uploadurl"
_RANGES = "nextexpectedranges"


def upload_session(body: bytes, _about: Translation) -> Translated:
    """Translate a new session: ``url``."""
    url = _members(body).get(_URL)
    if not isinstance(url, str):
        raise _malformed()
    return Translated(content={"url": url})


def upload_progress(body: bytes, _about: Translation) -> Translated:
    """Translate how far an upload is: ``next``, None if it is done.

    The last piece is answered without a body.
    """
    if not body:
        return Translated(content={"next": None})
    ranges = _members(body).get(_RANGES)
    if not isinstance(ranges, list):
        raise _malformed()
    found = _START.fullmatch(str(ranges[0])) if ranges else None
    if ranges and found is None:
        raise _malformed()
    return Translated(content={"next": int(found[1]) if found else None})


def _members(body: bytes) -> dict[str, object]:
    try:
        members = msgspec.json.decode(body, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError) as e:
        raise _malformed() from e
    return {name.lower(): value for name, value in members.items()}


def _malformed() -> GraphMalformedResponse:
    return GraphMalformedResponse(
        "Microsoft Graph gave an answer of an unexpected shape.",
        outcome=Outcome.UNKNOWN,
    )
