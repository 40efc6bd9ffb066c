"""What the HTTP client's exceptions mean."""

from datetime import UTC, datetime

import httpx
import pytest

from app.problems.errors import ExchangeError, Outcome, Reach, Verdict
from app.problems.failures import NoConnectionFree
from app.problems.graph_failures import (
    GraphCertificateRejected,
    GraphMalformedResponse,
    GraphRejected,
    GraphTimeout,
    GraphUnreachable,
)
from app.transport.aiohttp_transport import CertificateRejected
from app.transport.bodies import Received
from app.transport.failures import network_error, refusal

NOT, UNKNOWN = Outcome.NOT_PERFORMED, Outcome.UNKNOWN

MEANING: dict[type[Exception], tuple[type[ExchangeError], Outcome]] = {
    CertificateRejected: (GraphCertificateRejected, NOT),
    httpx.ConnectError: (GraphUnreachable, NOT),
    httpx.ConnectTimeout: (GraphUnreachable, NOT),
    httpx.PoolTimeout: (NoConnectionFree, NOT),
    httpx.ReadTimeout: (GraphTimeout, UNKNOWN),
    httpx.WriteTimeout: (GraphTimeout, UNKNOWN),
    httpx.ReadError: (GraphUnreachable, UNKNOWN),
    httpx.WriteError: (GraphUnreachable, UNKNOWN),
    httpx.CloseError: (GraphUnreachable, UNKNOWN),
    httpx.ProxyError: (GraphUnreachable, UNKNOWN),
    httpx.RemoteProtocolError: (GraphUnreachable, UNKNOWN),
    httpx.LocalProtocolError: (GraphRejected, NOT),
    httpx.UnsupportedProtocol: (GraphRejected, NOT),
    httpx.TooManyRedirects: (GraphRejected, NOT),
    httpx.InvalidURL: (GraphRejected, NOT),
    httpx.DecodingError: (GraphMalformedResponse, UNKNOWN),
}


def leaves(kind: type[Exception]) -> set[type[Exception]]:
    """Return the exceptions that are raised, rather than their bases."""
    below = [leaves(sub) for sub in kind.__subclasses__()]
    return set().union(*below) if below else {kind}


def test_each_exception_has_a_meaning() -> None:
    """All that the client can raise about a request is in the table."""
    raised = leaves(httpx.HTTPError) - {httpx.HTTPStatusError}

    # Statuses are classified elsewhere, and never raised by the transport.
    assert raised <= set(MEANING) | leaves(httpx.ConnectError)


@pytest.mark.parametrize("raised", MEANING, ids=lambda kind: kind.__name__)
def test_the_meaning(raised: type[Exception]) -> None:
    """Only a failure to connect proves that nothing was done."""
    kind, outcome = MEANING[raised]
    error = network_error(raised("canary"), "an-id")

    assert type(error) is kind
    assert error.outcome is outcome
    assert error.upstream
    assert error.upstream.client_request_id == "an-id"
    assert error.upstream.status is None
    assert "canary" not in str(error)


@pytest.mark.parametrize(
    ("kind", "reach", "verdict"),
    [
        (GraphCertificateRejected, Reach.SERVICE, Verdict.FAILURE),
        (GraphUnreachable, Reach.SERVICE, Verdict.FAILURE),
        (GraphTimeout, Reach.SERVICE, Verdict.FAILURE),
        (GraphRejected, Reach.REQUEST, Verdict.ALIVE),
    ],
)
def test_how_far_it_reaches(
    kind: type[ExchangeError], reach: Reach, verdict: Verdict
) -> None:
    """The network is everybody's; a request that makes no sense is not."""
    assert kind.reach is reach
    assert kind.verdict is verdict


@pytest.mark.parametrize(
    ("values", "seconds"),
    [(["soon", "30"], 30), (["30", "120"], 30), (["nan", ""], None)],
)
def test_t009_of_repeated_headers_the_first_valid_one_counts(
    values: list[str], seconds: float | None
) -> None:
    """As it comes over the wire, with words of Graph's that are not kept."""
    answer = Received(
        429,
        httpx.Headers([("Retry-After", value) for value in values]).raw,
        b'{"error": {"code": "TooManyRequests", "message": "canary"}}',
    )
    error = refusal(answer, "an-id", datetime(2026, 11, 22, tzinfo=UTC))

    assert error.retry_after == seconds
    assert "canary" not in f"{error!r} {error.upstream!r} {error.__dict__}"


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Sun, 22 Nov 2026 09:30:30 GMT", "2026-11-22T09:30:30Z"),
        ("Sun Nov 22 09:30:30 2026", "2026-11-22T09:30:30Z"),
        ("Sun, 22 Nov 99999999999999 09:30:30 GMT", None),
        ("yesterday", None),
    ],
)
def test_the_time_of_an_answer(date: str, expected: str | None) -> None:
    """The header Date, in any of its forms; nonsense is left out."""
    answer = Received(500, httpx.Headers({"Date": date}).raw, b"")
    error = refusal(answer, "an-id", datetime(2026, 11, 22, tzinfo=UTC))

    assert error.upstream
    assert error.upstream.at == expected
