"""Responses whose headers are made by hand, since there are so many."""

from fastapi import Response

__all__ = ["Prepared"]

# Has no content, and would tell of that of another answer.
_NOT_MODIFIED = 304


class Prepared(Response):
    """A response whose headers are sent as they are.

    Args:
        body: The content.
        status: The status.
        headers: All headers but ``Content-Length``, in lower case.
    """

    def __init__(
        self, body: bytes, status: int, headers: list[tuple[bytes, bytes]]
    ) -> None:
        if status != _NOT_MODIFIED:
            headers.append((b"content-length", b"%d" % len(body)))
        self.body, self.status_code = body, status
        self.raw_headers = headers
        self.background = None
