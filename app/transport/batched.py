"""Read one answer out of a batch as if it had come by itself."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus

import httpx

from app.problems.errors import ExchangeError
from app.transport.failures import malformed, refusal
from app.transport.graph import Reply, is_whole

__all__ = ["part_answer"]

_UNSENT = ("content-encoding", "content-length", "transfer-encoding")


def part_answer(
    status: int, headers: Mapping[str, str], body: bytes, now: datetime
) -> Reply | ExchangeError:
    """Return a part's answer, or the error that it stands for.

    304 is an answer: who asks with ``If-None-Match`` waits for it.

    Args:
        status: The part's HTTP status.
        headers: The part's headers.
        body: The part's body, as JSON.
        now: The wall time, for dates in Retry-After.
    """
    response = httpx.Response(
        status,
        # They describe an answer that was never on a wire, and may be text
        # that no header of one could be.
        headers={
            name: text
            for name, text in headers.items()
            if name.lower() not in _UNSENT and f"{name}{text}".isascii()
        },
        content=body,
    )
    if status == HTTPStatus.NOT_MODIFIED:
        return Reply(
            status=status, request_id=response.headers.get("request-id")
        )
    # The whole batch has one client-request-id; its parts are told apart by
    # Graph's own.
    if not response.is_success:
        return refusal(response, None, now)
    if not is_whole(response):
        return malformed(response, None)
    return Reply(
        status=status,
        body=response.content,
        content_type=response.headers.get("Content-Type", ""),
        request_id=response.headers.get("request-id"),
    )
