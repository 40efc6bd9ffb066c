"""Responses whose headers are made by hand, since there are so many."""

from fastapi import Response

__all__ = ["Prepared"]


class Prepared(Response):
    """A response whose headers are sent as they are.

    Args:
        body: The content.
        status: The status.
        headers: All headers, in lower case; ``Content-Length`` among them
            where there is to be one.
    """

    def __init__(
        self, body: bytes, status: int, headers: list[tuple[bytes, bytes]]
    ) -> None:
        self.body, self.status_code = body, status
        self.raw_headers = headers
        self.background = None
