"""What all errors have in common, and the tree of them.

What is "the same" as its base differs in what it means to the policies, or
(`causes`) in what to do about it.

- ExchangeError
  - RequestRefused              the request is at fault (`refusals`)
    - MalformedRequest            400  malformed-request
      - InvalidCursor             400  invalid-cursor
      - IdempotencyKeyMissing     400  idempotency-key-missing
    - CallerUnauthenticated       401  caller-unauthenticated  (`callers`)
      - ClaimsRequired            401  claims-required
      - UserAway                  401  the same as its base; for a send
    - CallerForbidden             403  caller-forbidden
      - MailboxAccessDenied       403  mailbox-access-denied  (`resources`)
      - SendAsDenied              403  send-as-denied
    - RouteNotFound               404  route-not-found
    - NotFound                    404
      - MailboxNotFound           404  mailbox-not-found
      - MailboxNotEnabled         404  mailbox-not-enabled
      - TenantNotFound            404  tenant-not-found
        - TenantElsewhere         404  the same; it is in another cloud
      - ItemNotFound              404  item-not-found
    - MethodNotAllowed            405  method-not-allowed
    - NotAcceptable               406  not-acceptable
    - IdempotencyKeyInUse         409  idempotency-key-in-use
    - Conflict                    409  conflict
      - FolderExists              409  folder-exists
    - SyncStateExpired            410  sync-state-expired
    - PreconditionFailed          412  precondition-failed
    - PayloadTooLarge             413  payload-too-large
    - UnsupportedMediaType        415  unsupported-media-type
    - RangeNotSatisfiable         416  range-not-satisfiable
    - InvalidRequest              422  invalid-request
      - ValueRejected             422  the same; Exchange found it
    - IdempotencyKeyReused        422  idempotency-key-reused
    - QueryTooComplex             422  query-too-complex
    - RecipientsRejected          422  recipients-rejected
    - QuotaExceeded               429  quota-exceeded
      - MailboxSendLimitReached   429  mailbox-send-limit-reached
    - NotSupported                501  not-supported
    - MailboxFull                 507  mailbox-full
  - ServiceFailed               this service is at fault (`failures`)
    - InternalError               500  internal-error
    - ServiceOverloaded           503  service-overloaded
      - NoConnectionFree          503  the same; repeating may help
    - ServiceStopping             503  service-stopping
    - LedgerUnavailable           503  ledger-unavailable (`ledger`)
    - DeadlineExceeded            504  deadline-exceeded
    - NotInCache                  504  not-in-cache
  - GraphFailed                 Microsoft 365 is at fault (`graph_failures`)
    - GraphRejected               502  graph-error
      - ItemCorrupt               502  the same; the item is at fault
    - GraphMalformedResponse      502  graph-malformed-response
    - TenantCredentialsRejected   502  tenant-credentials-rejected
      - TokenRejected             502  the same; a fresh token may help
      - AppUnknown                502  the same; it is not in the tenant
      - SecretExpired             502  the same; it was right once
      - CertificateNotAccepted    502  the same; it is no secret
      - CredentialUnusable        502  the same; its file is at fault
    - TenantConsentMissing        502  tenant-consent-missing
      - GraphNotInTenant          502  the same; or the cloud is the wrong one
    - TenantPolicyBlocked         502  tenant-policy-blocked
      - PersonRequired            502  the same; it wants a person to sign in
    - GraphThrottled              503  graph-throttled
    - GraphUnavailable            503  graph-unavailable
      - GraphBusy                 503  the same; it says when to come back
    - GraphCircuitOpen            503  graph-circuit-open
    - GraphUnreachable            503  graph-unreachable
      - GraphCertificateRejected  503  the same; repeating is pointless
    - IdentityUnavailable         503  identity-unavailable
      - IdentityThrottled         503  the same; it limits the tenant
    - MailboxMoving               503  mailbox-moving
    - GraphTimeout                504  graph-timeout
      - GraphTimeoutCutShort      504  the same; says nothing about Graph
"""

from dataclasses import dataclass
from enum import Enum, StrEnum
from http import HTTPStatus
from typing import ClassVar, Self

__all__ = [
    "Category",
    "ExchangeError",
    "FieldError",
    "Outcome",
    "Reach",
    "Upstream",
    "Verdict",
]


