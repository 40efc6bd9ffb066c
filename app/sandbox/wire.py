"""Answers as Graph writes them: bodies, error envelopes, headers."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import msgspec

from app.sandbox.clock import http_date
from app.sandbox.request import Request

__all__ = [
    "JSON_TYPE",
    "Answer",
    "Deliver",
    "GraphError",
    "bad_query",
    "dated",
    "empty",
    "error_body",
    "json_answer",
    "stamped",
]

JSON_TYPE = (
    "application/json; odata.metadata=minimal; odata.streaming=true; "
    "IEEE754Compatible=false; charset=utf-8"
)
NO_CONTENT = 204
DIAGNOSTIC = (
    '{"ServerInfo":{"DataCenter":"Sandbox","Slice":"E","Ring":"2",'
    '"ScaleUnit":"001","RoleInstance":"SANDBOX000001"}}'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A complete HTTP answer; ``cut`` breaks it off in mid-body."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | bytearray = b""
    cut: bool = False

    def plus(self, headers: Mapping[str, str]) -> "Answer":
        """Return this answer with more headers."""
        return replace(self, headers={**self.headers, **headers})


Deliver = Callable[[Answer], Awaitable[None]]


class GraphError(Exception):
    """A refusal in Graph's words.

    ``inner`` is the code of ``innerError``, where Graph hides the precise
    one beneath a general one. ``bare`` leaves ``innerError`` out, which is
    what Exchange does when it throttles.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        inner: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.inner = inner
        self.headers = headers or {}

    def answer(self, request: Request, now: datetime) -> Answer:
        """Render this refusal."""
        body: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.code != "ApplicationThrottled":
            body["innerError"] = _inner(self.inner, request, now)
        answer = json_answer({"error": body}, self.status)
        return answer.plus(self.headers)


def bad_query(message: str) -> GraphError:
    """Return Graph's refusal of a URL that it cannot parse."""
    return GraphError(
        400, "BadRequest", message, inner="RequestBroker--ParseUri"
    )


def json_answer(body: Any, status: int = 200) -> Answer:
    """Return a JSON answer with Graph's long media type."""
    return Answer(
        status=status,
        headers={"Content-Type": JSON_TYPE},
        body=msgspec.json.encode(body),
    )


def empty(status: int) -> Answer:
    """Return an answer without a body."""
    return Answer(status=status)


def error_body(code: str, message: str) -> dict[str, Any]:
    """Return the smallest error envelope."""
    return {"error": {"code": code, "message": message}}


def stamped(answer: Answer, request: Request, now: datetime) -> Answer:
    """Add what every answer of Graph carries."""
    graph = {**_ids(request), "x-ms-ags-diagnostic": DIAGNOSTIC}
    return dated(replace(answer, headers={**graph, **answer.headers}), now)


def dated(answer: Answer, now: datetime) -> Answer:
    """Add what every answer of a web server carries."""
    length = {"Content-Length": str(len(answer.body))}
    sized = {} if answer.status == NO_CONTENT else length
    head = {"Date": http_date(now), "Cache-Control": "no-cache", **sized}
    return replace(answer, headers={**head, **answer.headers})


def _ids(request: Request) -> dict[str, str]:
    client_id = request.header("client-request-id") or request.id
    return {"request-id": request.id, "client-request-id": client_id}


def _inner(
    code: str | None, request: Request, now: datetime
) -> dict[str, str]:
    inner = {"code": code} if code else {}
    return {**inner, "date": f"{now:%Y-%m-%dT%H:%M:%S}", **_ids(request)}
