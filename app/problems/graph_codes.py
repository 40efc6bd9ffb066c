"""Graph's failures, classified: status and code in, error out.

The status decides the class and the code refines it (`graph_error`). Codes
are compared in lower case, since Graph varies it. Unknown codes fall back to
what their status says.

Source: https://learn.microsoft.com/graph/errors
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from app.problems.causes import ItemCorrupt, ValueRejected
from app.problems.errors import ExchangeError, Outcome, Upstream
from app.problems.exchange_codes import EXCHANGE_CODES
from app.problems.graph_failures import (
    GraphBusy,
    GraphRejected,
    GraphThrottled,
    GraphTimeout,
    GraphUnavailable,
    MailboxMoving,
    TenantConsentMissing,
    TokenRejected,
)
from app.problems.refusals import PayloadTooLarge
from app.problems.resources import (
    Conflict,
    ItemNotFound,
    MailboxAccessDenied,
    MailboxFull,
    MailboxNotEnabled,
    MailboxNotFound,
    MailboxSendLimitReached,
    NotSupported,
    PreconditionFailed,
    QueryTooComplex,
    SyncStateExpired,
    TenantNotFound,
)

__all__ = ["GRAPH_CODES", "GRAPH_STATUSES", "graph_error", "telling_code"]

Kind = type[ExchangeError]

_BANDWIDTH_LIMIT_EXCEEDED = 509
_SERVER_ERRORS = 500

GRAPH_CODES: Mapping[Kind, str] = {
    GraphThrottled: """
        ActivityLimitReached ApplicationThrottled ThrottledRequest
        TooManyRequests
    """,
    GraphUnavailable: "ResourceUnhealthy",
    GraphRejected: """
        RequestBodyRead RequestBroker--ParseUri UnableToDeserializePostBody
    """,
    ValueRejected: """
        ErrorInvalidProperty ErrorInvalidTimeSettings InvalidTimeZone
        TimeZoneNotSupportedException
    """,
    ItemCorrupt: "MalwareDetected",
    MailboxMoving: "MailboxInfoStale",
    TenantConsentMissing: """
        Authorization_IdentityNotFound Authorization_RequestDenied
    """,
    TenantNotFound: "OrganizationFromTenantGuidNotFound",
    MailboxNotFound: "Request_ResourceNotFound",
    MailboxNotEnabled: """
        MailboxNotEnabledForRESTAPI MailboxNotHostedInExchangeOnline
        ResourceNotFound
    """,
    MailboxFull: "QuotaLimitReached",
    ItemNotFound: "ItemNotFound",
    Conflict: "NameAlreadyExists",
    PreconditionFailed: """
        EntityTagDoesNotMatch MalformedEntityTag ResourceModified
    """,
    PayloadTooLarge: "MaxFileSizeExceeded",
    QueryTooComplex: """
        InefficientFilter SearchWithFilter SearchWithOrderBy
        TooManyTermsInQuery
    """,
    SyncStateExpired: "ResyncRequired SyncStateInvalid SyncStateNotFound",
    NotSupported: "NotImplemented NotSupported",
}
"""The codes of each error, in words of a text."""

_BY_CODE: Mapping[str, Kind] = {
    code.lower(): kind
    for table in (GRAPH_CODES, EXCHANGE_CODES)
    for kind, codes in table.items()
    for code in codes.split()
}

GRAPH_STATUSES: Mapping[int, Kind] = {
    401: TokenRejected,
    403: MailboxAccessDenied,
    404: ItemNotFound,
    408: GraphTimeout,
    409: Conflict,
    410: SyncStateExpired,
    412: PreconditionFailed,
    413: PayloadTooLarge,
    423: Conflict,
    425: GraphUnavailable,
    429: GraphThrottled,
    501: NotSupported,
    504: GraphTimeout,
    505: GraphRejected,
    507: MailboxFull,
    _BANDWIDTH_LIMIT_EXCEEDED: GraphThrottled,
}
"""What statuses mean without a code; others are told by their hundreds."""

# These statuses say what happened, whatever else the answer tells, except
# for codes that mean one of the errors beside them.
_REFINED_BY: Mapping[int, tuple[Kind, ...]] = {
    401: (TenantConsentMissing, TenantNotFound),
    408: (),
    425: (),
    429: (MailboxSendLimitReached,),
    502: (MailboxMoving,),
    503: (MailboxMoving,),
    504: (MailboxMoving,),
    _BANDWIDTH_LIMIT_EXCEEDED: (),
}

# Work that failed this way had perhaps begun. The others refuse it, which is
# believed of an answer below 500.
_BEGUN = (GraphTimeout, GraphUnavailable)
_REFUSED_BELOW_500 = (GraphThrottled, MailboxMoving)
_NEVER_BEGUN = (HTTPStatus.TOO_EARLY, _BANDWIDTH_LIMIT_EXCEEDED)


def graph_error(
    status: int,
    upstream: Upstream,
    *,
    retry_after: float | None = None,
    claims: str | None = None,
) -> ExchangeError:
    """Return the error that an answer of Graph's other than 2xx stands for.

    Args:
        status: Graph's HTTP status.
        upstream: What else Graph told; its code should be `telling_code`.
        retry_after: Seconds that Graph wants us to wait.
        claims: The JSON of a claims challenge that came with a 401.
    """
    kind = _kind(status, (upstream.code or "").lower())
    if status == HTTPStatus.SERVICE_UNAVAILABLE and retry_after is not None:
        kind = GraphBusy
    if status == HTTPStatus.UNAUTHORIZED and claims is not None:
        kind = TokenRejected
    named = f" ({upstream.code})" if upstream.code else ""
    detail = f"Microsoft Graph answered {status}{named}."
    if issubclass(kind, TokenRejected):
        return kind(detail, claims=claims, upstream=upstream)
    error = kind(detail, upstream=upstream)
    error.retry_after = retry_after
    error.outcome = _outcome(status, kind)
    return error


def telling_code(codes: Sequence[str]) -> str | None:
    """Return the deepest code that is known here, or else the outermost.

    Graph nests its errors, the general around the particular, and asks its
    clients to walk them (https://learn.microsoft.com/graph/errors).
    """
    for code in reversed(codes):
        if code.lower() in _BY_CODE:
            return code
    return codes[0] if codes else None


def _kind(status: int, code: str) -> Kind:
    named = _BY_CODE.get(code)
    refining = _REFINED_BY.get(status, (ExchangeError,))
    if named is not None and issubclass(named, refining):
        return named
    fallback = GraphUnavailable if status >= _SERVER_ERRORS else GraphRejected
    return GRAPH_STATUSES.get(status, fallback)


def _outcome(status: int, kind: Kind) -> Outcome:
    """Tell whether the work may have been done all the same.

    A 504 is known to arrive for mail that was sent. A 503 that says when to
    come back is a refusal (RFC 9110 §15.6.4); one that does not may be
    anything.
    """
    if kind is GraphBusy or status in _NEVER_BEGUN:
        return Outcome.NOT_PERFORMED
    if issubclass(kind, _BEGUN):
        return Outcome.UNKNOWN
    if status >= _SERVER_ERRORS and issubclass(kind, _REFUSED_BELOW_500):
        return Outcome.UNKNOWN
    return Outcome.NOT_PERFORMED
