"""Answer what is not even HTTP, or more than a line of it may hold."""

import uuid

from fastapi import Request
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.problems.documents import problem_response
from app.problems.refusals import MalformedRequest

__all__ = ["HttpProtocol"]

# Nothing is known of the request, not even who asks for what.
_NO_REQUEST = {
    "type": "http",
    "method": "GET",
    "path": "/",
    "query_string": b"",
    "headers": [],
}


class HttpProtocol(HttpToolsProtocol):
    """Refuses with a problem document, as everything else does."""

    def send_400_response(self, msg: str) -> None:
        """Write the answer and close the connection."""
        number = uuid.uuid4().hex
        answer = problem_response(
            Request(_NO_REQUEST), MalformedRequest(msg), {"request_id": number}
        )
        answer.headers["X-Request-ID"] = number
        answer.headers["Connection"] = "close"
        lines = [b"HTTP/1.1 400 Bad Request\r\n"]
        lines += [b"%s: %s\r\n" % header for header in answer.raw_headers]
        self.transport.write(b"".join([*lines, b"\r\n", bytes(answer.body)]))
        self.transport.close()
