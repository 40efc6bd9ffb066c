"""Describe routes for OpenAPI: their problems and their headers."""

from collections.abc import Iterable
from typing import Any

from app.problems.documents import documented
from app.problems.errors import ExchangeError
from app.problems.failures import NotInCache
from app.problems.graph_failures import MailboxMoving
from app.problems.ledger import LedgerUnavailable
from app.problems.refusals import (
    IdempotencyKeyInUse,
    IdempotencyKeyReused,
    InvalidCursor,
    PayloadTooLarge,
    QuotaExceeded,
    RangeNotSatisfiable,
    UnsupportedMediaType,
)
from app.problems.registry import ANY_CALL, ANY_CALLER, ANY_REQUEST
from app.problems.resources import (
    Conflict,
    ItemNotFound,
    MailboxFull,
    MailboxNotEnabled,
    MailboxNotFound,
    PreconditionFailed,
)

__all__ = [
    "HEADERS",
    "PARAMETERS",
    "Kinds",
    "answers",
    "asks",
    "content",
    "nothing",
    "of_bodies",
    "of_lists",
    "of_mailboxes",
    "of_posts",
    "of_ranges",
    "of_reads",
    "of_writes",
    "takes_files",
]

Kinds = Iterable[type[ExchangeError]]

of_mailboxes: Kinds = (
    MailboxNotFound,
    MailboxNotEnabled,
    MailboxMoving,
    MailboxFull,
    ItemNotFound,
)
"""What anything about a mailbox can raise."""

of_reads: Kinds = (NotInCache,)
of_lists: Kinds = (NotInCache, InvalidCursor)
of_writes: Kinds = (Conflict, PayloadTooLarge, PreconditionFailed)
of_ranges: Kinds = (RangeNotSatisfiable,)
of_bodies: Kinds = (UnsupportedMediaType,)
of_posts: Kinds = (
    *of_writes,
    IdempotencyKeyReused,
    IdempotencyKeyInUse,
    LedgerUnavailable,
)


def answers(
    model: Any, *kinds: Kinds, status: int = 200
) -> dict[int | str, dict[str, Any]]:
    """Describe a route that answers in JSON: with what, and its problems."""
    described: dict[int | str, dict[str, Any]] = {status: {"model": model}}
    return described | _problems(*kinds)


def content(
    media_type: str, description: str, *kinds: Kinds
) -> dict[int | str, dict[str, Any]]:
    """Describe a route that answers with bytes, and its problems."""
    schema = {"type": "string", "format": "binary"}
    described: dict[int | str, dict[str, Any]] = {
        200: {
            "description": description,
            "content": {media_type: {"schema": schema}},
        }
    }
    if of_ranges in kinds:
        described[206] = described[200] | {
            "description": "The part of it that was asked for."
        }
        described[304] = {"description": "The caller has it already."}
    return described | _problems(*kinds)


def nothing(*kinds: Kinds) -> dict[int | str, dict[str, Any]]:
    """Describe a route that has nothing to say but problems."""
    return _problems(*kinds)


def asks(*names: str) -> dict[str, Any]:
    """Name the headers of `PARAMETERS` that a route heeds."""
    everywhere = ("Prefer", "X-Request-ID", "Exchange-Tenant")
    return {
        "parameters": [
            {"$ref": f"#/components/parameters/{name}"}
            for name in (*everywhere, *names)
        ]
    }


def takes_files(extra: dict[str, Any]) -> dict[str, Any]:
    """Add to `asks` that the body is a file, a form with one, or JSON."""
    binary = {"type": "string", "format": "binary"}
    form = {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": binary,
            "name": {"type": "string", "maxLength": 255},
            "is_inline": {"type": "boolean"},
            "content_id": {"type": "string", "maxLength": 255},
        },
    }
    schema = {"$ref": "#/components/schemas/AttachmentToAdd"}
    return extra | {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": schema},
                "multipart/form-data": {"schema": form},
                "application/octet-stream": {"schema": binary},
            },
        }
    }


