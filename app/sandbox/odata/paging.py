"""Pages, and the links from one to the next."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from app.sandbox.request import Request
from app.sandbox.wire import bad_query

__all__ = [
    "Page",
    "next_link",
    "page_size",
    "read_token",
    "skip_token",
    "take",
]

# Readable in a query as they are; the rest is encoded.
PLAIN = "$,:/()'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some entries, and where the next page starts, if there is one."""

    entries: Sequence[Any]
    next: int | None


def page_size(top: int | None, default: int, maximum: int) -> int:
    """Return how many entries a page has.

    Raises:
        GraphError: 400, beyond the maximum.
    """
    if top is None:
        return default
    if not 0 < top <= maximum:
        raise bad_query(
            f"The limit of '{maximum}' for Top query has been exceeded. The "
            f"value from the incoming request is '{top}'."
        )
    return top


def take(entries: Sequence[Any], start: int, size: int) -> Page:
    """Return one page of all entries."""
    end = start + size
    following = end if end < len(entries) else None
    return Page(entries=entries[start:end], next=following)


def next_link(request: Request, option: str, value: str | int) -> str:
    """Return the URL of the next page: this one's, moved on."""
    kept = [
        (name, text)
        for name, text in request.options
        if name.lower().removeprefix("$") != option
    ]
    query = "&".join(
        f"{quote(name, safe=PLAIN)}={quote(text, safe=PLAIN)}"
        for name, text in [*kept, (f"${option}", str(value))]
    )
    return f"{request.base_url}{request.path}?{query}"


def skip_token(start: int) -> str:
    """Return the token of the page that starts there."""
    return base64.urlsafe_b64encode(f"start:{start}".encode()).decode()


def read_token(token: str | None) -> int:
    """Return where the page of a token starts; without a token at 0.

    Raises:
        ValueError: when it is none of ours.
    """
    if token is None:
        return 0
    kind, _, start = base64.urlsafe_b64decode(token).partition(b":")
    if kind != b"start":
        raise ValueError(token)
    return int(start)
