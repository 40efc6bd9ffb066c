"""Words that only some may see, and all the forms in which they may hide."""

import base64
import hashlib
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["ADDRESS", "Canary", "address", "forms", "planted", "word"]

ADDRESS = "ada@contoso.example"
"""Whose mailbox it is."""

_KINDS = (
    # What people write.
    *("subject", "body", "person", "attachment", "content", "inline"),
    *("folder", "category", "rule", "meeting", "location", "note", "calendar"),
    *("away", "search"),
    # Whom they write to.
    *("recipient", "copied", "hidden", "replyto", "attendee", "contact"),
    # What callers send beside that.
    *("key", "bearer", "cookie", "agent", "host", "state", "baggage"),
    *("preference", "tenant", "etag", "request", "language", "range"),
    *("member", "parameter", "path", "cursor", "type", "garbled"),
    # What they show of themselves.
    *("apikey", "claim", "header", "basic"),
    # What Microsoft says, or somebody in its name.
    *("echo", "number", "link", "description", "challenge", "upload"),
    # What the service itself must keep.
    *("sealing", "raised"),
)
_SECRETS = ("sandbox-secret", "sandbox-secret-2")
_SHORTEST = 8
# What is longer is made up anew each time, and looked for as it is.
_LONGEST = 24


class Canary(NamedTuple):
    """Something confidential, and of which kind it is."""

    kind: str
    text: str


def word(kind: str) -> str:
    """Return the word that stands for a kind; it occurs nowhere else.

    It is of lower-case letters alone, so that no notation changes it.
    """
    if kind not in _KINDS:
        raise ValueError(f"no such canary: {kind}")
    return f"zq{kind}zq"


def address(kind: str) -> str:
    """Return an address that has the word in it."""
    return f"{word(kind)}@canary.example"


def planted() -> Iterator[Canary]:
    """Yield what is known beforehand to be confidential."""
    for kind in _KINDS:
        yield Canary(kind, word(kind))
    for text in _SECRETS:
        yield Canary("secret", text)
    yield Canary("mailbox", ADDRESS)
    yield Canary("mailbox", ADDRESS.replace("@", "%40"))


def forms(text: str) -> Iterator[bytes]:
    """Yield a text as it is and as it is often written, in lower case.

    A digest without a key is a form too: whoever guesses the text can check
    it.
    """
    raw = text.encode()
    yield raw
    if len(raw) > _LONGEST:
        return
    yield text.encode("utf-16-le")
    yield raw.hex().encode()
    yield raw[::-1]
    for offset in range(3):
        # Wherever it stands in what is encoded, its middle looks like this.
        encoded = base64.b64encode(b"\0" * offset + raw)
        inner = encoded[4 if offset else 0 : len(raw) * 4 // 3 - 2]
        if len(inner) >= _SHORTEST:
            yield inner.lower()
            yield base64.urlsafe_b64encode(b"\0" * offset + raw)[
                4 if offset else 0 : len(raw) * 4 // 3 - 2
            ].lower()
    for name in ("md5", "sha1", "sha256"):
        digest = hashlib.new(name, raw, usedforsecurity=False)
        # Often no more of it is shown.
        yield digest.hexdigest()[:12].encode()
        yield base64.b64encode(digest.digest())[:12].lower()