def _problems(*kinds: Kinds) -> dict[int | str, dict[str, Any]]:
    return documented(
        ANY_REQUEST, ANY_CALLER, (QuotaExceeded,), ANY_CALL, *kinds
    )


def _header(name: str, description: str, **schema: Any) -> dict[str, Any]:
    """Describe a header, without an example: Swagger UI would send it."""
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": description,
        "schema": {"type": "string", **schema},
    }


PARAMETERS: dict[str, dict[str, Any]] = {
    parameter["name"]: parameter
    for parameter in (
        _header(
            "Prefer",
            "`wait=10`: give up after so many seconds (RFC 7240). 30 without"
            " it, 120 at most. What sends goes on after them, and is answered"
            " 202; with `respond-async` at once, or after the seconds of"
            " `respond-async, wait=10`.",
        ),
        _header(
            "X-Request-ID",
            "Taken over if it is a sane token, made up otherwise; always"
            " echoed.",
        ),
        _header("Exchange-Tenant", "Which tenant, for callers of several."),
        _header(
            "Cache-Control",
            "How old an answer may be: `no-cache`, `max-age=60`,"
            " `stale-if-error=3600`, `only-if-cached`. `no-cache` never gets"
            " a stale one.",
        ),
        _header(
            "If-None-Match",
            "Answer 304 if the entity tag is still this one.",
        ),
        _header(
            "Range",
            "Only a part: `bytes=0-99`, `bytes=100-`, `bytes=-100`.",
        ),
        _header(
            "If-Range",
            "The part only if the entity tag is still this one, else all.",
        ),
        _header(
            "If-Match",
            "Act only if the entity tag is still this one; 412 otherwise.",
            pattern=r'^(\*|"[!#-~]+")$',
        ),
        _header(
            "Idempotency-Key",
            "Do it once, however often the request is made: 1 to 255 visible"
            " ASCII characters, a UUID for example, new for each new request."
            " The answer is replayed for a day"
            " (`EXCHANGE_LEDGER__KEEP_KEYS`); after that the key is new.",
            pattern="^[!-~]{1,255}$",
        ),
    )
}
"""The headers that callers may send, by name."""

HEADERS: dict[str, dict[str, Any]] = {
    name: {"description": description, "schema": {"type": kind}}
    for name, kind, description in (
        ("ETag", "string", "Strong entity tag (RFC 9110)."),
        ("Link", "string", 'The next page, `rel="next"` (RFC 8288).'),
        ("Exchange-Freshness", "string", "`fresh` or `stale`."),
        ("Age", "integer", "Seconds since Graph gave the answer."),
        ("Cache-Status", "string", "Why it is that old (RFC 9211)."),
        ("Exchange-Graph-Calls", "integer", "Requests made to Graph."),
        ("Server-Timing", "string", "Milliseconds: queue, token, graph."),
        ("X-Request-ID", "string", "The id of the request."),
        ("Location", "string", "Where the thing made is."),
        ("Idempotent-Replayed", "boolean", "Given to an earlier request."),
        ("Retry-After", "integer", "Whole seconds (RFC 9110)."),
        ("WWW-Authenticate", "string", "What is missing (RFC 6750)."),
        ("Accept-Ranges", "string", "`bytes`, if parts can be had."),
        ("Content-Range", "string", "Which part it is (RFC 9110)."),
        ("Preference-Applied", "string", "What of `Prefer` was applied."),
        (
            "RateLimit-Policy",
            "string",
            (
                "The caller's quota: what its requests may cost in how many"
                " seconds. Each costs 1, and 1 for each request that Graph"
                " counts for it (draft-ietf-httpapi-ratelimit-headers)."
            ),
        ),
        (
            "RateLimit",
            "string",
            "What is left of it, and for how many seconds.",
        ),
    )
}
"""The headers that answers may have, by name."""
