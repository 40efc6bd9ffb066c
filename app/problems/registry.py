"""The closed list of problems that callers can meet."""

from collections.abc import Mapping

from app.problems.callers import (
    CallerForbidden,
    CallerUnauthenticated,
    ClaimsRequired,
)
from app.problems.errors import ExchangeError
from app.problems.failures import (
    DeadlineExceeded,
    InternalError,
    NotInCache,
    ServiceOverloaded,
    ServiceStopping,
)
from app.problems.graph_failures import (
    GraphCircuitOpen,
    GraphMalformedResponse,
    GraphRejected,
    GraphThrottled,
    GraphTimeout,
    GraphUnavailable,
    GraphUnreachable,
    IdentityUnavailable,
    MailboxMoving,
    TenantConsentMissing,
    TenantCredentialsRejected,
    TenantPolicyBlocked,
)
from app.problems.ledger import LedgerUnavailable
from app.problems.refusals import (
    IdempotencyKeyInUse,
    IdempotencyKeyMissing,
    IdempotencyKeyReused,
    InvalidCursor,
    InvalidRequest,
    MalformedRequest,
    MethodNotAllowed,
    NotAcceptable,
    PayloadTooLarge,
    QuotaExceeded,
    RangeNotSatisfiable,
    RouteNotFound,
    UnsupportedMediaType,
)
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
    TenantNotFound,
)

__all__ = ["ANY_CALL", "ANY_CALLER", "ANY_REQUEST", "REGISTRY"]

_ALL: tuple[type[ExchangeError], ...] = (
    MalformedRequest,
    InvalidCursor,
    IdempotencyKeyMissing,
    CallerUnauthenticated,
    ClaimsRequired,
    CallerForbidden,
    MailboxAccessDenied,
    SendAsDenied,
    RouteNotFound,
    MailboxNotFound,
    MailboxNotEnabled,
    TenantNotFound,
    ItemNotFound,
    MethodNotAllowed,
    NotAcceptable,
    PayloadTooLarge,
    UnsupportedMediaType,
    RangeNotSatisfiable,
    Conflict,
    FolderExists,
    IdempotencyKeyInUse,
    SyncStateExpired,
    PreconditionFailed,
    InvalidRequest,
    IdempotencyKeyReused,
    QueryTooComplex,
    RecipientsRejected,
    QuotaExceeded,
    MailboxSendLimitReached,
    InternalError,
    NotSupported,
    GraphRejected,
    GraphMalformedResponse,
    TenantCredentialsRejected,
    TenantConsentMissing,
    TenantPolicyBlocked,
    GraphThrottled,
    GraphUnavailable,
    GraphCircuitOpen,
    GraphUnreachable,
    IdentityUnavailable,
    MailboxMoving,
    ServiceOverloaded,
    ServiceStopping,
    LedgerUnavailable,
    GraphTimeout,
    DeadlineExceeded,
    NotInCache,
    MailboxFull,
)

REGISTRY: Mapping[str, type[ExchangeError]] = {
    kind.code: kind for kind in _ALL
}
"""Each problem by its code, in the order of the documentation."""

ANY_REQUEST: tuple[type[ExchangeError], ...] = (
    MalformedRequest,
    NotAcceptable,
    InvalidRequest,
    InternalError,
    ServiceOverloaded,
)
"""What any request to this service can meet."""

ANY_CALLER: tuple[type[ExchangeError], ...] = (
    CallerUnauthenticated,
    CallerForbidden,
    IdentityUnavailable,
)
"""What whoever must show who they are can meet."""

ANY_CALL: tuple[type[ExchangeError], ...] = (
    ClaimsRequired,
    TenantNotFound,
    MailboxAccessDenied,
    GraphRejected,
    GraphMalformedResponse,
    TenantCredentialsRejected,
    TenantConsentMissing,
    TenantPolicyBlocked,
    GraphThrottled,
    GraphUnavailable,
    GraphCircuitOpen,
    GraphUnreachable,
    IdentityUnavailable,
    NotSupported,
    GraphTimeout,
    DeadlineExceeded,
)
"""What any call to Graph can meet."""
