"""Tell errors as problem documents (RFC 9457), and describe them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import lru_cache
from itertools import chain
from math import ceil
from typing import Any
from urllib.parse import quote

import msgspec
from fastapi import Response
from pydantic import BaseModel, Field
from starlette.types import Scope

from app.problems.errors import Category, ExchangeError, Outcome
from app.problems.prepared import Prepared
from app.problems.refusals import InvalidRequest, RangeNotSatisfiable
from app.problems.resources import ItemNotFound

__all__ = ["Problem", "documented", "example", "problem_response"]

_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_MEDIA_TYPE = "application/problem+json"
_IS_PROBLEM = (b"content-type", _MEDIA_TYPE.encode())
_NOT_STORED = (b"cache-control", b"no-store")
# What is shown as it is, as nearly all are.
_PLAIN_PATH = re.compile(rb"[A-Za-z0-9_.~/@:%!$&'()*+,;=-]*")


class FieldProblem(BaseModel):
    """One thing wrong with the input."""

    pointer: str = Field(examples=["#/body/to/0/address"])
    detail: str


class UpstreamProblem(BaseModel):
    """What Microsoft needs to find its request again."""

    status: int | None = None
    code: str | None = None
    request_id: str | None = None
    client_request_id: str | None = None
    at: str | None = None


class Problem(BaseModel):
    """What went wrong, and what to do about it (RFC 9457)."""

    type: str = Field(
        description="Where the problem is explained.",
        examples=["/problems/graph-throttled"],
    )
    title: str
    status: int
    detail: str
    instance: str = Field(description="The path that was asked for.")
    code: str = Field(description="The last part of type.")
    category: Category
    retryable: bool = Field(
        description="Whether the same request may succeed later."
    )
    retry_after: int | None = Field(
        None, description="Whole seconds; as the header Retry-After."
    )
    outcome: Outcome | None = Field(
        None, description="What became of the work; for writes only."
    )
    action: str = Field(description="What to do about it.")
    upstream: UpstreamProblem | None = None
    attempts: int = Field(description="Requests that Graph was sent.")
    request_id: str
    trace_id: str | None = None
    resource: str | None = Field(None, description="What was not found.")
    errors: list[FieldProblem] | None = None


def problem_response(
    scope: Scope, error: ExchangeError, ids: Mapping[str, str]
) -> Response:
    """Return the answer to a request that failed.

    Args:
        scope: The request.
        error: Why it failed.
        ids: ``request_id`` and, if the request is traced, ``trace_id``.
    """
    document = _document(scope, error)
    document |= ids
    body = msgspec.json.encode(document)
    headers = [_IS_PROBLEM, _NOT_STORED]
    if error.retry_after is not None:
        headers.append((b"retry-after", b"%d" % ceil(error.retry_after)))
    if error.is_replayed:
        headers.append((b"idempotent-replayed", b"true"))
    if isinstance(error, RangeNotSatisfiable):
        headers.append((b"content-range", b"bytes */%d" % error.size))
    if challenge := getattr(error, "challenge", None):
        headers.append((b"www-authenticate", challenge.encode("latin-1")))
    return Prepared(body, int(error.status), headers)


def documented(
    *kinds: Iterable[type[ExchangeError]],
) -> dict[int | str, dict[str, Any]]:
    """Describe the problems of a route, grouped by status, for OpenAPI."""
    by_status: dict[int, list[type[ExchangeError]]] = {}
    for kind in dict.fromkeys(chain.from_iterable(kinds)):
        by_status.setdefault(kind.status, []).append(kind)
    return {
        int(status): _described(group)
        for status, group in sorted(by_status.items())
    }


def _document(scope: Scope, error: ExchangeError) -> dict[str, Any]:
    is_write = scope["method"] not in _SAFE_METHODS
    document: dict[str, Any] = {
        "type": f"/problems/{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "instance": _instance(scope),
        "code": error.code,
        "category": error.category,
        "retryable": error.retryable
        and not (is_write and _is_doubtful(scope, error)),
        "action": error.action,
        "attempts": error.attempts,
    }
    if is_write:
        document["outcome"] = error.outcome
    _extend(document, error)
    return document


def _is_doubtful(scope: Scope, error: ExchangeError) -> bool:
    """Tell whether a write may have been done, and may be done again.

    What may have been done is safe to repeat only under the same key.
    """
    return error.outcome is not Outcome.NOT_PERFORMED and not any(
        name == b"idempotency-key" for name, _ in scope["headers"]
    )


def _instance(scope: Scope) -> str:
    """Return the path as it was asked for, still percent-encoded."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    path = raw.partition(b"?")[0]
    if _PLAIN_PATH.fullmatch(path):
        return path.decode("ascii")
    return quote(path, safe="/@:%!$&'()*+,;=~")


def _extend(extensions: dict[str, Any], error: ExchangeError) -> None:
    """Add the members that not all problems have."""
    if error.retry_after is not None:
        extensions["retry_after"] = ceil(error.retry_after)
    if error.upstream is not None:
        extensions["upstream"] = {
            name: value
            for name, value in asdict(error.upstream).items()
            if value is not None
        }
    if isinstance(error, ItemNotFound) and error.resource:
        extensions["resource"] = error.resource
    if isinstance(error, InvalidRequest) and error.errors:
        extensions["errors"] = [asdict(found) for found in error.errors]


def _described(kinds: list[type[ExchangeError]]) -> dict[str, Any]:
    return {
        "description": " · ".join(f"`{kind.code}`" for kind in kinds),
        "content": {_MEDIA_TYPE: _content(tuple(kinds))},
    }


@lru_cache(maxsize=256)
def _content(kinds: tuple[type[ExchangeError], ...]) -> dict[str, Any]:
    # A hundred routes have the same few groups.
    return {
        "schema": {"$ref": "#/components/schemas/Problem"},
        "examples": {
            kind.code: {"$ref": f"#/components/examples/{kind.code}"}
            for kind in kinds
        },
    }


def example(kind: type[ExchangeError]) -> dict[str, Any]:
    """Return a problem of a kind, as an example for OpenAPI."""
    return {
        "summary": kind.title,
        "value": {
            "type": f"/problems/{kind.code}",
            "title": kind.title,
            "status": int(kind.status),
            "detail": f"{kind.title}.",
            "instance": "/v1/mailboxes",
            "code": kind.code,
            "category": kind.category,
            "retryable": kind.retryable,
            "action": kind.action,
            "attempts": 0,
            "request_id": "0f9c1f6e7f0e4a5c8f3a5b0d6c1e2f34",
        },
    }