class Category(StrEnum):
    """What kind of failure it is, for statistics and for handling."""

    INVALID_REQUEST = "invalid-request"
    AUTHENTICATION = "authentication"
    AUTHORIZATION = "authorization"
    NOT_FOUND = "not-found"
    CONFLICT = "conflict"
    THROTTLED = "throttled"
    QUOTA = "quota"
    TENANT = "tenant"
    MAILBOX = "mailbox"
    NETWORK = "network"
    TIMEOUT = "timeout"
    UPSTREAM = "upstream"
    MALFORMED_RESPONSE = "malformed-response"
    CIRCUIT_OPEN = "circuit-open"
    OVERLOADED = "overloaded"
    INTERNAL = "internal"


class Outcome(StrEnum):
    """What became of the work that was asked for."""

    NOT_PERFORMED = "not_performed"
    PERFORMED = "performed"
    UNKNOWN = "unknown"


class Reach(StrEnum):
    """What else fails for the same reason: how far to look."""

    REQUEST = "request"
    MAILBOX = "mailbox"
    TENANT = "tenant"
    SERVICE = "service"


class Verdict(Enum):
    """What an error says about the health of Graph, for the breaker."""

    FAILURE = "failure"
    ALIVE = "alive"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """What Microsoft needs to find the request again.

    ``status`` is None if no answer came. ``code`` is Graph's own error code,
    ``at`` the time of its answer as an RFC 3339 string. Graph's message is
    never kept.
    """

    status: int | None = None
    code: str | None = None
    request_id: str | None = None
    client_request_id: str | None = None
    at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One thing wrong with the input.

    ``pointer`` is a JSON pointer into the request, such as
    ``#/body/to/0/address`` or ``#/query/limit``.
    """

    pointer: str
    detail: str


class ExchangeError(Exception):
    """Base of all errors that become a problem document.

    Class attributes tell what a failure of this class means, to callers and
    to the policies; instances tell what happened this time.

    Attributes:
        code: Its name in the registry, and the end of its ``type``.
        status: The HTTP status it is answered with.
        title: A sentence that is the same for every instance.
        category: What kind of failure it is.
        reach: What else fails for the same reason: the request alone, all
            that is asked of the mailbox or the tenant, or everything.
        action: What an operator or the caller should do.
        retryable: Whether the same request may succeed later.
        transient: Whether repeating it within seconds may help.
        stale_ok: Whether an older answer serves better than this error.
        verdict: What it says about the health of Graph.
        detail: What happened, without anything confidential.
        retry_after: Seconds after which to come back, if known.
        told_at: When that was said, in seconds of the clock; None for now.
        outcome: What became of the work.
        upstream: Graph's own error, if it gave one.
        attempts: Requests sent to Graph before giving up.
        tried: The ways to an answer that failed, in order, each with the
            code of its error or why it had none to give.
        budget_exhausted: Whether it would have been repeated, had there not
            been so many repeats already.
        is_replayed: Whether an earlier request met it, and not this one.
    """

    code: ClassVar[str]
    status: ClassVar[HTTPStatus]
    title: ClassVar[str]
    category: ClassVar[Category]
    reach: ClassVar[Reach]
    action: ClassVar[str]
    retryable: ClassVar[bool] = False
    transient: ClassVar[bool] = False
    stale_ok: ClassVar[bool] = False
    verdict: ClassVar[Verdict] = Verdict.NEUTRAL

    def __init__(
        self,
        detail: str | None = None,
        *,
        retry_after: float | None = None,
        outcome: Outcome = Outcome.NOT_PERFORMED,
        upstream: Upstream | None = None,
    ) -> None:
        self.detail = detail or f"{self.title}."
        super().__init__(self.detail)
        self.retry_after = retry_after
        self.told_at: float | None = None
        self.outcome = outcome
        self.upstream = upstream
        self.attempts = 0
        self.tried: tuple[tuple[str, str], ...] = ()
        self.budget_exhausted = False
        self.is_replayed = False

    def again(self) -> Self:
        """Return this error for another who meets it, to be changed freely."""
        kind = type(self)
        other = kind.__new__(kind)
        other.args = self.args
        vars(other).update(vars(self))
        return other

    def with_outcome(self, outcome: Outcome) -> Self:
        """Return this error, told of work that ended otherwise."""
        other = self.again()
        other.outcome = outcome
        return other

    def age(self, now: float) -> None:
        """Let ``retry_after`` count from now, and not from ``told_at`` on."""
        if self.retry_after is not None and self.told_at is not None:
            waited = now - self.told_at
            self.retry_after = max(0.0, self.retry_after - waited)
            self.told_at = now
