"""Turn answers of services into answers of HTTP."""

from urllib.parse import parse_qsl, quote, quote_plus, urlencode

from fastapi import Request, Response

from app.models.answers import Answer
from app.routers.headers import line_of, matches_none
from app.routers.scope import headers_of, notes_of

__all__ = ["REVALIDATE", "answer_with", "created_at", "no_content"]

_CACHE = "exchange-api"
_JSON = "application/json"
_CURSOR = "cursor"
# Callers may keep answers, but must ask whether they still hold.
REVALIDATE = "private, no-cache"


def answer_with(
    request: Request, answer: Answer, status: int = 200
) -> Response:
    """Return an answer: 202 if it goes on, 304 if the caller has it."""
    status = 202 if answer.goes_on else status
    headers = {"Cache-Control": REVALIDATE}
    if answer.etag:
        headers["ETag"] = answer.etag
    if answer.replayed:
        headers["Idempotent-Replayed"] = "true"
    if answer.next_cursor:
        onward = _onward(request, answer.next_cursor)
        headers["Link"] = f'<{onward}>; rel="next"'
    if request.method == "GET":
        headers |= _freshness(request, answer)
        known = line_of(headers_of(request.scope), "if-none-match")
        if answer.etag and matches_none(known, answer.etag):
            return Response(status_code=304, headers=headers)
    return Response(answer.body, status, headers, media_type=_JSON)


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


def _onward(request: Request, cursor: str) -> str:
    """Return where a list goes on: the same parameters at another cursor."""
    path = quote(request.scope["path"], safe="/@:%")
    given = request.scope["query_string"].decode("latin-1")
    kept = [
        (name, value)
        for name, value in parse_qsl(given, keep_blank_values=True)
        if name != _CURSOR
    ]
    rest = f"{urlencode(kept)}&" if kept else ""
    return f"{path}?{rest}{_CURSOR}={quote_plus(cursor)}"


def _freshness(request: Request, answer: Answer) -> dict[str, str]:
    """Return the headers that tell how fresh an answer is.

    Source: RFC 9111 §5.1 (Age) and RFC 9211 (Cache-Status).
    """
    notes = notes_of(request.scope)
    delivery = answer.delivery
    notes.freshness = "stale" if delivery and delivery.stale else "fresh"
    headers = {"Exchange-Freshness": notes.freshness}
    if delivery is None:
        return headers
    headers["Cache-Status"] = f"{_CACHE}; {delivery.status}"
    if delivery.age is not None:
        headers["Age"] = str(int(delivery.age))
    return headers
