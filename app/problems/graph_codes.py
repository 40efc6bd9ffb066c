"""Graph's failures, classified: status and code in, error out.

The status decides the class and the code refines it (`graph_error`). Codes
are compared in lower case, since Graph varies it. Unknown codes fall back to
what their status says.

Sources: https://learn.microsoft.com/graph/errors, the response codes of
Exchange Web Services, which Graph passes through.
"""

from collections.abc import Sequence
from http import HTTPStatus

from app.problems.errors import ExchangeError, Outcome, Upstream
from app.problems.graph_failures import (
    GraphBusy,
    GraphFailed,
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
    FolderExists,
    ItemNotFound,
    MailboxAccessDenied,
    MailboxFull,
    MailboxNotEnabled,
    MailboxNotFound,
    MailboxSendLimitReached,
    NotSupported,
    PreconditionFailed,
    QueryTooComplex,
    RecipientsRejected,
    SendAsDenied,
    SyncStateExpired,
)

__all__ = ["graph_error", "telling_code"]

_BANDWIDTH_LIMIT_EXCEEDED = 509
_SERVER_ERRORS = 500

# These say what happened, whatever else the answer tells.
_BY_STATUS_ALONE: dict[int, type[ExchangeError]] = {
    401: TokenRejected,
    429: GraphThrottled,
    _BANDWIDTH_LIMIT_EXCEEDED: GraphThrottled,
}

_BY_CODE: dict[str, type[ExchangeError]] = {
    "authorization_requestdenied": TenantConsentMissing,
    "erroraccessdenied": MailboxAccessDenied,
    "errorapiquarantined": GraphRejected,
    "errorcannotopenfileattachment": GraphRejected,
    "errorcorruptdata": GraphRejected,
    "errorfolderexists": FolderExists,
    "errorfoldernotfound": ItemNotFound,
    "errorinvalididmalformed": ItemNotFound,
    "errorinvalidlicense": MailboxNotEnabled,
    "errorinvalidrecipients": RecipientsRejected,
    "errorinvaliduser": MailboxNotFound,
    "errorirresolvableconflict": PreconditionFailed,
    "erroritemcorrupt": GraphRejected,
    "erroritemnotfound": ItemNotFound,
    "errormailboxfailover": MailboxMoving,
    "errormailboxmoveinprogress": MailboxMoving,
    "errormailboxstoreunavailable": MailboxMoving,
    "errormessagesizeexceeded": PayloadTooLarge,
    "errormissingemailaddress": MailboxNotEnabled,
    "errornonexistentmailbox": MailboxNotEnabled,
    "errorquotaexceeded": MailboxFull,
    "errorrestrictiontoocomplex": QueryTooComplex,
    "errorsendasdenied": SendAsDenied,
    "errorsubmissionquotaexceeded": MailboxSendLimitReached,
    "errorsyncfoldernotfound": ItemNotFound,
    "errortofoldernotfound": ItemNotFound,
    "inefficientfilter": QueryTooComplex,
    "itemnotfound": ItemNotFound,
    "mailboxinfostale": MailboxMoving,
    "mailboxnotenabledforrestapi": MailboxNotEnabled,
    "mailboxnothostedinexchangeonline": MailboxNotEnabled,
    "notimplemented": NotSupported,
    "quotalimitreached": MailboxFull,
    "request_resourcenotfound": MailboxNotFound,
    "resourcenotfound": MailboxNotEnabled,
    "resyncrequired": SyncStateExpired,
    "searchwithfilter": QueryTooComplex,
    "searchwithorderby": QueryTooComplex,
    "syncstateinvalid": SyncStateExpired,
    "syncstatenotfound": SyncStateExpired,
}

_BY_STATUS: dict[int, type[ExchangeError]] = {
    403: MailboxAccessDenied,
    404: ItemNotFound,
    408: GraphTimeout,
    409: Conflict,
    410: SyncStateExpired,
    412: PreconditionFailed,
    413: PayloadTooLarge,
    423: Conflict,
    425: GraphUnavailable,
    501: NotSupported,
    504: GraphTimeout,
    505: GraphRejected,
    507: MailboxFull,
}


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


def _kind(status: int, code: str) -> type[ExchangeError]:
    if status in _BY_STATUS_ALONE:
        return _BY_STATUS_ALONE[status]
    if code in _BY_CODE:
        return _BY_CODE[code]
    fallback = GraphUnavailable if status >= _SERVER_ERRORS else GraphRejected
    return _BY_STATUS.get(status, fallback)


def _outcome(status: int, kind: type[ExchangeError]) -> Outcome:
    """Tell whether the work may have been done all the same.

    A 504 is known to arrive for mail that was sent. A 503 that says when to
    come back is a refusal (RFC 9110 §15.6.4); one that does not may be
    anything.
    """
    if not issubclass(kind, GraphFailed) or kind is GraphRejected:
        return Outcome.NOT_PERFORMED
    if kind is GraphBusy:
        return Outcome.NOT_PERFORMED
    refused = status < _SERVER_ERRORS or status == _BANDWIDTH_LIMIT_EXCEEDED
    if refused and status != HTTPStatus.REQUEST_TIMEOUT:
        return Outcome.NOT_PERFORMED
    return Outcome.UNKNOWN
