"""Turn answers of services into answers of HTTP."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, quote, quote_plus, urlencode

from fastapi import Request, Response

from app.models.answers import Answer
from app.problems.prepared import Prepared
from app.routers.headers import matches_none
from app.routers.remembered import remembered
from app.routers.scope import headers_of, notes_of

__all__ = ["REVALIDATE", "answer_with", "created_at", "no_content"]

_CACHE = "exchange-api"
_CURSOR = "cursor"
# What is sent as it is. Nearly all are of that kind, and there are more of
# them than can be remembered.
_PLAIN_PATH = re.compile(r"[A-Za-z0-9_.~/@-]*")
_PLAIN_CURSOR = re.compile(r"[A-Za-z0-9_.-]*")
# Callers may keep answers, but must ask whether they still hold.
REVALIDATE = "private, no-cache"
_REVALIDATED = (b"cache-control", REVALIDATE.encode())
_IS_JSON = (b"content-type", b"application/json")


def answer_with(
    request: Request, answer: Answer, status: int = 200
) -> Response:
    """Return an answer: 202 if it goes on, 304 if the caller has it."""
    headers = [_REVALIDATED]
    if answer.etag:
        headers.append((b"etag", answer.etag.encode()))
    if answer.replayed:
        headers.append((b"idempotent-replayed", b"true"))
    if answer.next_cursor:
        query: bytes = request.scope["query_string"]
        link = _link(query, request.scope["path"], answer.next_cursor)
        headers.append((b"link", link))
    if request.scope["method"] == "GET":
        headers += _freshness(request, answer)
        known = headers_of(request.scope).line("if-none-match")
        if answer.etag and known and matches_none(known, answer.etag):
            return Prepared(b"", 304, headers)
    headers.append(_IS_JSON)
    return Prepared(answer.body, 202 if answer.goes_on else status, headers)


def created_at(request: Request, answer: Answer, path: str) -> Response:
    """Return 201 with the place of what was made (RFC 9110 §15.3.2).

    ``path`` is that place with ``{id}`` in it.
    """
    response = answer_with(request, answer, 201)
    made = quote(answer.created or "", safe="")
    response.headers["Location"] = path.replace("{id}", made)
    return response


def no_content() -> Response:
    """Return 204."""
    return Response(status_code=204)


def _link(query: bytes, path: str, cursor: str) -> bytes:
    """Return where a list goes on: the same parameters at another cursor."""
    is_plain = _PLAIN_PATH.fullmatch(path)
    where = path if is_plain else quote(path, safe="/@:%")
    at = cursor if _PLAIN_CURSOR.fullmatch(cursor) else quote_plus(cursor)
    onward = f"{where}?{_others(query)}{_CURSOR}={at}"
    return f'<{onward}>; rel="next"'.encode()


@remembered(most=1024, longest=512)
def _others(query: bytes) -> str:
    """Return the parameters beside the cursor, ready for another one."""
    kept = [
        (name, value)
        for name, value in parse_qsl(
            query.decode("latin-1"), keep_blank_values=True
        )
        if name != _CURSOR
    ]
    return f"{urlencode(kept)}&" if kept else ""


def _freshness(
    request: Request, answer: Answer
) -> Iterator[tuple[bytes, bytes]]:
    """Yield the headers that tell how fresh an answer is.

    Source: RFC 9111 §5.1 (Age) and RFC 9211 (Cache-Status).
    """
    notes = notes_of(request.scope)
    delivery = answer.delivery
    notes.freshness = "stale" if delivery and delivery.stale else "fresh"
    yield b"exchange-freshness", notes.freshness.encode()
    if delivery is None:
        return
    yield b"cache-status", f"{_CACHE}; {delivery.status}".encode()
    if delivery.age is not None:
        yield b"age", b"%d" % delivery.age
