"""Turn what went wrong on the wire into errors that everybody knows."""

from datetime import datetime

import httpx

from app.problems.errors import ExchangeError, Outcome, Upstream
from app.problems.failures import NoConnectionFree
from app.problems.graph_codes import graph_error, telling_code
from app.problems.graph_failures import (
    GraphCertificateRejected,
    GraphMalformedResponse,
    GraphRejected,
    GraphTimeout,
    GraphUnreachable,
)
from app.problems.resources import Conflict
from app.transport.aiohttp_transport import CertificateRejected
from app.transport.bodies import Received
from app.transport.envelope import (
    claims_challenge,
    error_codes,
    existing_event,
    inner_request_id,
    request_id,
)
from app.transport.retry_after import http_date, retry_after_seconds

__all__ = ["malformed", "network_error", "refusal"]

# The most specific first. Only a failure to connect proves that the request
# was not carried out.
_NETWORK: tuple[tuple[type[Exception], type[ExchangeError], Outcome], ...] = (
    (CertificateRejected, GraphCertificateRejected, Outcome.NOT_PERFORMED),
    (httpx.ConnectError, GraphUnreachable, Outcome.NOT_PERFORMED),
    (httpx.ConnectTimeout, GraphUnreachable, Outcome.NOT_PERFORMED),
    (httpx.PoolTimeout, NoConnectionFree, Outcome.NOT_PERFORMED),
    (httpx.TimeoutException, GraphTimeout, Outcome.UNKNOWN),
    (httpx.UnsupportedProtocol, GraphRejected, Outcome.NOT_PERFORMED),
    (httpx.LocalProtocolError, GraphRejected, Outcome.NOT_PERFORMED),
    (httpx.TransportError, GraphUnreachable, Outcome.UNKNOWN),
    (httpx.TooManyRedirects, GraphRejected, Outcome.NOT_PERFORMED),
    (httpx.DecodingError, GraphMalformedResponse, Outcome.UNKNOWN),
    (httpx.InvalidURL, GraphRejected, Outcome.NOT_PERFORMED),
)


def network_error(
    error: Exception, client_request_id: str | None = None
) -> ExchangeError:
    """Return what an exception of the HTTP client means for the caller."""
    meaning, outcome = next(
        (row[1:] for row in _NETWORK if isinstance(error, row[0])),
        (GraphUnreachable, Outcome.UNKNOWN),
    )
    return meaning(
        f"The request to Microsoft Graph failed: {type(error).__name__}.",
        outcome=outcome,
        upstream=Upstream(client_request_id=client_request_id),
    )


def refusal(
    response: Received, client_request_id: str | None, now: datetime
) -> ExchangeError:
    """Return what an answer other than 2xx means for the caller."""
    error = graph_error(
        response.status,
        _upstream(response, client_request_id),
        retry_after=retry_after_seconds(
            response.headers.get_list("Retry-After"), now
        ),
        claims=claims_challenge(response.headers.get_list("WWW-Authenticate")),
    )
    if isinstance(error, Conflict):
        error.existing = existing_event(response.content)
    return error


def malformed(
    response: Received, client_request_id: str | None
) -> ExchangeError:
    """Return the error for a 2xx answer that is none."""
    return GraphMalformedResponse(
        f"Microsoft Graph answered {response.status} without what it"
        " promises.",
        outcome=Outcome.UNKNOWN,
        upstream=_upstream(response, client_request_id),
    )


def _upstream(response: Received, client_request_id: str | None) -> Upstream:
    found = request_id(response.headers.get("request-id"))
    return Upstream(
        status=response.status,
        code=telling_code(error_codes(response.content)),
        request_id=found or inner_request_id(response.content),
        client_request_id=client_request_id,
        at=_rfc3339(response.headers.get("Date", "")),
    )


def _rfc3339(date: str) -> str | None:
    found = http_date(date)
    return None if found is None else found.strftime("%Y-%m-%dT%H:%M:%SZ")
