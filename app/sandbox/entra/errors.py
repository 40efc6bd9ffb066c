"""Entra ID's errors in the shape that it documents."""

from datetime import datetime
from uuid import uuid4

from app.sandbox.entra.numbers import KNOWN, OTHER
from app.sandbox.wire import Answer, json_answer

__all__ = ["EntraError", "entra_error"]

STATUSES = {
    "invalid_client": 401,
    "server_error": 500,
    "temporarily_unavailable": 503,
}


class EntraError(Exception):
    """A refusal by its AADSTS number, and what its text is about."""

    def __init__(self, number: int, *subject: str) -> None:
        known = KNOWN[number]
        super().__init__(f"AADSTS{number}: {known.text.format(*subject)}")
        self.number = number
        self.subject = subject
        self.error = known.error


def entra_error(
    number: int | None,
    now: datetime,
    *subject: str,
    error: str | None = None,
    status: int | None = None,
    claims: str | None = None,
) -> Answer:
    """Return an error answer of the token endpoint.

    What is not given comes from the number, as far as that is known.
    ``claims`` is what the caller has to bring next time, as JSON text.
    """
    code = number or 0
    known = KNOWN.get(code, OTHER)
    name = error or known.error
    usual = STATUSES.get(name, 400)
    if error is None and known.status is not None:
        usual = known.status
    text = known.text.format(*subject or ("",))
    trace, correlation = str(uuid4()), str(uuid4())
    time = f"{now:%Y-%m-%d %H:%M:%SZ}"
    body = {
        "error": name,
        "error_description": f"AADSTS{code}: {text}\r\nTrace ID: {trace}\r\n"
        f"Correlation ID: {correlation}\r\nTimestamp: {time}",
        "error_codes": [code],
        "timestamp": time,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://login.microsoftonline.com/error?code={code}",
    }
    if claims is not None:
        body["claims"] = claims
    answer = json_answer(body, status or usual)
    return answer.plus({"Content-Type": "application/json; charset=utf-8"})
