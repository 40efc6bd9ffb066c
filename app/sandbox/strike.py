"""What a fault does to a request that it hits.

The order: the connection breaks before the work; else the delay or the hang,
before the work or (``after_work``) after it; else the connection breaks
after the work; else the answer, which is the fault's when it says anything
of one, and otherwise the work's, perhaps damaged.
"""

import base64
import math
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from app.sandbox.clock import Clock
from app.sandbox.entra.errors import entra_error
from app.sandbox.faults import Fault, Reset
from app.sandbox.request import Request
from app.sandbox.wire import Answer, GraphError, error_body, json_answer

__all__ = ["HungUpError", "retry_seconds", "strike"]

Work = Callable[[], Awaitable[Answer]]

CODES = {
    400: ("BadRequest", "The request is malformed or incorrect."),
    401: ("InvalidAuthenticationToken", "Access token validation failure."),
    403: ("ErrorAccessDenied", "Access is denied. Check credentials."),
    404: (
        "ErrorItemNotFound",
        "The specified object was not found in the store.",
    ),
    409: ("Conflict", "The request conflicts with the current state."),
    410: ("resyncRequired", "Resync is required."),
    412: ("ErrorIrresolvableConflict", "The change key does not match."),
    429: ("TooManyRequests", "Please retry again later."),
    500: ("ErrorInternalServerError", "An internal server error occurred."),
    503: ("serviceNotAvailable", "The service is not available."),
    507: ("ErrorQuotaExceeded", "Mailbox has exceeded maximum mailbox size."),
}
OTHER = ("UnknownError", "")
FIRST_ERROR = 400
CHALLENGE = (
    'Bearer realm="", authorization_uri="https://login.microsoftonline.com'
    '/common/oauth2/authorize", error="insufficient_claims", claims="{}"'
)
PAGE = (
    "<!DOCTYPE html><html><head><title>Service Unavailable</title></head>"
    "<body><h2>Our services aren't available right now</h2>"
    "<p>We're working to restore all services as soon as possible.</p>"
    "</body></html>"
)
GARBAGE = bytes(range(128, 256)) + b"\x00\xff{"


class HungUpError(Exception):
    """The caller went away while it was kept waiting."""


async def strike(
    fault: Fault, request: Request, work: Work, clock: Clock
) -> Answer:
    """Do to a request what the fault says.

    Raises:
        Reset: to break the connection.
        HungUpError: when the caller did not wait to the end.
    """
    if fault.reset == "before":
        raise Reset(after_work=False)
    early = fault.after_work or fault.reset == "after"
    done = await work() if early else None
    await _keep_waiting(fault, request, clock)
    if fault.reset == "after":
        raise Reset(after_work=True)
    scripted = _scripted(fault, request, clock.now())
    if scripted is None:
        scripted = done or await work()
    return _damaged(fault, scripted).plus(_headers(fault))


def retry_seconds(value: float | str | None, now: datetime) -> float:
    """Return how long a Retry-After keeps callers away; 0 if unreadable."""
    if value is None:
        return 0.0
    try:
        seconds = float(value)
    except ValueError:
        seconds = _until(str(value), now)
    return max(0.0, seconds) if math.isfinite(seconds) else 0.0


def _plain(value: float | str) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if whole else str(value)


def _until(text: str, now: datetime) -> float:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    if moment.tzinfo is None:
        # The old forms of HTTP dates name no zone: they are in GMT.
        moment = moment.replace(tzinfo=UTC)
    return (moment - now).total_seconds()


async def _keep_waiting(fault: Fault, request: Request, clock: Clock) -> None:
    if not fault.hang and not fault.delay:
        return
    seconds = None if fault.hang else fault.delay
    if not await clock.linger(seconds, request.gone):
        raise HungUpError


def _scripted(fault: Fault, request: Request, now: datetime) -> Answer | None:
    """Return the fault's own answer, or None when it has none."""
    if fault.error is not None or fault.aadsts is not None:
        return entra_error(
            fault.aadsts,
            now,
            error=fault.error,
            status=fault.status,
            claims=fault.claims,
        )
    if fault.body not in (None, "truncated"):
        return _odd_body(fault)
    if fault.status is None and fault.claims is None and fault.code is None:
        return None
    status = fault.status or (401 if fault.claims else 500)
    if status < FIRST_ERROR and fault.code is None:
        return Answer(status=status)
    code, message = _words(fault, status)
    return GraphError(status, code, message).answer(request, now)


def _words(fault: Fault, status: int) -> tuple[str, str]:
    code, message = CODES.get(status, OTHER)
    return (
        code if fault.code is None else fault.code,
        message if fault.message is None else fault.message,
    )


def _odd_body(fault: Fault) -> Answer:
    if fault.body == "html":
        html = {"Content-Type": "text/html; charset=us-ascii"}
        body = PAGE.encode()
        return Answer(status=fault.status or 503, headers=html, body=body)
    if fault.body == "empty":
        return Answer(status=fault.status or 503)
    answer = json_answer(error_body(*_words(fault, 500)), fault.status or 200)
    if fault.body == "error-200":
        return answer
    broken = GARBAGE if fault.body == "garbage" else b"Internal error\r\n"
    return replace(answer, body=broken)


def _damaged(fault: Fault, answer: Answer) -> Answer:
    if fault.body == "truncated":
        answer = replace(answer, body=answer.body[: len(answer.body) // 2])
    return replace(answer, cut=True) if fault.reset == "midway" else answer


def _headers(fault: Fault) -> dict[str, str]:
    headers = dict(fault.headers)
    if fault.retry_after is not None:
        headers["Retry-After"] = _plain(fault.retry_after)
    is_of_entra = fault.error is not None or fault.aadsts is not None
    if fault.claims is not None and not is_of_entra:
        claims = base64.b64encode(fault.claims.encode()).decode()
        headers["WWW-Authenticate"] = CHALLENGE.format(claims)
    return headers
