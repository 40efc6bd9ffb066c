"""Entra ID's errors in the shape that it documents."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from app.sandbox.wire import Answer, json_answer

__all__ = ["entra_error"]


@dataclass(frozen=True, slots=True)
class _Known:
    """What a number means: its ``error``, its status, its text."""

    error: str
    status: int
    text: str


KNOWN = {
    50196: _Known(
        "invalid_grant",
        400,
        "The server terminated an operation because it encountered a client "
        "request loop. Please contact your app vendor.",
    ),
    53003: _Known(
        "invalid_grant",
        400,
        "Access has been blocked by Conditional Access policies.",
    ),
    50079: _Known(
        "interaction_required",
        400,
        "Due to a configuration change made by your administrator, or because "
        "you moved to a new location, you must enroll in multi-factor "
        "authentication to access '{}'.",
    ),
    65001: _Known(
        "invalid_grant",
        400,
        "The user or administrator has not consented to use the application.",
    ),
    70003: _Known(
        "unsupported_grant_type",
        400,
        "The app requested an unsupported grant type '{}'.",
    ),
    70011: _Known(
        "invalid_scope",
        400,
        "The provided request must include a 'scope' input parameter. The "
        "provided value for the input parameter 'scope' is not valid. "
        "The scope {} is not valid.",
    ),
    90002: _Known(
        "invalid_request",
        400,
        "Tenant '{}' not found. Check to make sure you have the correct "
        "tenant ID and are signing into the correct cloud.",
    ),
    90033: _Known(
        "temporarily_unavailable",
        503,
        "A transient error has occurred. Please try again.",
    ),
    90055: _Known(
        "temporarily_unavailable",
        429,
        "The tenant is throttled: too many requests were made for it.",
    ),
    500011: _Known(
        "invalid_resource",
        400,
        "The resource principal named {} was not found in the tenant.",
    ),
    700016: _Known(
        "unauthorized_client",
        400,
        "Application with identifier '{}' was not found in the directory.",
    ),
    700027: _Known(
        "invalid_client",
        401,
        "The certificate with which the client assertion was signed is not "
        "registered on the application.",
    ),
    900144: _Known(
        "invalid_request",
        400,
        "The request body must contain the following parameter: '{}'.",
    ),
    900382: _Known(
        "invalid_request",
        400,
        "Confidential Client is not supported in Cross Cloud request.",
    ),
    7000112: _Known(
        "unauthorized_client",
        400,
        "Application '{}' is disabled.",
    ),
    7000215: _Known(
        "invalid_client",
        401,
        "Invalid client secret provided. Ensure the secret being sent in the "
        "request is the client secret value, not the client secret ID.",
    ),
    7000218: _Known(
        "invalid_client",
        401,
        "The request body must contain the following parameter: "
        "'client_assertion' or 'client_secret'.",
    ),
    7000222: _Known(
        "invalid_client",
        401,
        "The provided client secret keys are expired.",
    ),
}
OTHER = _Known("invalid_request", 400, "The request failed.")
STATUSES = {
    "invalid_client": 401,
    "server_error": 500,
    "temporarily_unavailable": 503,
}


def entra_error(
    number: int | None,
    now: datetime,
    *subject: str,
    error: str | None = None,
    status: int | None = None,
) -> Answer:
    """Return an error answer of the token endpoint.

    What is not given comes from the number, as far as that is known.
    """
    code = number or 0
    known = KNOWN.get(code, OTHER)
    name = error or known.error
    usual = known.status if error is None else STATUSES.get(name, 400)
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
    answer = json_answer(body, status or usual)
    return answer.plus({"Content-Type": "application/json; charset=utf-8"})
