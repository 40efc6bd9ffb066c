"""Answer what is no request."""

import uuid

from app.problems.documents import problem_response
from app.problems.refusals import MalformedRequest
from app.routers.security import SECURE

__all__ = ["malformed"]

# Nothing is known of the request, not even who asks for what.
_NO_REQUEST = {
    "type": "http",
    "method": "GET",
    "path": "/",
    "query_string": b"",
    "headers": [],
}


def malformed(why: str) -> bytes:
    """Return a whole answer, the last on its connection."""
    number = uuid.uuid4().hex
    answer = problem_response(
        _NO_REQUEST, MalformedRequest(why), {"request_id": number}
    )
    answer.headers.update(SECURE)
    answer.headers["X-Request-ID"] = number
    answer.headers["Connection"] = "close"
    lines = [b"HTTP/1.1 400 Bad Request\r\n"]
    lines += [b"%s: %s\r\n" % header for header in answer.raw_headers]
    return b"".join([*lines, b"\r\n", bytes(answer.body)])
