"""Read one answer out of a batch as if it had come by itself."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus

import httpx

from app.problems.errors import ExchangeError
from app.transport.bodies import Received, is_whole
from app.transport.failures import malformed, refusal
from app.transport.graph import Reply

__all__ = ["part_answer"]


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
    told = httpx.Headers(
        {
            # It may be text that no header of an answer on a wire could be.
            name: text
            for name, text in headers.items()
            if f"{name}{text}".isascii()
        }
    )
    if status == HTTPStatus.NOT_MODIFIED:
        return Reply(status=status, request_id=told.get("request-id"))
    response = Received(status, told.raw, body)
    # The whole batch has one client-request-id; its parts are told apart by
    # Graph's own.
    if not response.is_success:
        return refusal(response, None, now)
    if not is_whole(response):
        return malformed(response, None)
    return Reply(
        status=status,
        body=body,
        content_type=told.get("Content-Type", ""),
        request_id=told.get("request-id"),
    )
